"""Arrays that a time loop updates from their own neighbours: two buffers that take turns, instead of a copy a step.

`u[1:-1] = f(u)` needs the old neighbours of every element: the new values go to a temporary and are copied back. In a
loop the temporary is a second array instead; the part of `u` that the step leaves alone follows along, and with every
turn the two change places. After an odd number of turns the values are copied home once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...dialects.mlir import ir
from .accesses import mixed
from .builder import Builder
from .writes import VIEWS, base, written


@dataclass(frozen=True)
class _Update:
    """Hold one step's write-back: `copy` of the temporary that `producer` fills to a box of `home`."""

    loop: ir.Operation
    copy: ir.Operation
    producer: ir.Operation
    temporary: ir.Value
    home: ir.Value
    offsets: tuple[int, ...]
    sizes: tuple[int, ...]


def double_buffer(function: ir.Operation) -> None:
    """Rewrite every loop of a kernel that qualifies."""
    for loop in list(_loops(function)):
        if len(loop.results):
            continue
        for copy in [
            op.operation for op in loop.regions[0].blocks[0].operations if op.operation.name == "memref.copy"
        ]:
            update = _update(loop, copy)
            if update is not None:
                _rewrite(update)
            elif _is_whole_update(loop, copy):
                _rewrite_whole(loop, copy)


def _loops(root: ir.Operation) -> Iterator[ir.Operation]:
    for region in root.regions:
        for block in region.blocks:
            for op in block.operations:
                if op.operation.name == "scf.for":
                    yield op.operation
                yield from _loops(op.operation)


def _update(loop: ir.Operation, copy: ir.Operation) -> _Update | None:
    """Recognise the write-back of a whole temporary, filled once in the same turn, to a box of an outer array."""
    block = loop.regions[0].blocks[0]
    temporary, target = copy.operands[0], copy.operands[1]
    box = static_box(target)
    if box is None or not _is_allocated_in(temporary, block):
        return None
    home, offsets, sizes = box
    kind = ir.MemRefType(home.type)
    if _is_inside(home, loop) or list(ir.MemRefType(temporary.type).shape) != list(
        ir.MemRefType(target.type).shape
    ):
        return None
    users = [use.owner.operation for use in temporary.uses if use.owner.operation != copy]
    if len(users) != 1 or users[0].name != "linalg.generic" or users[0].block != block:
        return None
    if _is_used_behind(block, copy, home):
        return None
    if not _is_updated_by(copy, loop, home) or not kind.has_static_shape or kind.rank == 0:
        return None
    return _Update(loop, copy, users[0], temporary, home, offsets, sizes)


def _is_whole_update(loop: ir.Operation, copy: ir.Operation) -> bool:
    """Recognise the write-back of a temporary, however it came about in this turn, to all of an outer array."""
    temporary, home = copy.operands[0], copy.operands[1]
    block = loop.regions[0].blocks[0]
    if not _is_root(home) or _is_inside(home, loop) or not _is_allocated_in(temporary, block):
        return False
    kind = ir.MemRefType(home.type)
    return (
        str(temporary.type) == str(home.type)
        and kind.has_static_shape
        and kind.rank > 0
        and _is_updated_by(copy, loop, home)
        and _is_last_use(block, temporary, copy)
    )


def _is_used_behind(block: ir.Block, copy: ir.Operation, array: ir.Value) -> bool:
    """Tell whether a stage behind an operation uses an array."""
    after = False
    for op in block.operations:
        operation = op.operation
        if after and operation.name not in VIEWS and any(base(v) == array for v in _memrefs(operation)):
            return True
        after = after or operation == copy
    return False


def _memrefs(op: ir.Operation) -> list[ir.Value]:
    found = [value for each in _with_inner(op) for value in each.operands]
    return [value for value in found if isinstance(value.type, ir.MemRefType)]


def _is_last_use(block: ir.Block, temporary: ir.Value, copy: ir.Operation) -> bool:
    """Tell whether nothing writes a temporary once it was copied."""
    after = False
    for op in block.operations:
        if after and any(base(v) == temporary for each in _with_inner(op.operation) for v in written(each)):
            return False
        after = after or op.operation == copy
    return True


def _with_inner(op: ir.Operation) -> Iterator[ir.Operation]:
    yield op
    for region in op.regions:
        for block in region.blocks:
            yield from _all(block)


def _rewrite_whole(loop: ir.Operation, copy: ir.Operation) -> None:
    temporary, home = copy.operands[0], copy.operands[1]
    block = loop.regions[0].blocks[0]
    builder = Builder(block, copy.location)
    with copy.location:
        other, old, new = _two_buffers(builder, loop, home)
        _redirect(block, home, old, new, copy, (old, new))
        allocation = temporary.owner.operation
        if _is_read(temporary, copy):  # stays what it is, one tile at a time
            copy.operands[1] = new
            _bring_home(builder, loop, home, other)
            return
        copy.operands[0] = new  # it goes away
        temporary.replace_all_uses_with(new)
        _bring_home(builder, loop, home, other)
    copy.erase()
    allocation.erase()


