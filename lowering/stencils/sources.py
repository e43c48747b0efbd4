"""Where an element of a tensor comes from: through slices, casts, unit dimensions and writes into regions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...dialects.hpc.access import Place
from ...dialects.mlir import ir
from ..tensor_values import defining

Extents = tuple[int | None, ...]
"""The sizes of a domain; None for a dynamic one."""

Places = tuple[Place, ...]


@dataclass(frozen=True)
class Source:
    """Hold the tensor that holds the elements, and where they are in it."""

    tensor: ir.Value
    places: Places


def source_of(value: ir.Value, places: Places, extents: Extents) -> Source | ir.Value | ir.Attribute:
    """Follow an access through views to the array it reads, or to the scalar that all its elements are."""
    found: Source | None = Source(value, places)
    while found is not None:
        source = found
        owner = defining(source.tensor)
        if owner is None:
            break
        scalar = _scalar(owner)
        if scalar is not None:
            return scalar
        step = _STEPS.get(owner.name)
        found = step(owner, source.places, extents) if step else None
    return source


def before_write(value: ir.Value, places: Places, extents: Extents) -> Source | None:
    """Follow an access of an array in which a region was written: to what was written, or to what was there before.

    None where the access does not lie wholly in the region or wholly outside, and for any other array.
    """
    owner = defining(value)
    if owner is None or owner.name != "tensor.insert_slice":
        return None
    return _through_write(owner, places, extents)


def is_view(operation: ir.Operation) -> bool:
    """Tell whether elements are followed through an operation."""
    return operation.name in _STEPS or operation.name == "tensor.insert_slice"


def _scalar(owner: ir.Operation) -> ir.Value | ir.Attribute | None:
    if owner.name in ("linalg.fill", "tensor.splat"):
        return owner.operands[0]
    if owner.name == "tensor.from_elements" and len(owner.operands) == 1:
        return owner.operands[0]
    if owner.name != "arith.constant" or _is_complex(owner.results[0]):  # the bindings cannot read those
        return None
    value = owner.attributes["value"]
    simple = isinstance(value, ir.DenseFPElementsAttr | ir.DenseIntElementsAttr) and value.is_splat
    return value.get_splat_value() if simple else None


def _is_complex(value: ir.Value) -> bool:
    kind = (
        ir.RankedTensorType(value.type).element_type if isinstance(value.type, ir.RankedTensorType) else None
    )
    return isinstance(kind, ir.ComplexType)


def _through_slice(owner: ir.Operation, places: Places, extents: Extents) -> Source | None:
    offsets, strides = (list(owner.attributes[f"static_{name}"]) for name in ("offsets", "strides"))
    if _dynamic(offsets) or any(stride != 1 for stride in strides):
        return None
    dropped = dropped_dimensions(list(owner.attributes["static_sizes"]), owner.results[0])
    rest = iter(places)
    moved = tuple(
        Place(None, offset) if axis in dropped else _moved(next(rest), offset)
        for axis, offset in enumerate(offsets)
    )
    return Source(owner.operands[0], moved)


def _through_write(owner: ir.Operation, places: Places, extents: Extents) -> Source | None:
    offsets, sizes, strides = (
        list(owner.attributes[f"static_{name}"]) for name in ("offsets", "sizes", "strides")
    )
    if _dynamic(offsets) or _dynamic(sizes) or any(stride != 1 for stride in strides):
        return None
    inside = True
    for place, offset, size in zip(places, offsets, sizes, strict=True):
        extent = 1 if place.dimension is None else extents[place.dimension]
        if place.offset >= offset + size or (extent is not None and place.offset + extent <= offset):
            return Source(owner.operands[1], places)
        last = None if extent is None else place.offset + extent
        inside = inside and place.offset >= offset and last is not None and last <= offset + size
    if not inside:
        return None
    dropped = dropped_dimensions(sizes, owner.operands[0])
    moved = [_moved(place, -offset) for place, offset in zip(places, offsets, strict=True)]
    return Source(owner.operands[0], tuple(place for axis, place in enumerate(moved) if axis not in dropped))


def _through_cast(owner: ir.Operation, places: Places, extents: Extents) -> Source | None:
    if not isinstance(owner.operands[0].type, ir.RankedTensorType):
        return None
    return Source(owner.operands[0], places)


def _through_expansion(owner: ir.Operation, places: Places, extents: Extents) -> Source | None:
    """Drop the unit dimensions that an expansion has added."""
    moved = []
    for group in _groups(owner):
        wide = _wide(group, owner.results[0])
        if len(wide) > 1:
            return None
        moved.append(places[wide[0]] if wide else Place(None, 0))
    return Source(owner.operands[0], tuple(moved))


def _through_collapse(owner: ir.Operation, places: Places, extents: Extents) -> Source | None:
    """Put back the unit dimensions that a collapse has dropped."""
    moved = [Place(None, 0)] * ir.RankedTensorType(owner.operands[0].type).rank
    for place, group in zip(places, _groups(owner), strict=True):
        wide = _wide(group, owner.operands[0])
        if len(wide) > 1:
            return None
        if wide:
            moved[wide[0]] = place
    return Source(owner.operands[0], tuple(moved))


_STEPS: dict[str, Callable[[ir.Operation, Places, Extents], Source | None]] = {
    "tensor.cast": _through_cast,
    "tensor.collapse_shape": _through_collapse,
    "tensor.expand_shape": _through_expansion,
    "tensor.extract_slice": _through_slice,
}


def dropped_dimensions(sizes: Sequence[int], reduced: ir.Value) -> set[int]:
    """Tell which dimensions a rank-reducing slice drops: upstream matches extents from the last on."""
    shape = list(ir.RankedTensorType(reduced.type).shape)
    dropped, place = set(), len(shape) - 1
    for axis in range(len(sizes) - 1, -1, -1):
        if place >= 0 and (sizes[axis] != 1 or shape[place] == 1):
            place -= 1
        else:
            dropped.add(axis)
    return dropped


def _groups(owner: ir.Operation) -> list[list[int]]:
    return [[axis.value for axis in group] for group in owner.attributes["reassociation"]]


def _wide(group: Sequence[int], value: ir.Value) -> list[int]:
    kind = ir.RankedTensorType(value.type)
    return [axis for axis in group if kind.is_dynamic_dim(axis) or kind.shape[axis] != 1]


def _dynamic(numbers: Sequence[int]) -> bool:
    return ir.ShapedType.get_dynamic_size() in numbers


def _moved(place: Place, offset: int) -> Place:
    return Place(place.dimension, place.offset + offset)
