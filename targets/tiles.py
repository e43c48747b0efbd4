"""Chooses the tiles of matrix products where IREE's own choice is slow; runs in the worker process only.

IREE 3.13 gives f64 products on AVX-512 a register tile that spills: 512³ runs at 9 GF/s on one core, and at 99
with the tile chosen here. Other types and processors are well served (f32: 160 GF/s) and left alone.
"""

from collections.abc import Mapping

from iree.compiler import ir

from .crossing import operations

Tile = tuple[int, int]
LARGEST = 64
"""Rows and columns of the part of a product that one core computes at a time."""
_PRODUCTS = {"linalg.matmul": 0, "linalg.batch_matmul": 1}
"""The operations, and how many dimensions stand before the rows."""


def set_tiles(module: ir.Module, tiles: Mapping[str, Tile]) -> int:
    """Attach a tile to each product of an element type in `tiles` (rows, columns); count them.

    Sizes that the tile does not divide, or that vary, keep IREE's choice: there it is the better one.
    """
    count = 0
    with module.context:
        for op in operations(module.operation):
            if op.name in _PRODUCTS and (tile := _tile_of(op, tiles)):
                op.attributes["compilation_info"] = ir.Attribute.parse(tile)
                count += 1
    return count


def _tile_of(op: ir.Operation, tiles: Mapping[str, Tile]) -> str | None:
    """Write the attribute for one product, or None to leave it alone."""
    result = ir.RankedTensorType(op.results[0].type)
    tile = tiles.get(str(result.element_type))
    operands = {str(ir.RankedTensorType(value.type).element_type) for value in op.operands}
    if tile is None or operands != {str(result.element_type)}:
        return None
    batches = _PRODUCTS[op.name]
    if any(
        result.is_dynamic_dim(batches + axis) or result.shape[batches + axis] % tile[axis] for axis in (0, 1)
    ):
        return None
    parts = [_part(result.shape[batches + axis], tile[axis]) for axis in (0, 1)]
    ones, zeros = [1] * batches, [0] * (batches + 2)
    return (
        "#iree_codegen.compilation_info<lowering_config = #iree_cpu.lowering_config<"
        f"distribution = {[*ones, *parts, 0]}, vector_common_parallel = {[*ones, *tile, 0]}, "
        f"vector_reduction = {[*zeros, 1]}>, "
        "translation_info = #iree_codegen.translation_info<pipeline = #iree_cpu.pipeline<DoubleTilingExpert>>>"
    )


def _part(size: int, tile: int) -> int:
    """Find the largest multiple of `tile` up to `LARGEST` that divides `size`."""
    return max(part for part in range(tile, max(LARGEST, tile) + 1, tile) if size % part == 0)