def _is_read(temporary: ir.Value, copy: ir.Operation) -> bool:
    """Tell whether another stage than the copy reads a temporary."""
    for use in _all_uses(temporary):
        op = use.owner.operation
        if op == copy:
            continue
        count = len(written(op))
        if op.name == "linalg.generic" and use.operand_number >= len(op.operands) - count:
            continue
        if op.name == "memref.copy" and use.operand_number == 1:
            continue
        return True
    return False


def _all_uses(value: ir.Value) -> Iterator[ir.OpOperand]:
    for use in value.uses:
        if use.owner.operation.name in VIEWS:
            yield from _all_uses(use.owner.operation.results[0])
        else:
            yield use


def _two_buffers(builder: Builder, loop: ir.Operation, home: ir.Value) -> tuple[ir.Value, ir.Value, ir.Value]:
    """Make the second buffer, and in the loop the names of the old and the new one."""
    kind = ir.MemRefType(home.type)
    block = loop.regions[0].blocks[0]
    with builder.at(ir.InsertionPoint(loop)):
        other = builder.value("memref.alloc", [], kind, builder.no_operands(2))
    with builder.at(ir.InsertionPoint.at_block_begin(block)):
        distance = builder.value("arith.subi", [block.arguments[0], loop.operands[0]], builder.index)
        is_even = _is_even(builder, distance, loop)
        old = builder.value("arith.select", [is_even, home, other], kind)
        new = builder.value("arith.select", [is_even, other, home], kind)
    return other, old, new


def static_box(target: ir.Value) -> tuple[ir.Value, tuple[int, ...], tuple[int, ...]] | None:
    """Give the array, offsets and sizes of a static box with unit steps."""
    if isinstance(target.owner, ir.Block):
        shape = list(ir.MemRefType(target.type).shape)
        return target, (0,) * len(shape), tuple(shape)
    op = target.owner.operation
    if op.name in ("memref.alloc",):
        shape = list(ir.MemRefType(target.type).shape)
        return target, (0,) * len(shape), tuple(shape)
    if op.name != "memref.subview" or not _is_root(op.operands[0]):
        return None
    offsets, sizes, strides = (mixed(op, part) for part in ("offsets", "sizes", "strides"))
    if any(stride != 1 for stride in strides):
        return None
    if not all(isinstance(number, int) for number in (*offsets, *sizes)):
        return None
    return (
        op.operands[0],
        tuple(n for n in offsets if isinstance(n, int)),
        tuple(n for n in sizes if isinstance(n, int)),
    )


def _is_root(value: ir.Value) -> bool:
    return isinstance(value.owner, ir.Block) or value.owner.operation.name == "memref.alloc"


def _is_allocated_in(value: ir.Value, block: ir.Block) -> bool:
    owner = value.owner
    return (
        not isinstance(owner, ir.Block)
        and owner.operation.name == "memref.alloc"
        and owner.operation.block == block
    )


def _is_inside(value: ir.Value, loop: ir.Operation) -> bool:
    owner = value.owner
    current: ir.Operation | None = owner.owner.operation if isinstance(owner, ir.Block) else owner.operation
    while current is not None:
        if current == loop:
            return True
        current = current.parent.operation if current.parent is not None else None
    return False


def _is_updated_by(copy: ir.Operation, loop: ir.Operation, home: ir.Value) -> bool:
    """Tell whether one copy alone writes an array in a loop, and every view of it in there is made in there."""
    block = loop.regions[0].blocks[0]
    views = {value for op in _all(block) for value in _memrefs(op) if value != home and base(value) == home}
    return _writes(block, home) == [copy] and all(_is_inside(view, loop) for view in views)


def _writes(block: ir.Block, home: ir.Value) -> list[ir.Operation]:
    """List the operations of a loop's body that may write an array."""
    found = []
    for op in _all(block):
        for operand in written(op):
            if base(operand) == home:
                found.append(op)
    return found


def _all(block: ir.Block) -> Iterator[ir.Operation]:
    for op in block.operations:
        yield op.operation
        for region in op.operation.regions:
            for inner in region.blocks:
                yield from _all(inner)


