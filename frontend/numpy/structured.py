"""Structured operations on tensors: `linalg.generic`, fills and scalars as tensors."""

from collections.abc import Callable, Sequence
from functools import partial

from ...dialects.mlir import arith, complex, ir, linalg, tensor
from .emitter import tensor_type
from .scalar import Scalar, Size, index_value

Body = Callable[..., ir.Value]
_PARTS = (complex.ReOp, complex.ImOp)


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
    return from_scalars([value], ())


def from_scalars(values: Sequence[ir.Value], shape: tuple[int, ...]) -> ir.Value:
    """Make a tensor of as many numbers of one type; IREE 3.13 makes none of i1 and of complex by itself."""
    element = values[0].type
    if len(shape) > 1:
        return _as_matrix(from_scalars(values, (len(values),)), shape)
    if isinstance(element, ir.ComplexType):
        join = partial(_create, element)
        if not shape:
            pair = from_scalars([part(values[0]).result for part in _PARTS], (2,))
            maps = [ir.AffineMap.get(0, 0, [ir.AffineConstantExpr.get(k)]) for k in (0, 1)]
            return generic(join, [pair, pair], maps, shape, element)
        parts = [from_scalars([part(value).result for value in values], shape) for part in _PARTS]
        return generic(join, parts, [identity(1)] * 2, shape, element)
    if element == ir.IntegerType.get_signless(1):
        bytes_ = [arith.ExtUIOp(ir.IntegerType.get_signless(8), value).result for value in values]
        wide, access = from_scalars(bytes_, shape), identity(len(shape))
        return generic(lambda x: arith.TruncIOp(element, x).result, [wide], [access], shape, element)
    return tensor.FromElementsOp(tensor_type(shape, element), list(values)).result


def _as_matrix(flat: ir.Value, shape: tuple[int, ...]) -> ir.Value:
    """Give a vector a shape: IREE 3.13 fills numbers of a matrix past its end."""
    from .shapes import expand

    return expand(flat, [list(range(len(shape)))], shape)


def _create(element: ir.Type, real: ir.Value, imaginary: ir.Value) -> ir.Value:
    return complex.CreateOp(element, real, imaginary).result


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
