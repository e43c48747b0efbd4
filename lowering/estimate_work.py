"""How much arithmetic one call is: the number by which the runtime chooses its threads."""

import math
from dataclasses import dataclass

from ..dialects.mlir import ir, linalg, operations

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


def estimate_work(module: ir.Module) -> Work:
    """Estimate the work of one call from the loops of the linalg operations; loops of scf count once."""
    contractions = elementwise = 0.0
    for op in operations(module):
        if not op.name.startswith("linalg.") or not op.results or op.name == "linalg.fill":
            continue
        extents = _extents(op)
        if extents is None:
            continue
        result = _points(ir.RankedTensorType(op.results[0].type).shape)
        points = math.prod(extents)
        if points > result:
            contractions += 2.0 * points
        else:
            elementwise += float(ELEMENTWISE_COST) * points
    return Work(contractions, elementwise)


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
