"""Copies that bufferization leaves behind, and the ones that can go."""

from ...dialects.mlir import collect, ir
from .accesses import Access, Buffer, Linear, Views
from .stages import gathered_buffers, stage_of

STAGES = ("linalg.generic", "memref.copy")


def forward_copies(function: ir.Operation) -> None:
    """Write into the place a result is copied to, where nothing in between can see the difference."""
    for copy in collect(function, "memref.copy"):
        _fill_directly(copy)
    for copy in collect(function, "memref.copy"):
        if copy.operands[0] == copy.operands[1]:
            copy.erase()
        elif not _forward_producer(copy.block, copy):
            _forward_allocation(copy.block, copy)


def _fill_directly(copy: ir.Operation) -> None:
    """Turn a copy of an array that only ever holds one constant into a fill."""
    source = copy.operands[0]
    if not _is_allocation(source):
        return
    fills = [use.owner.operation for use in source.uses if _may_write(use)]
    if len(fills) != 1 or not is_fill(fills[0]) or _is_view_of(copy.operands[1], source):
        return
    if fills[0].block != source.owner.operation.block:
        return
    fill = fills[0].clone(ip=ir.InsertionPoint(copy))
    rank = ir.MemRefType(copy.operands[1].type).rank
    if rank != ir.MemRefType(source.type).rank:
        fill.erase()
        return
    fill.operands[1] = copy.operands[1]
    copy.erase()


def _may_write(use: ir.OpOperand) -> bool:
    op = use.owner.operation
    match op.name:
        case "linalg.generic":
            inputs, _ = list(ir.DenseI32ArrayAttr(op.attributes["operandSegmentSizes"]))
            return use.operand_number >= inputs
        case "memref.copy":
            return use.operand_number == 1
        case "memref.load" | "memref.dim" | "memref.dealloc":
            return False
        case "memref.subview" | "memref.cast" | "memref.collapse_shape" | "memref.expand_shape":
            return any(_may_write(inner) for inner in op.results[0].uses)
        case _:
            return True


def _is_view_of(value: ir.Value, source: ir.Value) -> bool:
    while not isinstance(value.owner, ir.Block) and value.owner.operation.name.startswith("memref."):
        if value == source:
            return True
        operands = value.owner.operation.operands
        if not len(operands):
            break
        value = operands[0]
    return value == source


def is_fill(op: ir.Operation) -> bool:
    """Tell whether an operation writes one constant to every element of one array."""
    if op.name != "linalg.generic" or len(op.operands) != 2:
        return False
    if isinstance(op.operands[0].type, ir.MemRefType) or isinstance(op.operands[0].owner, ir.Block):
        return False
    body = op.regions[0].blocks[0]
    return (
        op.operands[0].owner.operation.name == "arith.constant"
        and len(list(body.operations)) == 1
        and body.operations[0].operation.operands[0] == body.arguments[0]
    )


def _forward_producer(block: ir.Block, copy: ir.Operation) -> bool:
    """Let the one stage that fills an allocation write straight to where the allocation is copied."""
    source, target = copy.operands[0], copy.operands[1]
    if not _is_allocation(source):
        return False
    producers = [use.owner.operation for use in source.uses if _may_write(use)]
    if len(producers) != 1 or producers[0].name != "linalg.generic" or producers[0].block != block:
        return False
    producer = producers[0]
    readers = [use.owner.operation for use in source.uses if use.owner.operation not in (producer, copy)]
    if readers and not _can_read_there(block, readers, producer, copy):
        return False
    inputs, _ = list(ir.DenseI32ArrayAttr(producer.attributes["operandSegmentSizes"]))
    outputs = list(producer.operands)[inputs:]
    if outputs.count(source) != 1 or list(producer.operands).count(source) != 1:
        return False
    views = Views()
    destination = views.of(target).buffer
    between = _between(block, producer, copy)
    if between is None:
        return False
    touching = [op for op in between if _touches(op, destination, views)]
    if not all(is_fill(op) or _only_fills(op, destination, [producer, *between], views) for op in touching):
        return False
    if not _reads_in_place(producer, source, target, views, outputs.index(source)):
        return False
    if not _hoist([target, *(op.operands[1] for op in touching)], touching, producer, between):
        return False
    for user in (producer, *readers):
        for place, operand in enumerate(list(user.operands)):
            if operand == source:
                user.operands[place] = target
    copy.erase()
    source.owner.operation.erase()
    return True


def _can_read_there(
    block: ir.Block, readers: list[ir.Operation], producer: ir.Operation, copy: ir.Operation
) -> bool:
    """Tell whether stages that read a temporary may read the copy of it instead, an array of this block's own."""
    views = Views()
    target = views.of(copy.operands[1]).buffer
    owner = target.value.owner
    if isinstance(owner, ir.Block) or owner.operation.block != block:
        return False
    operations = [op.operation for op in block.operations]
    if any(op.name not in ("linalg.generic", "memref.copy") or op not in operations for op in readers):
        return False
    last = max(operations.index(op) for op in readers)
    behind = operations[operations.index(copy) + 1 : last + 1]
    return not any(_writes(op, target, views) for op in behind)


