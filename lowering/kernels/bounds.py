"""Bounds of integers that only the run knows: what loops, sizes and arithmetic say about them."""

from ...dialects.mlir import ir
from .accesses import constant_index

Bounds = tuple[float, float]
"""The least and the greatest value; infinite where nothing is known."""

_INFINITE = float("inf")
UNKNOWN: Bounds = (-_INFINITE, _INFINITE)
_PASSES = ("arith.index_cast", "arith.extsi", "arith.index_castui", "arith.extui", "arith.trunci")


def upper_bound(value: "int | ir.Value") -> int | None:
    """Give a number that a size never exceeds, None when none is known."""
    if isinstance(value, int):
        return value
    high = bounds_of(value)[1]
    return None if high == _INFINITE else int(high)


def bounds_of(value: ir.Value, depth: int = 0) -> Bounds:
    """Follow an integer back to constants, loop counters and sizes."""
    known = constant_index(value)
    if known is not None:
        return known, known
    if depth > 16:
        return UNKNOWN
    if isinstance(value.owner, ir.Block):
        return _counter(value, depth)
    op = value.owner.operation
    if op.name in _PASSES:
        return bounds_of(op.operands[0], depth + 1)
    if op.name == "memref.dim":
        return _size(op, depth)
    if op.name == "arith.select":
        one, other = (bounds_of(op.operands[n], depth + 1) for n in (1, 2))
        return min(one[0], other[0]), max(one[1], other[1])
    if len(op.operands) == 2:
        return _binary(op, depth)
    return UNKNOWN


def _counter(value: ir.Value, depth: int) -> Bounds:
    """Bound a loop's counter by the loop's bounds."""
    block = value.owner
    loop = block.owner.operation
    if loop.name != "scf.for" or value != block.arguments[0]:
        return UNKNOWN
    low, high = (bounds_of(loop.operands[n], depth + 1) for n in (0, 1))
    return low[0], high[1] - 1


def _size(op: ir.Operation, depth: int) -> Bounds:
    kind = ir.MemRefType(op.operands[0].type)
    dimension = constant_index(op.operands[1])
    if dimension is not None and not kind.is_dynamic_dim(dimension):
        size = kind.get_dim_size(dimension)
        return size, size
    return 0, _INFINITE


def _binary(op: ir.Operation, depth: int) -> Bounds:
    (a, b), (c, d) = (bounds_of(op.operands[n], depth + 1) for n in (0, 1))
    match op.name:
        case "arith.addi":
            return a + c, b + d
        case "arith.subi":
            return a - d, b - c
        case "arith.minsi" | "arith.minui":
            return min(a, c), min(b, d)
        case "arith.maxsi" | "arith.maxui":
            return max(a, c), max(b, d)
        case "arith.muli" if a >= 0 and c >= 0:
            return a * c, b * d
        case "arith.divsi" | "arith.divui" | "arith.floordivsi" | "arith.ceildivsi" if a >= 0 and c >= 1:
            return 0, -(-b // c)
        case "arith.remsi" | "arith.remui" if a >= 0 and c >= 1:
            return 0, d - 1
        case _:
            return UNKNOWN
