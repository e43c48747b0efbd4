"""The last steps of a kernel: plain loads and stores, temporaries in a workspace, bools as bytes."""

from isthmus.errors import PassError

from ...dialects.mlir import collect, ir
from .accesses import Linear, Views
from .bounds import upper_bound
from .builder import Builder
from .memory import Memory
from .vectors import width

ALIGNMENT = 64
FINISHED = 15
"""The place of the flag among the counters that says that the work is done."""

_VIEWS = ("memref.subview", "memref.cast", "memref.collapse_shape", "memref.expand_shape")


def read_and_write_directly(function: ir.Operation, views: Views) -> None:
    """Turn loads and stores through views into ones of the buffers themselves."""
    for op in collect(function, ("memref.load", "memref.store")):
        writes = op.name == "memref.store"
        operands = list(op.operands)
        memref, indices = (operands[1], operands[2:]) if writes else (operands[0], operands[1:])
        element = operands[0].type if writes else op.results[0].type
        if element != ir.MemRefType(memref.type).element_type:
            continue  # a bool's byte: written by a nest, directly
        builder = Builder(op.block, op.location)
        with builder.at(ir.InsertionPoint(op)), op.location:
            access = views.of(memref).access(tuple(Linear(symbols=((index, 1),)) for index in indices))
            memory = Memory(builder, views)
            if writes:
                memory.store(operands[0], access, {}, 0, None, None)
            else:
                op.results[0].replace_all_uses_with(memory.load(access, {}, 0, None, None))
        op.erase()


def drop_views(function: ir.Operation) -> None:
    """Erase views and sizes of views that nobody uses any more."""
    for op in reversed(collect(function, (*_VIEWS, "memref.dim", "memref.dealloc"))):
        if op.name == "memref.dealloc" or all(next(iter(r.uses), None) is None for r in op.results):
            op.erase()


def place_temporaries(function: ir.Operation, workspace: ir.Value, start: int) -> int:
    """Give every allocation its place in the workspace, behind `start` bytes; returns the bytes used in all.

    One whose size varies gets room for the largest it can have; a `PassError` when that is not known.
    """
    end = start
    for op in collect(function, "memref.alloc"):
        kind = ir.MemRefType(op.results[0].type)
        builder = Builder(op.block, op.location)
        entry = function.regions[0].blocks[0]
        place = ir.InsertionPoint.at_block_begin(entry) if kind.has_static_shape else ir.InsertionPoint(op)
        with builder.at(place), op.location:
            view = builder.view(
                workspace, builder.number(end), list(kind.shape), kind.element_type, list(op.operands)
            )
        bytes_ = width(kind.element_type)
        for size in _largest(kind, list(op.operands)):
            bytes_ *= size
        op.results[0].replace_all_uses_with(view)
        op.erase()
        end += -(-max(bytes_, 1) // ALIGNMENT) * ALIGNMENT  # an empty one has a place, too
    return end


def _largest(kind: ir.MemRefType, sizes: list[ir.Value]) -> list[int]:
    """List the sizes of a type, upper bounds where they vary."""
    found, varying = [], iter(sizes)
    for dimension in range(kind.rank):
        if not kind.is_dynamic_dim(dimension):
            found.append(int(kind.get_dim_size(dimension)))
            continue
        bound = upper_bound(next(varying))
        if bound is None:
            raise PassError(
                f"a kernel cannot place a temporary of type '{kind}': its size is known at run time only"
            )
        found.append(max(bound, 0))
    return found


def bools_as_bytes(function: ir.Operation) -> None:
    """Give arguments that hold bools their type in memory."""
    with function.context:
        byte = ir.IntegerType.get_signless(8)
        for argument in function.regions[0].blocks[0].arguments:
            if (
                isinstance(argument.type, ir.MemRefType)
                and str(ir.MemRefType(argument.type).element_type) == "i1"
            ):
                argument.set_type(ir.MemRefType.get(list(ir.MemRefType(argument.type).shape), byte))
        for op in collect(function, ("memref.collapse_shape", "memref.expand_shape", "arith.select")):
            kind = op.results[0].type
            if isinstance(kind, ir.MemRefType) and str(ir.MemRefType(kind).element_type) == "i1":
                op.results[0].set_type(ir.MemRefType.get(list(ir.MemRefType(kind).shape), byte))


def set_type(function: ir.Operation) -> None:
    """Make the function's type say what its block takes."""
    types = [argument.type for argument in function.regions[0].blocks[0].arguments]
    function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(types, []))


def leave_when_done(function: ir.Operation, counters: ir.Value) -> None:
    """Let a workgroup that comes when the others are done leave at once."""
    block = function.regions[0].blocks[0]
    *body, end = [op.operation for op in block.operations]
    builder = Builder(block, function.location)
    with builder.at(ir.InsertionPoint(end)), function.location:
        place = builder.number(FINISHED)
        add = {"kind": ir.Attribute.parse("1 : i64")}  # addi
        nothing = builder.number(0, builder.i64)
        flag = builder.value("memref.atomic_rmw", [nothing, counters, place], builder.i64, add)
        is_running = builder.compare(0, flag, nothing)

        def run() -> None:
            anchor = builder.number(1, builder.i64)
            for op in body:
                op.move_before(anchor.owner.operation)
            builder.value("memref.atomic_rmw", [anchor, counters, place], builder.i64, add)

        builder.when(is_running, run)
