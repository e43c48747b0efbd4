"""Steps in one pass: what a time loop updates gets room of its own within a step, so that all stages can share tiles.

A stage that updates an array in place parts the step in two: the next stage may look at a neighbour's element only
when every tile is done. With the new values in an array of their own, and the old ones untouched until the step ends,
each tile computes what it needs of its neighbours by itself, and the step is one pass over memory.
"""

from collections.abc import Iterator

from ...dialects.mlir import ir
from .builder import Builder
from .double_buffer import box_of, rim, static_box
from .writes import VIEWS, base, written

_STAGES = ("linalg.generic", "memref.copy")
_FREE = (*VIEWS, "memref.alloc", "memref.dim", "memref.dealloc", "scf.yield")


def give_steps_buffers(function: ir.Operation) -> bool:
    """Rewrite the loops of a kernel whose turns consist of stages only; tells whether anything changed."""
    changed = False
    for loop in list(_step_loops(function)):
        block = loop.regions[0].blocks[0]
        for array in _updated(loop):
            if _is_gathered(block, array):
                continue
            if _is_scratch(function, loop, array):
                _rename(block, array, keep=False)
                changed = True
            elif _is_read_elsewhere(block, array):
                _rename(block, array, keep=True)
                changed = True
    return changed


def _step_loops(root: ir.Operation) -> Iterator[ir.Operation]:
    for region in root.regions:
        for block in region.blocks:
            for op in block.operations:
                operation = op.operation
                if operation.name == "scf.for" and not len(operation.results) and _is_step(operation):
                    yield operation
                elif operation.name not in _STAGES:
                    yield from _step_loops(operation)


def _is_step(loop: ir.Operation) -> bool:
    stages = 0
    for op in loop.regions[0].blocks[0].operations:
        name = op.operation.name
        stages += name in _STAGES
        if name not in (*_STAGES, *_FREE) and not name.startswith(("arith.", "math.")):
            return False
    return stages > 1


def _updated(loop: ir.Operation) -> list[ir.Value]:
    """List the arrays of fixed sizes from outside of a loop that its stages write."""
    found: list[ir.Value] = []
    for op in loop.regions[0].blocks[0].operations:
        for value in written(op.operation):
            array = base(value)
            kind = ir.MemRefType(array.type)
            if array not in found and kind.has_static_shape and kind.rank and not _is_made_in(array, loop):
                found.append(array)
    return found


def _is_gathered(block: ir.Block, array: ir.Value) -> bool:
    """Tell whether the body of a stage reads an array by itself, at places of its own."""
    return any(
        inner.operation.name == "memref.load" and base(inner.operation.operands[0]) == array
        for op in block.operations
        if op.operation.name == "linalg.generic"
        for inner in op.operation.regions[0].blocks[0].operations
    )


def _is_made_in(array: ir.Value, loop: ir.Operation) -> bool:
    owner = array.owner
    block = owner if isinstance(owner, ir.Block) else owner.operation.block
    return bool(block == loop.regions[0].blocks[0])


def _touches(op: ir.Operation, array: ir.Value) -> tuple[bool, bool]:
    """Tell whether a stage reads, and whether it writes, an array."""
    if op.name not in _STAGES:
        return False, False
    writes = [value for value in written(op) if base(value) == array]
    others = [
        value for value in op.operands if isinstance(value.type, ir.MemRefType) and value not in written(op)
    ]
    reads = any(base(value) == array for value in others)
    if op.name == "linalg.generic" and writes:
        body = op.regions[0].blocks[0]
        inputs = len(op.operands) - len(written(op))
        for number, value in enumerate(written(op)):
            if base(value) == array and next(iter(body.arguments[inputs + number].uses), None) is not None:
                reads = True
    return reads, bool(writes)


def _is_scratch(function: ir.Operation, loop: ir.Operation, array: ir.Value) -> bool:
    """Tell whether an array only carries values within a turn: all writes come first, nobody reads it afterwards."""
    if isinstance(array.owner, ir.Block):
        return False
    is_read = False
    for op in loop.regions[0].blocks[0].operations:
        reads, writes = _touches(op.operation, array)
        if writes and (is_read or reads):
            return False
        is_read = is_read or reads
    return not any(_reads_outside(use.owner.operation, use.operand_number, loop) for use in _uses(array))


