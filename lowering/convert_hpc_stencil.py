"""`convert-hpc-stencil`: a stencil as one structured operation on slices of its inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..dialects.hpc.access import Access
from ..dialects.hpc.stencil import accesses_of, inputs_of, sizes_of
from ..dialects.mlir import collect, ir, linalg, replace, run_passes, tensor
from .passes import Pass
from .tensor_values import defining


@dataclass(frozen=True)
class ConvertHpcStencil(Pass):
    """Replace `hpc.stencil` by `tensor.extract_slice` per distinct access and one `linalg.generic`."""

    name: ClassVar[str] = "convert-hpc-stencil"

    def apply(self, module: ir.Module) -> None:
        """Rewrite every stencil in place."""
        found = collect(module, "hpc.stencil")
        for stencil in found:
            with ir.InsertionPoint(stencil), stencil.location:
                replace(stencil, _lowered(stencil))
        if found:
            run_passes(module, "cse")


@dataclass(frozen=True)
class _Domain:
    extents: tuple[int | ir.Value, ...]

    @staticmethod
    def of(stencil: ir.Operation) -> "_Domain":
        kind = ir.RankedTensorType(stencil.results[0].type)
        sizes = iter(sizes_of(stencil))
        axes = range(kind.rank)
        return _Domain(tuple(next(sizes) if kind.is_dynamic_dim(axis) else kind.shape[axis] for axis in axes))


def _lowered(stencil: ir.Operation) -> list[ir.Value]:
    domain = _Domain.of(stencil)
    inputs, kinds = inputs_of(stencil), [result.type for result in stencil.results]
    operands = [_operand(inputs[access.source], access, domain) for access in accesses_of(stencil)]
    empties = [tensor.empty(list(domain.extents), ir.RankedTensorType(kind).element_type) for kind in kinds]
    rank = len(domain.extents)
    maps = [entry for _, entry in operands] + [ir.AffineMap.get_identity(rank)] * len(empties)
    parallel = ir.Attribute.parse("#linalg.iterator_type<parallel>")
    made = linalg.GenericOp(
        kinds,
        [value for value, _ in operands],
        empties,
        ir.ArrayAttr.get([ir.AffineMapAttr.get(entry) for entry in maps]),
        ir.ArrayAttr.get([parallel] * rank),
    ).operation
    _move_body(stencil, made, kinds)
    for name in stencil.attributes:
        if "." in name:  # discardable
            made.attributes[name] = stencil.attributes[name]
    return list(made.results)


def _move_body(stencil: ir.Operation, made: ir.Operation, kinds: Sequence[ir.Type]) -> None:
    body = stencil.regions[0].blocks[0]
    elements = [ir.RankedTensorType(kind).element_type for kind in kinds]
    block = made.regions[0].blocks.append(*[argument.type for argument in body.arguments], *elements)
    for old, new in zip(body.arguments, block.arguments, strict=False):
        old.replace_all_uses_with(new)
    *inner, end = [entry.operation for entry in body.operations]
    for operation in inner:
        operation.detach_from_parent()
        ir.InsertionPoint(block).insert(operation)
    with ir.InsertionPoint(block), end.location:
        linalg.YieldOp(list(end.operands))


def _operand(value: ir.Value, access: Access, domain: _Domain) -> tuple[ir.Value, ir.AffineMap]:
    """Give the part of an input that an access reads, and the map to its elements."""
    if _covers(value, access, domain):
        return value, access.to_map(len(domain.extents))
    kept = [place.dimension for place in access.places if place.dimension is not None]
    sizes = [1 if place.dimension is None else domain.extents[place.dimension] for place in access.places]
    part = _slice(value, [place.offset for place in access.places], sizes, [domain.extents[d] for d in kept])
    dims = [ir.AffineExpr.get_dim(dimension) for dimension in kept]
    return part, ir.AffineMap.get(len(domain.extents), 0, dims)


def _covers(value: ir.Value, access: Access, domain: _Domain) -> bool:
    """Tell whether an access runs over its whole input."""
    kind = ir.RankedTensorType(value.type)
    for axis, place in enumerate(access.places):
        extent = 1 if place.dimension is None else domain.extents[place.dimension]
        if place.offset or not _is_extent(extent, value, kind, axis):
            return False
    return True


def _is_extent(extent: int | ir.Value, value: ir.Value, kind: ir.RankedTensorType, axis: int) -> bool:
    if isinstance(extent, int):
        return not kind.is_dynamic_dim(axis) and kind.shape[axis] == extent
    owner = defining(extent)
    if owner is None or owner.name != "tensor.dim" or owner.operands[0] != value:
        return False
    index = defining(owner.operands[1])
    return index is not None and index.name == "arith.constant" and index.attributes["value"].value == axis


def _slice(
    value: ir.Value, offsets: Sequence[int], sizes: Sequence[int | ir.Value], kept: Sequence[int | ir.Value]
) -> ir.Value:
    dynamic = ir.ShapedType.get_dynamic_size()
    static = [size if isinstance(size, int) else dynamic for size in sizes]
    shape = [size if isinstance(size, int) else dynamic for size in kept]
    result = ir.RankedTensorType.get(shape, ir.RankedTensorType(value.type).element_type)
    values = [size for size in sizes if not isinstance(size, int)]
    strides = [1] * len(static)
    return tensor.ExtractSliceOp(result, value, [], values, [], list(offsets), static, strides).result
