"""Says where every tensor of a kernel ends up, so that bufferization allocates and copies as little as possible."""

from collections.abc import Sequence

from isthmus.errors import PassError

from ...dialects.mlir import collect, ir
from .newest import read_newest

_KEEPS_DESTINATION = {
    "tensor.insert_slice": 1,
    "tensor.insert": 1,
    "tensor.cast": 0,
    "bufferization.materialize_in_destination": 1,
}
"""Operations whose result lies where this operand lies."""


def settle_destinations(kernel: ir.Operation) -> None:
    """Keep what loops carry, and what branches give, in one place.

    What a loop updates in place is there already; anything else is written into the memory that the loop was handed.
    """
    read_newest(kernel)
    for loop in collect(kernel, "scf.for"):
        block = loop.regions[0].blocks[0]
        _settle_terminator(block, list(block.arguments)[1:], 0)
    for loop in collect(kernel, "scf.while"):
        before, after = (region.blocks[0] for region in loop.regions)
        _settle_terminator(before, list(before.arguments), 1)
        _settle_terminator(after, list(after.arguments), 0)
    for branch in collect(kernel, "scf.if"):
        _settle_branches(branch)


def _materialize(value: ir.Value, destination: ir.Value) -> ir.Value:
    made = ir.Operation.create(
        "bufferization.materialize_in_destination", operands=[value, destination], results=[destination.type]
    )
    return made.results[0]


def hand_on_by_copy(kernel: ir.Operation) -> None:
    """Copy all that a loop hands on, also what looks updated in place: something reads its old contents too late."""
    for loop in collect(kernel, "scf.for"):
        block = loop.regions[0].blocks[0]
        _copy_in_terminator(block, list(block.arguments)[1:])
    for loop in collect(kernel, "scf.while"):
        block = loop.regions[1].blocks[0]
        _copy_in_terminator(block, list(block.arguments))


def _copy_in_terminator(block: ir.Block, targets: Sequence[ir.Value]) -> None:
    terminator = list(block.operations)[-1].operation
    for number, (value, target) in enumerate(zip(list(terminator.operands), targets, strict=False)):
        if not isinstance(value.type, ir.RankedTensorType) or value.type != target.type:
            continue
        if value != target and not _is_settled(value):
            with ir.InsertionPoint(terminator), terminator.location:
                terminator.operands[number] = _materialize(value, target)


def _is_settled(value: ir.Value) -> bool:
    owner = value.owner
    return (
        not isinstance(owner, ir.Block) and owner.operation.name == "bufferization.materialize_in_destination"
    )


def _settle_terminator(block: ir.Block, targets: Sequence[ir.Value], first: int) -> None:
    """Write what a loop hands on into the memory it was handed."""
    terminator = list(block.operations)[-1].operation
    operands = list(terminator.operands)[first:]
    for number, (value, target) in enumerate(zip(operands, targets, strict=False)):
        if not isinstance(value.type, ir.RankedTensorType) or value.type != target.type:
            continue
        if _root(value) != target:
            terminator.operands[first + number] = _handed_on(block, terminator, value, target)


def _handed_on(block: ir.Block, terminator: ir.Operation, value: ir.Value, target: ir.Value) -> ir.Value:
    """Copy a value to the memory of `target`: as soon as nobody needs the old contents, or by way of a temporary."""
    root = _root(value)
    may_change = isinstance(root.owner, ir.Block) and root.owner == block
    soon = _behind(block, value)
    with terminator.location:
        if all(_is_before(block, use.owner.operation, soon) for use in target.uses):
            with ir.InsertionPoint(soon):
                return _materialize(value, target)
        if may_change:
            with ir.InsertionPoint(soon):
                value = _materialize(value, _empty_like(value))
        with ir.InsertionPoint(terminator):
            return _materialize(value, target)


def _behind(block: ir.Block, value: ir.Value) -> ir.Operation:
    """Give the operation of a block in front of which a value exists."""
    operations = [op.operation for op in block.operations]
    if isinstance(value.owner, ir.Block) or value.owner.operation not in operations:
        return operations[0]
    return operations[operations.index(value.owner.operation) + 1]


def _is_before(block: ir.Block, op: ir.Operation, other: ir.Operation) -> bool:
    current = op
    while current.block != block:
        parent = current.parent
        if parent is None:
            return False
        current = parent.operation
    operations = [each.operation for each in block.operations]
    return operations.index(current) < operations.index(other)


def _empty_like(value: ir.Value) -> ir.Value:
    return ir.Operation.create(
        "bufferization.alloc_tensor",
        results=[value.type],
        operands=_no_sizes(value.type),
        attributes={"operandSegmentSizes": ir.DenseI32ArrayAttr.get([0, 0, 0])},
    ).results[0]


def _settle_branches(branch: ir.Operation) -> None:
    """Give both branches of an `scf.if` one place for each tensor, where they do not update one in place."""
    if not len(branch.results):
        return
    blocks = [region.blocks[0] for region in branch.regions]
    ends = [list(block.operations)[-1].operation for block in blocks]
    for number, result in enumerate(branch.results):
        if not isinstance(result.type, ir.RankedTensorType):
            continue
        if _root_of_branches(branch, number) is not None:
            continue
        with ir.InsertionPoint(branch), branch.location:
            place = _empty_like(result)
        for end in ends:
            with ir.InsertionPoint(end), end.location:
                end.operands[number] = _materialize(end.operands[number], place)


def _root(value: ir.Value) -> ir.Value:
    """Follow in-place updates back to the tensor they update."""
    while not isinstance(value.owner, ir.Block):
        op = value.owner.operation
        if op.name in _KEEPS_DESTINATION:
            value = op.operands[_KEEPS_DESTINATION[op.name]]
        elif op.name == "scf.for":
            value = op.operands[3 + list(op.results).index(value)]
        elif op.name == "scf.if":
            known = _root_of_branches(op, list(op.results).index(value))
            if known is None:
                return value
            value = known
        else:
            break
    return value


def _root_of_branches(branch: ir.Operation, number: int) -> ir.Value | None:
    """Give the tensor that both branches update, when it is the same one from outside."""
    roots = [
        _root(list(region.blocks[0].operations)[-1].operation.operands[number]) for region in branch.regions
    ]
    return roots[0] if roots[0] == roots[1] and not _is_within(roots[0], branch) else None


def _is_within(value: ir.Value, op: ir.Operation) -> bool:
    owner = value.owner.owner if isinstance(value.owner, ir.Block) else value.owner
    current = owner.operation
    while current is not None:
        if current == op:
            return True
        current = current.parent.operation if current.parent is not None else None
    return False


def _no_sizes(kind: ir.Type) -> list[ir.Value]:
    if not ir.RankedTensorType(kind).has_static_shape:
        raise PassError(f"a kernel cannot choose between tensors of type '{kind}': their sizes vary")
    return []
