"""Elements and vectors of them: which bodies can be vectorised, and their clones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...dialects.mlir import ir
from .builder import Builder, attributes_of
from .stages import Stage

VECTOR_BYTES = 64
"""Widest vector; a machine of narrower ones splits it, which only unrolls the loop."""


def width(kind: Any) -> int:
    """Give an element's size in bytes."""
    if isinstance(kind, ir.IndexType):
        return 8
    if isinstance(kind, ir.ComplexType):
        return 2 * width(kind.element_type)
    return max(1, int(kind.width) // 8)


def is_vectorizable(stage: Stage) -> bool:
    """Tell whether a body is made of operations that work on vectors element by element."""
    if stage.body is None:
        return not any(isinstance(kind, ir.ComplexType) for kind in element_types(stage))
    for op in stage.body.operations:
        operation = op.operation
        if operation.name == "linalg.yield":
            continue
        if not operation.name.startswith(("arith.", "math.")) and operation.name != "linalg.index":
            return False
        if len(operation.regions) or any(isinstance(r.type, ir.ComplexType) for r in operation.results):
            return False
    return not any(isinstance(kind, ir.ComplexType) for kind in element_types(stage))


def element_types(stage: Stage) -> list[ir.Type]:
    """List the types of everything a stage reads, writes and computes."""
    kinds = [e.access.buffer.element for e in stage.inputs if e.access] + [
        a.buffer.element for a in stage.outputs
    ]
    if stage.body is not None:
        kinds += [result.type for op in stage.body.operations for result in op.operation.results]
    return kinds


def lanes(stage: Stage) -> int:
    """Choose how many elements a vector holds: what the widest floating-point or integer type allows."""
    return VECTOR_BYTES // max(width(kind) for kind in element_types(stage))


class Body:
    """Clone a stage's body, for one element (`lanes` 0) or for a vector of them."""

    def __init__(
        self, builder: Builder, lanes: int, renamed: "Mapping[ir.Value, ir.Value] | None" = None
    ) -> None:
        self._builder = builder
        self._renamed = renamed or {}
        self._lanes = lanes

    def kind(self, element: ir.Type) -> ir.Type:
        """Give the type of one value of the clone."""
        return ir.VectorType.get([self._lanes], element) if self._lanes else element

    def spread(self, value: ir.Value) -> ir.Value:
        """Make a value of the clone from one element."""
        if not self._lanes or isinstance(value.type, ir.VectorType):
            return value
        return self._builder.value("vector.broadcast", [value], self.kind(value.type))

    def spread_outside(self, value: ir.Value | None) -> ir.Value:
        """Take over a scalar operand of a stage."""
        assert value is not None
        return self._outside(value)

    def clone(
        self,
        block: ir.Block,
        arguments: Sequence[ir.Value | None],
        index: Callable[[int], ir.Value],
        memory: Callable[[ir.Operation, Sequence[ir.Value]], ir.Value],
    ) -> list[ir.Value]:
        """Write the body; `index(loop)` gives a loop's place, `memory(load, indices)` an element read by the body."""
        known: dict[ir.Value, ir.Value | None] = dict(zip(block.arguments, arguments, strict=True))

        def operand(value: ir.Value) -> ir.Value:
            found = known.get(value)
            if found is None:
                found = known[value] = self._outside(value)
            return found

        for op in block.operations:
            operation = op.operation
            if operation.name == "linalg.yield":
                return [operand(value) for value in operation.operands]
            if operation.name == "linalg.index":
                known[operation.results[0]] = index(int(ir.IntegerAttr(operation.attributes["dim"]).value))
                continue
            operands = [operand(value) for value in operation.operands]
            if operation.name == "memref.load":
                known[operation.results[0]] = memory(operation, operands[1:])
                continue
            for result, new in zip(operation.results, self._clone(operation, operands), strict=True):
                known[result] = new
        raise AssertionError("a body without a yield")

    def _clone(self, op: ir.Operation, operands: list[ir.Value]) -> Sequence[ir.Value]:
        attributes = attributes_of(op)
        kinds = [self.kind(result.type) for result in op.results]
        if op.name == "arith.constant" and self._lanes:
            attributes = {"value": ir.DenseElementsAttr.get_splat(kinds[0], attributes["value"])}
        if len(op.regions):
            copied = op.clone(ip=self._builder._point)
            for number, operand in enumerate(operands):
                copied.operands[number] = operand
            return list(copied.results)
        return list(self._builder.create(op.name, operands, kinds, attributes).results)

    def _outside(self, value: ir.Value) -> ir.Value:
        """Take over a value that is defined outside of the body."""
        value = self._renamed.get(value, value)
        owner = value.owner
        if not isinstance(owner, ir.Block) and owner.operation.name == "arith.constant":
            attribute = owner.operation.attributes["value"]
            kind = self.kind(value.type)
            if self._lanes:
                attribute = ir.DenseElementsAttr.get_splat(kind, attribute)
            return self._builder.constant(attribute, kind)
        return self.spread(value)