def _uses(value: ir.Value) -> Iterator[ir.OpOperand]:
    for use in value.uses:
        if use.owner.operation.name in VIEWS:
            yield from _uses(use.owner.operation.results[0])
        else:
            yield use


def _reads_outside(op: ir.Operation, operand: int, loop: ir.Operation) -> bool:
    """Tell whether an operation outside of a loop may read by an operand."""
    current: ir.Operation | None = op
    while current is not None:
        if current == loop:
            return False
        current = current.parent.operation if current.parent is not None else None
    if op.name in ("memref.copy", "linalg.generic"):
        first = len(op.operands) - len(written(op))
        return operand < first or (op.name == "linalg.generic" and len(op.operands) > 2)
    return True


def _is_read_elsewhere(block: ir.Block, array: ir.Value) -> bool:
    """Tell whether another stage than the ones that write an array reads it."""
    found = [_touches(op.operation, array) for op in block.operations]
    return any(reads and not writes for reads, writes in found)


def _rename(block: ir.Block, array: ir.Value, *, keep: bool) -> None:
    """Let a turn write an array of its own from the first write on, copied back at the end when `keep` is set."""
    operations = [op.operation for op in block.operations]
    first = next(op for op in operations if any(base(value) == array for value in written(op)))
    kind = ir.MemRefType(array.type)
    builder = Builder(block, first.location)
    covered = _covered(first, array)
    with builder.at(ir.InsertionPoint(first)), first.location:
        own = builder.value("memref.alloc", [], kind, builder.no_operands(2))
        if covered is None:
            builder.create("memref.copy", [array, own])
        else:
            for offsets, sizes in rim(list(kind.shape), *covered):
                views = [box_of(builder, value, offsets, sizes) for value in (array, own)]
                builder.create("memref.copy", views)
    is_behind = False
    for op in operations:
        if op == first:
            is_behind = True
            _replace_written(op, array, own)
            if covered is None:
                _replace(op, array, own)
        elif is_behind and op.name in _STAGES:
            _replace(op, array, own)
    end = operations[-1]
    if keep:
        with builder.at(ir.InsertionPoint(end)), first.location:
            builder.create("memref.copy", [own, array])


def _covered(op: ir.Operation, array: ir.Value) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Give the static box of an array that a stage writes completely, never using what was there."""
    targets = [value for value in written(op) if base(value) == array]
    if len(targets) != 1:
        return None
    box = static_box(targets[0])
    if box is None or op.name == "memref.copy":
        return None if box is None else box[1:]
    inputs = len(op.operands) - len(written(op))
    number = written(op).index(targets[0])
    argument = op.regions[0].blocks[0].arguments[inputs + number]
    map_ = ir.AffineMapAttr(list(ir.ArrayAttr(op.attributes["indexing_maps"]))[inputs + number]).value
    rank = len(map_.results)
    is_whole = map_ == ir.AffineMap.get_identity(rank) and next(iter(argument.uses), None) is None
    return box[1:] if is_whole else None


def _replace_written(op: ir.Operation, array: ir.Value, own: ir.Value) -> None:
    first = len(op.operands) - len(written(op)) if op.name == "linalg.generic" else 1
    for number, value in enumerate(list(op.operands)):
        if number >= first and base(value) == array:
            op.operands[number] = _viewed(op, value, array, own)


def _replace(op: ir.Operation, array: ir.Value, own: ir.Value) -> None:
    """Let an operation use another array, through copies of the views that stand in front of it."""
    for number, value in enumerate(list(op.operands)):
        if isinstance(value.type, ir.MemRefType) and base(value) == array:
            op.operands[number] = _viewed(op, value, array, own)


def _viewed(op: ir.Operation, value: ir.Value, array: ir.Value, own: ir.Value) -> ir.Value:
    if value == array:
        return own
    view = value.owner.operation
    source = _viewed(op, view.operands[0], array, own)
    copy = view.clone(ip=ir.InsertionPoint(op))
    copy.operands[0] = source
    return copy.results[0]
