"""Pads matrix products to sizes that our tiles divide; runs in the worker process only.

IREE 3.13 multiplies f64 matrices at 16 GF/s when the tile of `tiles.py` does not divide their sizes, and at 70 to 100
when it does. Zeros around the operands cost O(n²) for O(n³) of arithmetic.
"""

from collections.abc import Mapping, Sequence

from iree.compiler import ir

from .crossing import operations
from .tiles import LARGEST, Tile

SMALLEST = 1 << 20
"""Multiplications from which padding pays."""
_LOSS = 0.25
"""How much slower a product is whose parts are narrow, times their share: weighs zeros against narrow parts."""


def pad_products(module: ir.Module, tiles: Mapping[str, Tile]) -> int:
    """Pad each large product of an element type in `tiles`; count them."""
    count = 0
    with module.context:
        for op in list(operations(module.operation)):
            if op.name == "linalg.matmul" and (sizes := _padded(op, tiles)):
                with op.location, ir.InsertionPoint(op):
                    _pad(op, sizes)
                count += 1
    return count


def _padded(op: ir.Operation, tiles: Mapping[str, Tile]) -> tuple[int, int] | None:
    """Choose rows and columns of a product, or None to leave it alone."""
    kinds = [ir.RankedTensorType(value.type) for value in op.operands]
    element = str(kinds[2].element_type)
    is_plain = "indexing_maps" not in op.attributes or str(op.attributes["indexing_maps"]) == _PLAIN
    if element not in tiles or not is_plain:
        return None
    if any(str(kind.element_type) != element or not kind.has_static_shape for kind in kinds):
        return None
    (rows, inner), columns = kinds[0].shape, kinds[1].shape[1]
    if rows * inner * columns < SMALLEST or rows < tiles[element][0] or columns < tiles[element][1]:
        return None
    sizes = (_rounded(rows, tiles[element][0]), _rounded(columns, tiles[element][1]))
    return None if sizes == (rows, columns) else sizes


_PLAIN = (
    "[affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, "
    "affine_map<(d0, d1, d2) -> (d0, d1)>]"
)


def _rounded(size: int, tile: int) -> int:
    """Round a size up to whole parts, as wide as it costs few zeros."""
    parts = range(tile, LARGEST + 1, tile)
    return min(
        (-(-size // part) * part for part in parts),
        key=lambda padded: padded * (1 + _LOSS * (1 - _widest(padded, tile) / LARGEST)),
    )


def _widest(size: int, tile: int) -> int:
    return max(part for part in range(tile, LARGEST + 1, tile) if size % part == 0)


def _pad(op: ir.Operation, sizes: tuple[int, int]) -> None:
    left, right, start = op.operands
    inner = ir.RankedTensorType(left.type).shape[1]
    shapes = [(sizes[0], inner), (inner, sizes[1]), sizes]
    operands = [_with_zeros(value, shape) for value, shape in zip((left, right, start), shapes, strict=True)]
    product = op.clone()
    for place, operand in enumerate(operands):
        product.operands[place] = operand
    kind = ir.RankedTensorType(op.results[0].type)
    product.results[0].set_type(ir.RankedTensorType.get(sizes, kind.element_type))
    result = ir.Operation.create(
        "tensor.extract_slice",
        results=[kind],
        operands=[product.results[0]],
        attributes={
            "operandSegmentSizes": ir.DenseI32ArrayAttr.get([1, 0, 0, 0]),
            "static_offsets": ir.DenseI64ArrayAttr.get([0, 0]),
            "static_sizes": ir.DenseI64ArrayAttr.get(kind.shape),
            "static_strides": ir.DenseI64ArrayAttr.get([1, 1]),
        },
    )
    op.results[0].replace_all_uses_with(result.results[0])
    op.erase()


def _with_zeros(value: ir.Value, shape: Sequence[int]) -> ir.Value:
    """Put a matrix into the corner of a larger one; a filled one is filled anew."""
    kind = ir.RankedTensorType(value.type)
    if list(kind.shape) == list(shape):
        return value
    zero = ir.Operation.create(
        "arith.constant",
        results=[kind.element_type],
        attributes={"value": ir.FloatAttr.get(kind.element_type, 0.0)},
    ).results[0]
    high = [wide - narrow for wide, narrow in zip(shape, kind.shape, strict=True)]
    padded = ir.Operation.create(
        "tensor.pad",
        results=[ir.RankedTensorType.get(shape, kind.element_type)],
        operands=[value],
        attributes={
            "operandSegmentSizes": ir.DenseI32ArrayAttr.get([1, 0, 0]),
            "static_low": ir.DenseI64ArrayAttr.get([0, 0]),
            "static_high": ir.DenseI64ArrayAttr.get(high),
        },
        regions=1,
    )
    index = ir.IndexType.get()
    block = padded.regions[0].blocks.append(index, index)
    with ir.InsertionPoint(block):
        ir.Operation.create("tensor.yield", operands=[zero])
    return padded.results[0]
