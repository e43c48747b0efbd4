"""`split-transposed-convolutions`: a transposed convolution that does not overlap is a matrix product."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import arith, collect, ir, linalg, replace, run_passes, tensor
from .einsum import elementwise
from .passes import Pass
from .tensor_values import defining, is_zero, rank_of, transpose


@dataclass(frozen=True)
class SplitTransposedConvolutions(Pass):
    """Compute transposed convolutions whose kernel is as wide as their stride without the zeros between.

    Exporters write a transposed convolution as a convolution over an image with zeros inserted, which multiplies by
    zero three times of four for a stride of two. When no two kernels overlap, each pixel becomes one block of
    the result: one matrix product, and a reshape.
    """

    name: ClassVar[str] = "split-transposed-convolutions"

    def apply(self, module: ir.Module) -> None:
        """Rewrite each convolution over an image with zeros inserted, of known sizes."""
        with module.context:
            for operation in collect(module, "linalg.conv_2d_nchw_fchw"):
                image = _spread_image(operation)
                if image is not None:
                    with ir.InsertionPoint(operation), operation.location:
                        replace(operation, [_product(operation, image)])
        run_passes(module, "canonicalize,cse")


def _spread_image(operation: ir.Operation) -> ir.Value | None:
    """Find what was spread: its pixels lie a kernel's width apart, the first at the kernel's last place."""
    spread, weights, init = operation.operands
    owner = defining(spread)
    if owner is None or owner.name != "tensor.insert_slice" or not is_zero(owner.operands[1]):
        return None
    kinds = [ir.RankedTensorType(value.type) for value in (spread, weights, init, owner.operands[0])]
    if not all(_is_known_image(kind) for kind in kinds) or len(owner.operands) != 2:
        return None
    names = [name for name in ("strides", "dilations") if name in operation.attributes]
    windows = [size for name in names for size in operation.attributes[name]]
    _, _, high, wide = kinds[1].shape
    image = kinds[3].shape
    expected = [*image[:2], image[2] * high + high - 1, image[3] * wide + wide - 1]
    fits = (
        all(size == 1 for size in windows)
        and list(owner.attributes["static_offsets"]) == [0, 0, high - 1, wide - 1]
        and list(owner.attributes["static_strides"]) == [1, 1, high, wide]
        and list(kinds[0].shape) == expected
    )
    return owner.operands[0] if fits else None


def _is_known_image(kind: ir.RankedTensorType) -> bool:
    return bool(kind.has_static_shape) and kind.rank == 4 and isinstance(kind.element_type, ir.FloatType)


def _product(operation: ir.Operation, image: ir.Value) -> ir.Value:
    """Multiply pixels by weights, put the blocks in their place, add the initial value."""
    _, weights, init = operation.operands
    batch, channels, rows, columns = ir.RankedTensorType(image.type).shape
    filters, _, high, wide = ir.RankedTensorType(weights.type).shape
    element = ir.RankedTensorType(image.type).element_type
    pixels = _reshape(transpose(image, [0, 2, 3, 1]), [[0, 1, 2], [3]], [batch * rows * columns, channels])
    matrix = _reshape(_mirrored(weights), [[0], [1, 2, 3]], [channels, high * wide * filters])
    empty = tensor.empty([batch * rows * columns, high * wide * filters], element)
    zero = arith.ConstantOp(element, ir.FloatAttr.get(element, 0.0)).result
    blocks = linalg.matmul(pixels, matrix, outs=[linalg.fill(zero, outs=[empty])])
    shape = [batch, rows, columns, high, wide, filters]
    apart = tensor.expand_shape(
        ir.RankedTensorType.get(shape, element), blocks, [[0, 1, 2], [3, 4, 5]], [], shape
    )
    placed = transpose(apart, [0, 1, 3, 2, 4, 5])
    whole = _reshape(placed, [[0], [1, 2], [3, 4], [5]], [batch, rows * high, columns * wide, filters])
    return _add(transpose(whole, [0, 3, 1, 2]), init)


def _reshape(value: ir.Value, groups: list[list[int]], shape: list[int]) -> ir.Value:
    element = ir.RankedTensorType(value.type).element_type
    made: ir.Value = tensor.collapse_shape(ir.RankedTensorType.get(shape, element), value, groups)
    return made


def _mirrored(weights: ir.Value) -> ir.Value:
    """Make `result[c, i, j, f] = weights[f, c, -1 - i, -1 - j]`."""
    kind = ir.RankedTensorType(weights.type)
    filters, channels, high, wide = kind.shape
    empty = tensor.empty([channels, high, wide, filters], kind.element_type)
    identity = ir.ArrayAttr.get([ir.AffineMapAttr.get(ir.AffineMap.get_identity(4))])
    parallel = ir.ArrayAttr.get([ir.Attribute.parse("#linalg.iterator_type<parallel>")] * 4)
    made = linalg.GenericOp([empty.type], [], [empty], identity, parallel)
    with ir.InsertionPoint(made.regions[0].blocks.append(kind.element_type)):
        channel, row, column, filter_ = [linalg.IndexOp(place).result for place in range(4)]
        last = [arith.ConstantOp(ir.IndexType.get(), size - 1).result for size in (high, wide)]
        places = [arith.SubIOp(last[0], row).result, arith.SubIOp(last[1], column).result]
        linalg.YieldOp([tensor.ExtractOp(weights, [filter_, channel, *places]).result])
    return made.results[0]


def _add(value: ir.Value, init: ir.Value) -> ir.Value:
    if is_zero(init):
        return value
    owner = defining(init)
    element = ir.RankedTensorType(value.type).element_type
    if owner is not None and owner.name == "linalg.broadcast" and rank_of(owner.operands[0]) == 1:
        return elementwise("nfhw,f->nfhw", element, _sum, value, owner.operands[0])
    return elementwise("nfhw,nfhw->nfhw", element, _sum, value, init)


def _sum(left: ir.Value, right: ir.Value) -> ir.Value:
    made: ir.Value = arith.AddFOp(left, right).result
    return made
