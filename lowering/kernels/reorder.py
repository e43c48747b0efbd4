"""The order of stages: what works on fewer dimensions goes first, so that the others can share tiles."""

from collections.abc import Hashable, Sequence

from ...dialects.mlir import ir
from .accesses import Views
from .stages import Item, gathered_buffers, stages_in


def low_ranks_first(stages: Sequence[Item], views: Views) -> list[list[Item]]:
    """Order a run of stages anew: those of lower rank that depend on no other one come first, by themselves."""
    rank = max((stage.rank for stage in stages), default=0)
    early: list[Item] = []
    late: list[Item] = []
    for stage in stages:
        follows = any(_depends(stage, other, views) for other in late)
        shares = any(_written(stage) & _written(other) for other in stages if other is not stage)
        if stage.rank < rank and not follows and not shares:
            early.append(stage)
        else:
            late.append(stage)
    if early and late:
        for stage in early:
            if _is_before(late[0].op, stage.op) and not _can_move(stage.op, late[0].op):
                return [list(stages)]
        for stage in early:
            if _is_before(late[0].op, stage.op):
                stage.op.move_before(late[0].op)
    return [part for part in (early, late) if part]


def _depends(item: Item, earlier: Item, views: Views) -> bool:
    """Tell whether two items must keep their order."""
    return bool(
        _written(earlier) & (_read(item, views) | _written(item)) or _written(item) & _read(earlier, views)
    )


def _written(item: Item) -> set[Hashable]:
    return {output.buffer.root for stage in stages_in([item]) for output in stage.outputs}


def _read(item: Item, views: Views) -> set[Hashable]:
    stages = stages_in([item])
    gathered = (buffer.root for stage in stages for buffer in gathered_buffers(stage, views))
    return {*(access.buffer.root for stage in stages for access in stage.reads()), *gathered}


def _is_before(first: ir.Operation, second: ir.Operation) -> bool:
    for op in first.block.operations:
        if op.operation == first:
            return True
        if op.operation == second:
            return False
    return False


def _can_move(op: ir.Operation, before: ir.Operation) -> bool:
    """Tell whether the scalars an operation uses exist in front of another one; memory is always there."""
    for value in _scalars(op):
        owner = value.owner
        if isinstance(owner, ir.Block) or owner.operation.name == "arith.constant":
            continue
        if owner.operation.block == before.block and not _is_before(owner.operation, before):
            return False
    return True


def _scalars(op: ir.Operation) -> list[ir.Value]:
    found = [value for value in op.operands if not isinstance(value.type, ir.MemRefType)]
    for region in op.regions:
        for block in region.blocks:
            for inner in block.operations:
                found += [
                    value
                    for value in inner.operation.operands
                    if not (isinstance(value.owner, ir.Block) and value.owner == block)
                    and not (not isinstance(value.owner, ir.Block) and value.owner.operation.block == block)
                ]
    return found
