"""Scalar arithmetic as expressions over elements of arrays, equal ones shared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...dialects.hpc.access import Place
from ...dialects.mlir import arith, ir
from .sources import Extents, Places, Source, before_write, source_of

_COMMUTATIVE = frozenset(
    f"arith.{name}"
    for name in (
        "addf",
        "addi",
        "mulf",
        "muli",
        "andi",
        "ori",
        "xori",
        "maximumf",
        "minimumf",
        "maxsi",
        "minsi",
    )
)
_SCALAR_DIALECTS = ("arith.", "math.", "complex.")


@dataclass(frozen=True, slots=True)
class Element:
    """Hold an element of an array: at `places` of the array that is, or was, `tensor`."""

    tensor: ir.Value
    places: Places


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """Hold an operation on expressions, an element, or a scalar: a value defined outside or a constant.

    Operands have smaller numbers than the expression, so that numbers give an order of evaluation.
    """

    number: int
    content: ir.Operation | Element | ir.Value | ir.Attribute
    operands: tuple["Expression", ...] = ()


class Arithmetic:
    """Make expressions: equal ones, computed by operations of equal attributes on equal operands, are one."""

    def __init__(self) -> None:
        self._made: dict[object, Expression] = {}

    def element(self, tensor: ir.Value, places: Places, extents: Extents) -> Expression:
        """Read an element for a domain of these extents, from the array behind views."""
        found = source_of(tensor, places, extents)
        if isinstance(found, Source):
            element = Element(found.tensor, found.places)
            return self._share(element, element)
        return self.scalar(found)

    def scalar(self, value: ir.Value | ir.Attribute) -> Expression:
        """Use a scalar value or constant."""
        return self._share(("scalar", value), value)

    def apply(self, operation: ir.Operation, operands: Sequence[Expression]) -> Expression:
        """Compute an operation like `operation` on other operands."""
        numbers = [operand.number for operand in operands]
        if operation.name in _COMMUTATIVE:
            numbers.sort()
        attributes = tuple((name, operation.attributes[name]) for name in operation.attributes)
        key = (operation.name, attributes, tuple(numbers), operation.results[0].type)
        return self._share(key, operation, tuple(operands))

    def read(self, block: ir.Block, arguments: Sequence[Expression]) -> list[Expression] | None:
        """Read the values that a region yields; None when it holds more than scalar arithmetic."""
        known = dict(zip(block.arguments, arguments, strict=False))
        *inner, end = [entry.operation for entry in block.operations]
        for operation in inner:
            if not is_arithmetic(operation):
                return None
            operands = [
                known[value] if value in known else self.scalar(value) for value in operation.operands
            ]
            known[operation.results[0]] = self.apply(operation, operands)
        return [known[value] if value in known else self.scalar(value) for value in end.operands]

    def rewrite(
        self, roots: Sequence[Expression], replacements: Mapping[Expression, Expression]
    ) -> list[Expression]:
        """Compute `roots` with some elements replaced."""
        known = dict(replacements)
        for expression in reachable(roots):
            if expression not in known:
                known[expression] = self._copy(expression, known)
        return [known[root] for root in roots]

    def settled(self, roots: Sequence[Expression], extents: Extents) -> list[Expression]:
        """Read what was written into regions from where it was computed, if that holds for all that is read there.

        A stencil that needs the whole array anyhow (a halo around the region) reads it alone.
        """
        roots = list(roots)
        while replacements := self._behind_writes(roots, extents):
            roots = self.rewrite(roots, replacements)
        return roots

    def _behind_writes(self, roots: Sequence[Expression], extents: Extents) -> dict[Expression, Expression]:
        arrays: dict[ir.Value, dict[Expression, Source | None]] = {}
        for expression, element in elements_of(roots).items():
            found = before_write(element.tensor, element.places, extents)
            arrays.setdefault(element.tensor, {})[expression] = found
        return {
            expression: self.element(source.tensor, source.places, extents)
            for sources in arrays.values()
            if None not in sources.values()
            for expression, source in sources.items()
            if source is not None
        }

    def moved(self, roots: Sequence[Expression], places: Places, extents: Extents) -> list[Expression]:
        """Compute `roots`, of a domain of their own, at `places` of it as seen from a domain of `extents`."""
        elements = elements_of(roots)
        return self.rewrite(
            roots,
            {
                expression: self.element(element.tensor, composed(element.places, places), extents)
                for expression, element in elements.items()
            },
        )

    def _copy(self, expression: Expression, known: Mapping[Expression, Expression]) -> Expression:
        operands = [known[operand] for operand in expression.operands]
        if all(new is old for new, old in zip(operands, expression.operands, strict=True)):
            return expression
        assert isinstance(expression.content, ir.Operation)
        return self.apply(expression.content, operands)

    def _share(
        self,
        key: object,
        content: ir.Operation | Element | ir.Value | ir.Attribute,
        operands: tuple[Expression, ...] = (),
    ) -> Expression:
        if key not in self._made:
            self._made[key] = Expression(len(self._made), content, operands)
        return self._made[key]


def is_arithmetic(operation: ir.Operation) -> bool:
    """Tell whether an operation may stand in a stencil's region."""
    return (
        operation.name.startswith(_SCALAR_DIALECTS)
        and len(operation.results) == 1
        and len(operation.regions) == 0
        and not isinstance(operation.results[0].type, ir.ShapedType)
    )


def composed(inner: Places, outer: Places) -> Places:
    """Write places of a domain, itself seen at `outer`, over the outer domain."""
    return tuple(
        place
        if place.dimension is None
        else Place(outer[place.dimension].dimension, outer[place.dimension].offset + place.offset)
        for place in inner
    )


def reachable(roots: Iterable[Expression]) -> list[Expression]:
    """List what the roots are computed from, themselves included, operands first."""
    found: set[Expression] = set()
    open_ = list(roots)
    while open_:
        expression = open_.pop()
        if expression not in found:
            found.add(expression)
            open_ += expression.operands
    return sorted(found, key=lambda expression: expression.number)


def elements_of(roots: Iterable[Expression]) -> dict[Expression, Element]:
    """List the elements that expressions read."""
    return {
        expression: expression.content
        for expression in reachable(roots)
        if isinstance(expression.content, Element)
    }


def scalars_of(roots: Iterable[Expression]) -> list[ir.Value]:
    """List the scalar values, defined outside, that expressions use."""
    return [expression.content for expression in reachable(roots) if isinstance(expression.content, ir.Value)]


def emit(roots: Sequence[Expression], known: dict[Expression, ir.Value]) -> list[ir.Value]:
    """Create the operations of expressions at the insertion point; `known` holds the elements' values."""
    for expression in reachable(roots):
        if expression not in known:
            known[expression] = _created(expression, known)
    return [known[root] for root in roots]


def _created(expression: Expression, known: Mapping[Expression, ir.Value]) -> ir.Value:
    content = expression.content
    if isinstance(content, ir.Attribute):
        typed: Any = content
        return arith.ConstantOp(typed.type, typed).result
    if isinstance(content, ir.Value):
        return content
    assert isinstance(content, ir.Operation)
    made = content.clone()
    for place, operand in enumerate(expression.operands):
        made.operands[place] = known[operand]
    return made.results[0]
