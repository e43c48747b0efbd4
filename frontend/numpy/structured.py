"""Structured operations on tensors: `linalg.generic`, fills and scalars as tensors."""

from collections.abc import Callable, Sequence

from ...dialects.mlir import arith, complex, ir, linalg, tensor
from .emitter import tensor_type
from .scalar import Scalar, Size, index_value

Body = Callable[..., ir.Value]


def empty(shape: Sequence[Size], element: ir.Type) -> ir.Value:
    """Make a tensor of no particular content."""
    return tensor.EmptyOp([index_value(n) if isinstance(n, Scalar) else n for n in shape], element).result


def fill(shape: Sequence[Size], value: ir.Value) -> ir.Value:
    """Make a tensor that holds one scalar value everywhere."""
    return linalg.fill(value, outs=[empty(shape, value.type)])


def from_scalar(value: ir.Value) -> ir.Value:
    """Make a tensor of rank 0; a number that was read out of one, as reductions do, is in that one still."""
    owner = value.owner
    if not isinstance(owner, ir.Block) and owner.name == "tensor.extract" and len(owner.operands) == 1:
        return owner.operands[0]
    if isinstance(value.type, ir.ComplexType):  # IREE 3.13 makes no tensor of one complex number
        parts = [from_scalar(part(value).result) for part in (complex.ReOp, complex.ImOp)]
        return generic(
            lambda x, y: complex.CreateOp(value.type, x, y).result, parts, [identity(0)] * 2, (), value.type
        )
    if value.type == ir.IntegerType.get_signless(1):  # nor one of a truth value
        wide = from_scalar(arith.ExtUIOp(ir.IntegerType.get_signless(8), value).result)
        return generic(lambda x: arith.TruncIOp(value.type, x).result, [wide], [identity(0)], (), value.type)
    return tensor.FromElementsOp(tensor_type((), value.type), [value]).result


def identity(rank: int) -> ir.AffineMap:
    """Make the access of every element in place."""
    return ir.AffineMap.get_identity(rank)


def generic(
    body: Body,
    inputs: Sequence[ir.Value],
    maps: Sequence[ir.AffineMap],
    shape: Sequence[Size],
    element: ir.Type,
) -> ir.Value:
    """Compute every element of a new tensor: `body` maps the inputs' scalars to the result's."""
    result = empty(shape, element)
    rank = len(shape)
    return structured(body, inputs, result, [*maps, identity(rank)], ["parallel"] * rank)


def structured(
    body: Body,
    inputs: Sequence[ir.Value],
    out: ir.Value,
    maps: Sequence[ir.AffineMap],
    iterators: Sequence[str],
) -> ir.Value:
    """Emit a `linalg.generic` with one output; `body` gets the inputs' scalars, and the output's when it reduces."""
    rows = {name: ir.Attribute.parse(f"#linalg.iterator_type<{name}>") for name in set(iterators)}
    built = ir.Operation.create(
        "linalg.generic",
        results=[out.type],
        operands=[*inputs, out],
        attributes={
            "indexing_maps": ir.ArrayAttr.get([ir.AffineMapAttr.get(row) for row in maps]),
            "iterator_types": ir.ArrayAttr.get([rows[name] for name in iterators]),
            "operandSegmentSizes": ir.DenseI32ArrayAttr.get([len(inputs), 1]),
        },
        regions=1,
    )
    types = [ir.RankedTensorType(value.type).element_type for value in (*inputs, out)]
    block = built.regions[0].blocks.append(*types)
    with ir.InsertionPoint(block):
        arguments = list(block.arguments)
        if "reduction" not in iterators:
            arguments = arguments[:-1]
        ir.Operation.create("linalg.yield", operands=[body(*arguments)])
    return built.result
