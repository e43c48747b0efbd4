"""`guard-indices`: no gather or scatter of a compiled program reaches outside its array."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..dialects.locations import describe
from ..dialects.mlir import arith, collect, erase, ir, linalg
from .einsum import elementwise, size_of
from .index_checks import Check, count_outside_generic, count_outside_scatter, is_data_dependent
from .passes import Pass

CHECKS = "hpc.checks"
"""The attribute on `@main` that lists the messages of its checks, one for each result that counts violations."""


@dataclass(frozen=True)
class GuardIndices(Pass):
    """Clamp every index that data decides, and count those that were outside.

    Indices of `tensor.extract` in linalg bodies and of `tm_tensor.scatter` are clamped to their extents: the program
    never leaves its memory. With `check`, `@main` gets a result `tensor<i64>` for each place (before result `at`; -1 is
    the end), the number of indices that were outside: the runtime refuses the call when one is not zero. Places inside
    loops are clamped only.
    """

    name: ClassVar[str] = "guard-indices"
    at: int = -1
    check: bool = True

    def apply(self, module: ir.Module) -> None:
        """Rewrite the module in place."""
        functions = [op for op in module.body.operations if op.operation.name == "func.func"]
        for function in functions:
            is_entry = self.check and ir.StringAttr(function.attributes["sym_name"]).value == "main"
            checks = _guard(function.operation, is_entry)
            if checks:
                _return(function.operation, checks, self.at)


def _guard(function: ir.Operation, is_entry: bool) -> list[Check]:
    checks: list[Check] = []
    block = function.regions[0].blocks[0] if len(function.regions[0].blocks) else None
    top = {op.operation for op in block.operations} if block is not None else set()
    for op in collect(function, ("linalg.generic", "tm_tensor.scatter")):
        counts = is_entry and op in top
        with ir.InsertionPoint(op), op.location:
            found = _guard_generic(op, counts) if op.name == "linalg.generic" else _guard_scatter(op, counts)
        if found is not None:
            checks.append(Check(found, _message(op)))
    return checks


def _message(op: ir.Operation) -> str:
    place = describe(str(op.location))
    return f"an index is out of range{' at ' + place if place else ''}"


def _guard_generic(op: ir.Operation, counts: bool) -> ir.Value | None:
    body = op.regions[0].blocks[0]
    for check in [inner for inner in body.operations if inner.operation.name == "cf.assert"]:
        erase(check.operation)  # nothing can stop inside a loop; the count says the same
    gathers = [inner.operation for inner in body.operations if inner.operation.name == "tensor.extract"]
    guarded = [
        (gather, axis)
        for gather in gathers
        for axis in range(len(gather.operands) - 1)
        if is_data_dependent(gather.operands[axis + 1], body)
    ]
    if not guarded:
        return None
    extents = [_extent(gather.operands[0], axis) for gather, axis in guarded]
    count = count_outside_generic(op, guarded, extents) if counts else None
    for (gather, axis), extent in zip(guarded, extents, strict=True):
        with ir.InsertionPoint(gather), gather.location:
            gather.operands[axis + 1] = _clamped(gather.operands[axis + 1], extent)
    return count


def _extent(array: ir.Value, axis: int) -> ir.Value:
    size = size_of(array, axis)
    return _index(size) if isinstance(size, int) else size


def _clamped(index: ir.Value, extent: ir.Value) -> ir.Value:
    last = arith.SubIOp(extent, _index(1)).result
    return arith.MaxSIOp(arith.MinSIOp(index, last).result, _index(0)).result


def _guard_scatter(op: ir.Operation, counts: bool) -> ir.Value | None:
    indices, original = op.operands[1], op.operands[2]
    element = ir.RankedTensorType(indices.type).element_type
    axes = list(op.attributes["dimension_map"])
    extents = [arith.IndexCastOp(element, _extent(original, axis)).result for axis in axes]
    count = count_outside_scatter(indices, extents) if counts else None

    def clamp(index: ir.Value) -> ir.Value:
        extent = _select(extents)
        one, zero = (arith.ConstantOp(element, ir.IntegerAttr.get(element, n)).result for n in (1, 0))
        last = arith.SubIOp(extent, one).result
        return arith.MaxSIOp(arith.MinSIOp(index, last).result, zero).result

    op.operands[1] = elementwise("nk->nk", element, clamp, indices)
    return count


def _select(extents: Sequence[ir.Value]) -> ir.Value:
    """Choose, inside a body over [n, k], the extent that belongs to k."""
    chosen = extents[0]
    for place, extent in enumerate(extents[1:], 1):
        here = arith.CmpIOp(arith.CmpIPredicate.eq, linalg.IndexOp(1).result, _index(place)).result
        chosen = arith.SelectOp(here, extent, chosen).result
    return chosen


def _return(function: ir.Operation, checks: Sequence[Check], at: int) -> None:
    """Return the counts before result `at`, and note their messages on the function."""
    end = function.regions[0].blocks[0].operations
    old = end[len(end) - 1].operation
    values = list(old.operands)
    place = len(values) if at < 0 else at
    values[place:place] = [check.count for check in checks]
    with ir.InsertionPoint(old), old.location:
        ir.Operation.create("func.return", operands=values)
    old.erase()
    kind = ir.FunctionType(ir.TypeAttr(function.attributes["function_type"]).value)
    results = [value.type for value in values]
    function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(kind.inputs, results))
    function.attributes[CHECKS] = ir.ArrayAttr.get([ir.StringAttr.get(check.message) for check in checks])


def _index(value: int) -> ir.Value:
    return arith.ConstantOp(ir.IndexType.get(), ir.IntegerAttr.get(ir.IndexType.get(), value)).result