def _writes(op: ir.Operation, buffer: Buffer, views: Views) -> bool:
    """Tell whether an operation, or one inside it, may write a buffer."""
    if op.name in ("linalg.generic", "memref.copy"):
        first = 1
        if op.name == "linalg.generic":
            first = next(iter(ir.DenseI32ArrayAttr(op.attributes["operandSegmentSizes"])))
        return any(views.of(value).buffer.root == buffer.root for value in list(op.operands)[first:])
    return _touches(op, buffer, views)


def _only_fills(op: ir.Operation, destination: Buffer, others: list[ir.Operation], views: Views) -> bool:
    """Tell whether an operation copies to a destination what none of the others writes: it may come first."""
    if op.name != "memref.copy":
        return False
    source, target = (views.of(value).buffer for value in op.operands)
    if target.root != destination.root or source.root == destination.root:
        return False
    return not any(_writes(other, source, views) for other in others if other != op)


def _is_allocation(value: ir.Value) -> bool:
    owner = value.owner
    return not isinstance(owner, ir.Block) and owner.operation.name == "memref.alloc"


def _between(block: ir.Block, first: ir.Operation, last: ir.Operation) -> list[ir.Operation] | None:
    """List the operations between two of a block; None when they stand in the other order."""
    found: list[ir.Operation] | None = None
    for op in block.operations:
        if op.operation == last:
            return found
        if found is not None:
            found.append(op.operation)
        if op.operation == first:
            found = []
    return None


def _touches(op: ir.Operation, buffer: Buffer, views: Views) -> bool:
    """Tell whether an operation, or one inside it, reads or writes a buffer."""
    if op.name in (
        "memref.subview",
        "memref.dim",
        "memref.alloc",
        "memref.cast",
        "memref.collapse_shape",
        "memref.expand_shape",
    ):
        return False
    for operand in op.operands:
        if isinstance(operand.type, ir.MemRefType) and views.of(operand).buffer.root == buffer.root:
            return True
    return any(
        _touches(inner.operation, buffer, views)
        for region in op.regions
        for each in region.blocks
        for inner in each.operations
    )


def _reads_in_place(
    producer: ir.Operation, source: ir.Value, target: ir.Value, views: Views, output: int
) -> bool:
    """Tell whether a stage that wrote to `target` would read of it only the element it is about to write."""
    stage = stage_of(producer, views)
    written = stage.outputs[output]
    place = views.of(target).access(written.indices)
    if any(buffer.root == place.buffer.root for buffer in gathered_buffers(stage, views)):
        return False
    others = [each for number, each in enumerate(stage.outputs) if number != output]
    if any(each.buffer.root == place.buffer.root for each in others):
        return False  # two results of one stage would be written in another order where they overlap
    if any(stage.uses_old(number) for number in range(len(stage.outputs))):
        return False
    return all(
        access.buffer.root != place.buffer.root
        or (access.buffer == place.buffer and same_place(access, place))
        for access in stage.reads()
    )


def same_place(left: Access, right: Access) -> bool:
    """Tell whether two accesses of a buffer always mean the same element."""
    return all(
        (one + other.scaled(-1)) == Linear() for one, other in zip(left.indices, right.indices, strict=True)
    )


def _hoist(
    values: list[ir.Value], fills: list[ir.Operation], before: ir.Operation, between: list[ir.Operation]
) -> bool:
    """Move fills, and what makes the values, in front of an operation, where what they need is there already."""
    needed: list[ir.Operation] = list(fills)
    pending = [*values, *(operand for fill in fills for operand in fill.operands)]
    while pending:
        owner = pending.pop().owner
        if isinstance(owner, ir.Block) or owner.operation not in between or owner.operation in needed:
            continue
        op = owner.operation
        if not op.name.startswith(("memref.subview", "memref.cast", "memref.alloc", "arith.", "memref.dim")):
            return False
        needed.append(op)
        pending.extend(op.operands)
    for op in between:
        if op in needed:
            op.move_before(before)
    return True


def _forward_allocation(block: ir.Block, copy: ir.Operation) -> bool:
    """Let an allocation be the destination it is copied to at the end, when nothing else ever uses that one."""
    source, target = copy.operands[0], copy.operands[1]
    if not _is_allocation(source) or not isinstance(target.owner, ir.Block):
        return False
    if str(source.type) != str(target.type) or source.owner.operation.block != block:
        return False
    if len(list(target.uses)) != 1 or _is_used_after(block, copy, source):
        return False
    allocation = source.owner.operation
    source.replace_all_uses_with(target)
    copy.erase()
    allocation.erase()
    return True


def _is_used_after(block: ir.Block, copy: ir.Operation, source: ir.Value) -> bool:
    views = Views()
    buffer = views.of(source).buffer
    after = False
    for op in block.operations:
        if after and _touches(op.operation, buffer, views):
            return True
        after = after or op.operation == copy
    return False
