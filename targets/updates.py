"""Updates of an array from itself, which IREE must not compute in place."""

from collections.abc import Iterator

from iree.compiler import ir

INSERT = "tensor.insert_slice"
_VIEWS = ("tensor.extract_slice", "tensor.expand_shape", "tensor.collapse_shape", "tensor.cast")
_UPDATES = {INSERT: 1, "tensor.insert": 1}
_FARTHEST = 256
"""How many operations are followed back from what is written; beyond that it counts as made from the array."""


def keep_apart(insert: ir.Operation) -> None:
    """Let what is written into a run of an array's elements be complete before the first of them changes.

    IREE computes `b[1:-1] = f(b[:-2], b[2:])` straight into `b`'s memory when nobody needs the old `b` afterwards,
    though the computation itself reads it: wrong numbers, silently (3.13, iree-stream-emplace-allocations). Delete
    this when `b = a * a; b[1:-1] = b[:-2] + b[2:]` is right without it.
    """
    source, target = insert.operands[0], insert.operands[1]
    if not _is_run(insert) or not _is_made_from(source, _root(target)):
        return
    with ir.InsertionPoint(insert), insert.location:
        sizes = list(_varying_sizes(source))
        made = ir.Operation.create("util.optimization_barrier", results=[source.type], operands=[source])
        if sizes:  # the barrier hides them
            operands = [made.results[0], *sizes]
            made = ir.Operation.create("flow.tensor.tie_shape", results=[source.type], operands=operands)
    insert.operands[0] = made.results[0]


def _varying_sizes(value: ir.Value) -> Iterator[ir.Value]:
    index = ir.IndexType.get()
    kind = ir.RankedTensorType(value.type)
    for dimension in range(kind.rank):
        if kind.is_dynamic_dim(dimension):
            number = ir.Operation.create(
                "arith.constant", results=[index], attributes={"value": ir.IntegerAttr.get(index, dimension)}
            )
            operands = [value, number.results[0]]
            yield ir.Operation.create("tensor.dim", results=[index], operands=operands).results[0]


def _is_run(insert: ir.Operation) -> bool:
    """Tell whether the elements written may lie one behind the other: others are never written in place."""
    shape = ir.RankedTensorType(insert.operands[1].type).shape
    sizes = list(ir.DenseI64ArrayAttr(insert.attributes["static_sizes"]))
    found = False
    for size, whole in zip(sizes, shape, strict=True):
        is_known = size >= 0 and whole >= 0
        if found and is_known and size != whole:
            return False
        found = found or size != 1
    return True


def _is_made_from(value: ir.Value, array: ir.Value) -> bool:
    """Tell whether a value is computed from an array or from an older state of it."""
    pending, seen = [value], 0
    while pending:
        current = pending.pop()
        seen += 1
        if not isinstance(current.owner, ir.Block) and current.owner.name == "tensor.empty":
            continue
        if seen > _FARTHEST or _root(current) == array:
            return True
        if isinstance(current.owner, ir.Block):
            continue
        pending.extend(_tensors(current.owner))
    return False


def _tensors(op: ir.Operation) -> Iterator[ir.Value]:
    """Yield the tensors that an operation reads, by operands and by its regions."""
    for operand in op.operands:
        if isinstance(operand.type, ir.RankedTensorType):
            yield operand
    for region in op.regions:
        for block in region:
            for inner in block:
                yield from _tensors(inner.operation)


def _root(value: ir.Value) -> ir.Value:
    """Follow a value through views and updates to the array it began as."""
    while not isinstance(value.owner, ir.Block):
        op = value.owner
        if op.name in _VIEWS:
            value = op.operands[0]
        elif op.name in _UPDATES:
            value = op.operands[_UPDATES[op.name]]
        else:
            break
    return value
