"""How much arithmetic one call is: the number by which the runtime chooses its threads."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..dialects.mlir import ir, linalg

TYPICAL_SIZE = 64
"""Stands for a size that only the call knows."""
ELEMENTWISE_COST = 10
"""Operations per element of an elementwise result: memory traffic and elementary functions weigh more than one add."""


@dataclass(frozen=True)
class Work:
    """Hold floating-point operations: of contractions (a multiply-add counts two) and of elementwise results."""

    contractions: float
    elementwise: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.contractions + self.elementwise


LONG_BODY = 100
"""Operations of a body from which they are counted instead."""

TYPICAL_TURNS = 100
"""Stands for the turns of a loop that only the run knows."""


def estimate_work(module: ir.Module) -> Work:
    """Estimate the work of one call from the loops of the linalg operations, times those of scf around them."""
    return _estimate(module.operation)


def _estimate(root: ir.Operation) -> Work:
    contractions = elementwise = 0.0
    for op in _children(root):
        if op.name.startswith("linalg."):
            inner, turns = estimate(op), 1
        else:
            inner, turns = _estimate(op), _turns(op)
        contractions += turns * inner.contractions
        elementwise += turns * inner.elementwise
    return Work(contractions, elementwise)


def is_product(op: ir.Operation) -> bool:
    """Tell whether an operation of linalg sums products of two operands, like matrices."""
    return len(op.operands) == 3 and bool(_extents(op)) and len(_extents(op) or []) >= 3


def estimate(op: ir.Operation) -> Work:
    """Estimate the work of one operation of linalg."""
    if not op.results or op.name == "linalg.fill":
        return Work(0.0, 0.0)
    extents = _extents(op)
    if extents is None:
        return Work(0.0, 0.0)
    points = math.prod(extents)
    if points > _points(ir.RankedTensorType(op.results[0].type).shape):
        return Work(2.0 * points, 0.0)
    return Work(0.0, max(float(ELEMENTWISE_COST), _long_body(op)) * points)


def _long_body(op: ir.Operation) -> float:
    """Count the operations of a body that is longer than a network's are: equations of a simulation."""
    count = sum(1 for _ in op.regions[0].blocks[0].operations) if len(op.regions) else 0
    return float(count) if count > LONG_BODY else 0.0


def _children(root: ir.Operation) -> Iterator[ir.Operation]:
    for region in root.regions:
        for block in region.blocks:
            for op in block.operations:
                yield op.operation


def _turns(op: ir.Operation) -> int:
    if op.name == "scf.while":
        return TYPICAL_TURNS
    if op.name != "scf.for":
        return 1
    bounds = [_constant(value) for value in list(op.operands)[:3]]
    low, high, step = bounds
    if low is None or high is None or not step:
        return TYPICAL_TURNS
    return max(0, -(-(high - low) // step))


def _constant(value: ir.Value) -> int | None:
    owner = value.owner
    if isinstance(owner, ir.Block) or owner.operation.name != "arith.constant":
        return None
    return int(ir.IntegerAttr(owner.operation.attributes["value"]).value)


def _points(shape: list[int]) -> float:
    return math.prod(_known(size) for size in shape)


def _known(size: int) -> int:
    return size if size >= 0 else TYPICAL_SIZE


def _extents(op: ir.Operation) -> list[int] | None:
    """Give the extent of every loop, read off the operands through their indexing maps."""
    maps = _maps(op)
    if not maps or len(maps) != len(op.operands):
        return None
    extents: dict[int, int] = {}
    for map_, operand in zip(maps, op.operands, strict=True):
        if not isinstance(operand.type, ir.RankedTensorType):
            continue
        for expression, size in zip(map_.results, operand.type.shape, strict=True):
            if isinstance(expression, ir.AffineDimExpr):
                extents[expression.position] = _known(size)
    count = maps[0].n_dims
    return [extents.get(loop, 1) for loop in range(count)]


def _maps(op: ir.Operation) -> list[ir.AffineMap]:
    if "indexing_maps" in op.attributes:
        return [ir.AffineMapAttr(row).value for row in ir.ArrayAttr(op.attributes["indexing_maps"])]
    try:
        rows = linalg.get_indexing_maps(op)
    except (ValueError, RuntimeError, AttributeError, TypeError):
        return []
    return [ir.AffineMapAttr(row).value for row in rows] if rows else []
