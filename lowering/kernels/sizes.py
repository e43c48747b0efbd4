"""Sizes of memrefs: numbers where they are known, else the values they come from."""

from ...dialects.mlir import ir
from .accesses import constant_index, kept_dimensions, mixed


def size_of(value: ir.Value, dimension: int) -> "int | ir.Value":
    """Give a memref's size: a number, or a value that dominates it (an argument's size gets a `memref.dim`)."""
    kind = ir.MemRefType(value.type)
    if not kind.is_dynamic_dim(dimension):
        return int(kind.get_dim_size(dimension))
    owner = value.owner
    if isinstance(owner, ir.Block):
        return _dimension_of_argument(value, dimension)
    op = owner.operation
    match op.name:
        case "memref.alloc" | "memref.alloca":
            number = sum(kind.is_dynamic_dim(d) for d in range(dimension))
            return _simplest(op.operands[number])
        case "memref.subview":
            sizes = mixed(op, "sizes")
            size = sizes[kept_dimensions(sizes, kind)[dimension]]
            return size if isinstance(size, int) else _simplest(size)
        case "memref.cast":
            return size_of(op.operands[0], dimension)
        case _:
            return _dimension_after(op, value, dimension)


def _simplest(value: ir.Value) -> "int | ir.Value":
    """Look through `memref.dim` and constants."""
    known = constant_index(value)
    if known is not None:
        return known
    owner = value.owner
    if not isinstance(owner, ir.Block) and owner.operation.name == "memref.dim":
        dimension = constant_index(owner.operation.operands[1])
        if dimension is not None:
            return size_of(owner.operation.operands[0], dimension)
    return value


def _dimension_of_argument(value: ir.Value, dimension: int) -> ir.Value:
    block = value.owner
    for op in block.operations:
        if _is_dimension(op.operation, value, dimension):
            return op.operation.results[0]
    return _make(value, dimension, ir.InsertionPoint.at_block_begin(block))


def _is_dimension(op: ir.Operation, value: ir.Value, dimension: int) -> bool:
    if op.name != "memref.dim" or op.operands[0] != value:
        return False
    return constant_index(op.operands[1]) == dimension


def _dimension_after(op: ir.Operation, value: ir.Value, dimension: int) -> ir.Value:
    block = op.block
    following = list(block.operations)
    place = next(number for number, each in enumerate(following) if each.operation == op)
    return _make(value, dimension, ir.InsertionPoint(following[place + 1]))


def _make(value: ir.Value, dimension: int, place: ir.InsertionPoint) -> ir.Value:
    with place, ir.Location.unknown(value.context):
        index = ir.IndexType.get(value.context)
        number = ir.Operation.create(
            "arith.constant", results=[index], attributes={"value": ir.IntegerAttr.get(index, dimension)}
        ).results[0]
        return ir.Operation.create("memref.dim", results=[index], operands=[value, number]).results[0]
