"""`convolution-channels-last`: the layout in which convolutions run fast on vector machines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..dialects.mlir import arith, collect, ir, linalg, run_passes
from .channels_last_shapes import move_concat, move_extract_slice, move_insert_slice, move_pad
from .channels_last_values import Twins, permutation
from .passes import Pass
from .tensor_values import defining, empty_like, inverse, permuted_type, rank_of, transpose


@dataclass(frozen=True)
class ConvolutionChannelsLast(Pass):
    """Run convolutions with the channels as the last dimension, and everything between them too.

    Convolutions are moved always; padding, pooling, concatenation, slices and elementwise operations when one
    of their operands has moved. Transposes remain only where the program meets the outside: at its arguments and
    results, at operations this pass does not know, and at weights, whose transposes are computed once.
    A bias that was the convolution's initial value is added afterwards, where it fuses with what follows.
    """

    name: ClassVar[str] = "convolution-channels-last"

    def apply(self, module: ir.Module) -> None:
        """Move each block that holds a channels-first convolution, in one walk over its operations."""
        found = collect(module, tuple(_CONVOLUTIONS))
        if not found:
            return
        with module.context:
            for block in dict.fromkeys(_Key(operation.block) for operation in found):
                _move_block(block.block)
        run_passes(module, "canonicalize,cse")


class _Key:
    """Make a block usable as a dictionary key."""

    def __init__(self, block: ir.Block) -> None:
        self.block = block

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.block == other.block

    def __hash__(self) -> int:
        return hash(self.block.owner)


_CONVOLUTIONS: dict[str, tuple[str, tuple[int, ...]]] = {
    "linalg.conv_1d_ncw_fcw": ("conv_1d_nwc_wcf", (2, 1, 0)),
    "linalg.conv_2d_nchw_fchw": ("conv_2d_nhwc_hwcf", (2, 3, 1, 0)),
    "linalg.conv_3d_ncdhw_fcdhw": ("conv_3d_ndhwc_dhwcf", (2, 3, 4, 1, 0)),
    "linalg.depthwise_conv_1d_ncw_cw": ("depthwise_conv_1d_nwc_wc", (1, 0)),
    "linalg.depthwise_conv_2d_nchw_chw": ("depthwise_conv_2d_nhwc_hwc", (1, 2, 0)),
}
"""Each channels-first convolution: its channels-last form and the order of the filter's dimensions there."""

_POOLINGS: dict[str, str] = {
    "linalg.pooling_ncw_max": "pooling_nwc_max",
    "linalg.pooling_ncw_sum": "pooling_nwc_sum",
    "linalg.pooling_nchw_max": "pooling_nhwc_max",
    "linalg.pooling_nchw_sum": "pooling_nhwc_sum",
}


def _move_block(block: ir.Block) -> None:
    twins = Twins()
    for operation in [found.operation for found in block.operations]:
        rule = _rule(operation.name)
        if rule is not None:
            with ir.InsertionPoint(operation), operation.location:
                rule(operation, twins)


def _rule(name: str) -> Callable[[ir.Operation, Twins], None] | None:
    if name in _CONVOLUTIONS:
        return _move_convolution
    if name in _POOLINGS:
        return _move_pooling
    return _RULES.get(name)


def _windows(operation: ir.Operation) -> dict[str, list[int]]:
    return {
        name: [int(size) for size in ir.DenseIntElementsAttr(operation.attributes[name])]
        for name in ("strides", "dilations")
        if name in operation.attributes
    }


def _build(name: str, *operands: ir.Value, init: ir.Value, **windows: Any) -> ir.Value:
    built: ir.Value = getattr(linalg, name)(*operands, outs=[init], **windows)
    return built


def _move_convolution(operation: ir.Operation, twins: Twins) -> None:
    name, order = _CONVOLUTIONS[operation.name]
    _move_padding(operation.operands[0], twins)
    image, weights, init = operation.operands
    bias = _broadcast_bias(init)
    moved_init = twins.moved(init) if bias is None else _zeros(init)
    filters = transpose(weights, order)
    moved = _build(name, twins.moved(image), filters, init=moved_init, **_windows(operation))
    twins.replace(operation, moved if bias is None else _add_bias(moved, bias))


def _move_padding(image: ir.Value, twins: Twins) -> None:
    """Transpose before padding: a transpose between padding and convolution would be fused into the latter's loops."""
    owner = defining(image)
    if owner is not None and owner.name == "tensor.pad" and not twins.has(image):
        with ir.InsertionPoint(owner), owner.location:
            twins.moved(owner.operands[0])
            move_pad(owner, twins)


def _broadcast_bias(init: ir.Value) -> ir.Value | None:
    owner = defining(init)
    if owner is None or owner.name != "linalg.broadcast":
        return None
    dimensions = list(ir.DenseI64ArrayAttr(owner.attributes["dimensions"]))
    return owner.operands[0] if dimensions == [0, *range(2, rank_of(init))] else None


