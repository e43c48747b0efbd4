"""Where to cut a stencil's domain so that no part reads across the borders of pieces of an array."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from ...dialects.hpc.access import Place
from ...dialects.mlir import ir
from ..tensor_values import defining
from .expressions import Arithmetic, Element, Expression, elements_of
from .model import Stencil

_THIN = 8
"""Points across a part that are few in any domain."""

_THIN_SHARE = 0.05
_BULK = 0.5
"""Of all points, what the largest part has at least."""


@dataclass(frozen=True)
class Box:
    """Hold a box of a domain."""

    offsets: tuple[int, ...]
    sizes: tuple[int, ...]

    def cut(self, axis: int, place: int) -> tuple["Box", "Box"]:
        """Give what lies before `place` of the box along `axis`, and what lies behind."""
        first, second = list(self.sizes), list(self.sizes)
        offsets = list(self.offsets)
        first[axis], second[axis] = place, self.sizes[axis] - place
        offsets[axis] += place
        return Box(self.offsets, tuple(first)), Box(tuple(offsets), tuple(second))


Part = tuple[Box, list[Expression]]
"""A box, and what is computed at its points."""


def boxes_of(stencil: Stencil, arithmetic: Arithmetic, most: int) -> list[Part] | None:
    """Cut a stencil's domain along the borders of the pieces it reads, the largest part first.

    None when it should stay whole.
    """
    extents = tuple(extent for extent in stencil.extents if extent is not None)
    if len(extents) != len(stencil.extents) or not all(extents):
        return None
    whole = Box((0,) * len(extents), extents)
    open_: list[Part] = [(whole, stencil.outputs)]
    done: list[Part] = []
    while open_:
        box, outputs = open_.pop()
        cuts = _cuts(box, outputs)
        if not cuts:
            done.append((box, outputs))
            continue
        cut = next((cut for cut in cuts if _is_thin(box, *cut, extents)), None)
        if cut is None or len(open_) + len(done) + 2 > most:
            return None
        open_ += [(part, _computed(stencil, part, arithmetic)) for part in reversed(box.cut(*cut))]
    done.sort(key=lambda part: -prod(part[0].sizes))
    bulk, _ = done[0]
    return done if len(done) > 1 and prod(bulk.sizes) >= _BULK * prod(extents) else None


def _computed(stencil: Stencil, box: Box, arithmetic: Arithmetic) -> list[Expression]:
    places = tuple(Place(axis, offset) for axis, offset in enumerate(box.offsets))
    outputs = arithmetic.moved(stencil.outputs, places, box.sizes)
    return arithmetic.settled(outputs, box.sizes)


def _is_thin(box: Box, axis: int, place: int, extents: Sequence[int]) -> bool:
    thinner = min(place, box.sizes[axis] - place)
    return thinner <= max(_THIN, int(_THIN_SHARE * extents[axis]))


def _cuts(box: Box, outputs: Sequence[Expression]) -> list[tuple[int, int]]:
    """List the borders of pieces, as an axis of the box and a place along it, that its accesses cross."""
    elements = elements_of(outputs).values()
    return sorted({cut for element in elements for cut in _crossed(element, box.sizes)})


def _crossed(element: Element, extents: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Find where an access crosses the border of the last piece; nothing for an array that is not assembled."""
    owner = defining(element.tensor)
    if owner is None or not _is_assembled(owner):
        return
    offsets, sizes = (list(owner.attributes[f"static_{name}"]) for name in ("offsets", "sizes"))
    for place, offset, size in zip(element.places, offsets, sizes, strict=True):
        if place.dimension is None:
            continue
        for border in (offset - place.offset, offset + size - place.offset):
            if 0 < border < extents[place.dimension]:
                yield place.dimension, border


def _is_assembled(owner: ir.Operation) -> bool:
    """Tell whether an array consists of static boxes, written one after the other into a new array."""
    found: ir.Operation | None = owner
    while found is not None and found.name == "tensor.insert_slice":
        numbers = [
            number for name in ("offsets", "sizes") for number in list(found.attributes[f"static_{name}"])
        ]
        if ir.ShapedType.get_dynamic_size() in numbers:
            return False
        if any(stride != 1 for stride in found.attributes["static_strides"]):
            return False
        found = defining(found.operands[1])
    return owner.name == "tensor.insert_slice" and found is not None and found.name == "tensor.empty"
