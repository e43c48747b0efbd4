"""The real and the imaginary parts of complex tensors: what is known of them, and how to make them."""

import string
from collections.abc import Callable, Sequence

from ..dialects.mlir import complex, ir, replace
from .einsum import elementwise
from .tensor_values import rank_of

Pair = tuple[ir.Value, ir.Value]
PARTS: tuple[Callable[[ir.Value], ir.OpView], Callable[[ir.Value], ir.OpView]] = (complex.ReOp, complex.ImOp)


def is_complex_tensor(value: ir.Value) -> bool:
    """Tell whether a value is a ranked tensor of complex numbers."""
    kind = value.type
    return isinstance(kind, ir.RankedTensorType) and isinstance(kind.element_type, ir.ComplexType)


def real_type(value: ir.Value) -> ir.RankedTensorType:
    """Give the type of the parts of a complex tensor."""
    kind = ir.RankedTensorType(value.type)
    return ir.RankedTensorType.get(kind.shape, ir.ComplexType(kind.element_type).element_type)


class Parts:
    """Know the real and the imaginary part of each complex tensor, and take apart those it meets first."""

    def __init__(self) -> None:
        self._known: dict[ir.Value, Pair] = {}

    def knows(self, value: ir.Value) -> bool:
        """Tell whether the parts of a value are at hand."""
        return value in self._known

    def of(self, value: ir.Value) -> Pair:
        """Give the parts of a complex tensor; those of one that no rule made are read out where it is made."""
        if value not in self._known:
            with _after(value):
                self._known[value] = _split(value)
        return self._known[value]

    def set(self, value: ir.Value, pair: Sequence[ir.Value]) -> None:
        """Remember the parts of a value."""
        real, imaginary = pair
        self._known[value] = (real, imaginary)

    def retire(self, operation: ir.Operation) -> None:
        """Erase an operation whose parts stand beside it; whoever else reads its result reads the parts joined."""
        result = operation.results[0]
        if not is_complex_tensor(result) or next(iter(result.uses), None) is None:
            operation.erase()
        else:
            replace(operation, [_join(self._known[result], result.type)])


def _after(value: ir.Value) -> ir.InsertionPoint:
    owner = value.owner
    if isinstance(owner, ir.Block):
        return ir.InsertionPoint.at_block_begin(owner)
    return ir.InsertionPoint.after(owner.operation)


def _split(value: ir.Value) -> Pair:
    kind = real_type(value)
    letters = string.ascii_letters[: kind.rank]
    first, second = (
        elementwise(
            f"{letters}->{letters}", kind.element_type, lambda number, part=part: part(number).result, value
        )
        for part in PARTS
    )
    return first, second


def _join(pair: Pair, kind: ir.Type) -> ir.Value:
    element = ir.RankedTensorType(kind).element_type
    letters = string.ascii_letters[: rank_of(pair[0])]
    return elementwise(
        f"{letters},{letters}->{letters}",
        element,
        lambda real, imaginary: complex.CreateOp(element, real, imaginary).result,
        *pair,
    )