def _zeros(init: ir.Value) -> ir.Value:
    element = ir.RankedTensorType(init.type).element_type
    is_integer = isinstance(element, ir.IntegerType)
    zero = ir.IntegerAttr.get(element, 0) if is_integer else ir.FloatAttr.get(element, 0.0)
    empty = empty_like(init, permutation(rank_of(init)))
    return linalg.fill(arith.ConstantOp(element, zero).result, outs=[empty])


def _add_bias(value: ir.Value, bias: ir.Value) -> ir.Value:
    rank = rank_of(value)
    identity = ir.AffineMap.get_identity(rank)
    last = ir.AffineMap.get(rank, 0, [ir.AffineDimExpr.get(rank - 1)])
    element = ir.RankedTensorType(value.type).element_type
    parallel = ir.Attribute.parse("#linalg.iterator_type<parallel>")
    added = linalg.GenericOp(
        [value.type],
        [value, bias],
        [empty_like(value, range(rank))],
        _maps_attribute([identity, last, identity]),
        ir.ArrayAttr.get([parallel] * rank),
    )
    body = added.regions[0].blocks.append(element, element, element)
    with ir.InsertionPoint(body):
        add = arith.AddIOp if isinstance(element, ir.IntegerType) else arith.AddFOp
        linalg.YieldOp([add(body.arguments[0], body.arguments[1]).result])
    return added.results[0]


def _move_pooling(operation: ir.Operation, twins: Twins) -> None:
    image, window, init = operation.operands
    if twins.has(image):
        name = _POOLINGS[operation.name]
        twins.replace(
            operation, _build(name, twins.moved(image), window, init=twins.moved(init), **_windows(operation))
        )


def _move_generic(operation: ir.Operation, twins: Twins) -> None:
    """Permute the loops of an elementwise operation; otherwise only read the channels-last operands."""
    inputs, outputs = _segments(operation)
    if not any(twins.has(value) for value in inputs):
        return
    maps = [
        ir.AffineMapAttr(attribute).value for attribute in ir.ArrayAttr(operation.attributes["indexing_maps"])
    ]
    rank = maps[0].n_dims
    parallel = all("parallel" in str(kind) for kind in ir.ArrayAttr(operation.attributes["iterator_types"]))
    if len(outputs) == 1 and rank >= 3 and parallel and maps[-1] == ir.AffineMap.get_identity(rank):
        _permute_loops(operation, maps, twins)
        return
    for place, value in enumerate(inputs):
        if twins.has(value):
            operation.operands[place] = twins.moved(value)
            maps[place] = _reordered(maps[place], permutation(rank_of(value)))
    operation.attributes["indexing_maps"] = _maps_attribute(maps)


def _segments(operation: ir.Operation) -> tuple[list[ir.Value], list[ir.Value]]:
    sizes = list(ir.DenseI32ArrayAttr(operation.attributes["operandSegmentSizes"]))
    operands = list(operation.operands)
    return operands[: sizes[0]], operands[sizes[0] :]


def _maps_attribute(maps: Sequence[ir.AffineMap]) -> ir.ArrayAttr:
    return ir.ArrayAttr.get([ir.AffineMapAttr.get(entry) for entry in maps])


def _reordered(affine_map: ir.AffineMap, order: Sequence[int]) -> ir.AffineMap:
    results = list(affine_map.results)
    return ir.AffineMap.get(affine_map.n_dims, 0, [results[place] for place in order])


def _permute_loops(operation: ir.Operation, maps: list[ir.AffineMap], twins: Twins) -> None:
    inputs, (init,) = _segments(operation)
    order = permutation(maps[0].n_dims)
    places = inverse(order)
    loops = ir.AffineMap.get(len(order), 0, [ir.AffineDimExpr.get(place) for place in places])
    permuted = []
    for affine_map, value in zip(maps, [*inputs, init], strict=True):
        results = [expression.compose(loops) for expression in affine_map.results]
        entry = ir.AffineMap.get(len(order), 0, results)
        moved = twins.has(value) or value == init
        permuted.append(_reordered(entry, permutation(rank_of(value))) if moved else entry)
    attributes = {name: operation.attributes[name] for name in operation.attributes}
    attributes["indexing_maps"] = _maps_attribute(permuted)
    made = ir.Operation.create(
        "linalg.generic",
        results=[permuted_type(operation.results[0], order)],
        operands=[*(twins.moved(v) if twins.has(v) else v for v in inputs), twins.moved(init)],
        attributes=attributes,
        regions=1,
    )
    operation.regions[0].blocks[0].append_to(made.regions[0])
    for index in collect(made, "linalg.index"):
        dimension = ir.IntegerAttr(index.attributes["dim"])
        index.attributes["dim"] = ir.IntegerAttr.get(dimension.type, places[dimension.value])
    twins.replace(operation, made.results[0])


_RULES: dict[str, Callable[[ir.Operation, Twins], None]] = {
    "linalg.generic": _move_generic,
    "tensor.concat": move_concat,
    "tensor.extract_slice": move_extract_slice,
    "tensor.insert_slice": move_insert_slice,
    "tensor.pad": move_pad,
}