def _rewrite(update: _Update) -> None:
    loop, home = update.loop, update.home
    kind = ir.MemRefType(home.type)
    block = loop.regions[0].blocks[0]
    builder = Builder(block, update.copy.location)
    with update.copy.location:
        other, old, new = _two_buffers(builder, loop, home)
        _redirect(block, home, old, new, update.copy, (old, new))
        with builder.at(ir.InsertionPoint(update.producer)):
            target = _view_like(builder, update, new)
        place = list(update.producer.operands).index(update.temporary)
        update.producer.operands[place] = target
        with builder.at(ir.InsertionPoint(update.copy)):
            for offsets, sizes in rim(list(kind.shape), update.offsets, update.sizes):
                source, destination = (box_of(builder, value, offsets, sizes) for value in (old, new))
                builder.create("memref.copy", [source, destination])
        _bring_home(builder, loop, home, other)
    update.copy.erase()
    update.temporary.owner.operation.erase()


def _is_even(builder: Builder, distance: ir.Value, loop: ir.Operation) -> ir.Value:
    turn = builder.value("arith.divui", [distance, loop.operands[2]], builder.index)
    bit = builder.value("arith.andi", [turn, builder.number(1)], builder.index)
    return builder.compare(0, bit, builder.number(0))


def _redirect(
    block: ir.Block,
    home: ir.Value,
    old: ir.Value,
    new: ir.Value,
    copy: ir.Operation,
    made: Sequence[ir.Value],
) -> None:
    """Let what comes before the write-back use the old array, and what comes behind it the new one."""
    value = old
    for op in list(block.operations):
        operation = op.operation
        if any(operation == each.owner.operation for each in made):
            continue
        if operation == copy:
            value = new
        _replace_under(operation, home, value)


def _replace_under(op: ir.Operation, home: ir.Value, value: ir.Value) -> None:
    for number, operand in enumerate(op.operands):
        if operand == home:
            op.operands[number] = value
    for region in op.regions:
        for block in region.blocks:
            for inner in block.operations:
                _replace_under(inner.operation, home, value)


def _view_like(builder: Builder, update: _Update, new: ir.Value) -> ir.Value:
    target = update.copy.operands[1]
    if isinstance(target.owner, ir.Block) or target.owner.operation.name != "memref.subview":
        return new
    made = target.owner.operation.clone(ip=ir.InsertionPoint(update.producer))
    made.operands[0] = new
    return made.results[0]


def box_of(builder: Builder, value: ir.Value, offsets: Sequence[int], sizes: Sequence[int]) -> ir.Value:
    """Write a view of a box of an array."""
    kind = ir.MemRefType(value.type)
    steps = [1] * len(sizes)
    strides: list[int] = []
    total = 1
    for size in reversed(list(kind.shape)):
        strides.insert(0, total)
        total *= size
    start = sum(offset * stride for offset, stride in zip(offsets, strides, strict=True))
    layout = ir.StridedLayoutAttr.get(start, strides)
    result = ir.MemRefType.get(list(sizes), kind.element_type, layout)
    attributes = {
        "static_offsets": ir.DenseI64ArrayAttr.get(list(offsets)),
        "static_sizes": ir.DenseI64ArrayAttr.get(list(sizes)),
        "static_strides": ir.DenseI64ArrayAttr.get(steps),
        "operandSegmentSizes": ir.DenseI32ArrayAttr.get([1, 0, 0, 0]),
    }
    return builder.value("memref.subview", [value], result, attributes)


def rim(
    shape: Sequence[int], offsets: Sequence[int], sizes: Sequence[int]
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Cut what a box leaves of an array into boxes (offsets and sizes)."""
    found = []
    low, length = [0] * len(shape), list(shape)
    for axis, (size, offset, inner) in enumerate(zip(shape, offsets, sizes, strict=True)):
        for start, count in ((0, offset), (offset + inner, size - offset - inner)):
            if count:
                found.append(
                    (
                        (*low[:axis], start, *low[axis + 1 :]),
                        (*length[:axis], count, *length[axis + 1 :]),
                    )
                )
        low[axis], length[axis] = offset, inner
    return found


def _bring_home(builder: Builder, loop: ir.Operation, home: ir.Value, other: ir.Value) -> None:
    """Copy the values back when the last turn left them in the other array."""
    block = loop.block
    following = _next(block, loop)
    with builder.at(ir.InsertionPoint(following)):
        low, high, step = list(loop.operands)[:3]
        length = builder.value("arith.subi", [high, low], builder.index)
        turns = builder.value("arith.ceildivsi", [length, step], builder.index)
        some = builder.compare(4, turns, builder.number(0))
        bit = builder.value("arith.andi", [turns, builder.number(1)], builder.index)
        odd = builder.compare(1, bit, builder.number(0))
        both = builder.value("arith.andi", [some, odd], builder.i1)
        builder.when(both, lambda: _copy(builder, other, home))


def _copy(builder: Builder, source: ir.Value, target: ir.Value) -> None:
    builder.create("memref.copy", [source, target])


def _next(block: ir.Block, op: ir.Operation) -> ir.Operation:
    found = False
    for each in block.operations:
        if found:
            return each.operation
        found = each.operation == op
    raise AssertionError("a loop is never the last operation of a block")
