"""Loads and stores: of one element, of a contiguous vector, of a vector gathered lane by lane."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...dialects.mlir import ir
from .accesses import Access, Buffer, Linear, Views
from .builder import Builder

Places = Mapping[int, "int | ir.Value"]


@dataclass
class Placement:
    """Hold where a buffer lies while a nest is written: a memref, and what to subtract from each index."""

    memref: ir.Value
    origin: "tuple[int | ir.Value, ...]"


@dataclass
class Memory:
    """Write loads and stores.

    `placements` holds the buffers that lie elsewhere than in their own memref, `renamed` the scalars that have
    another name where the nest is written.
    """

    builder: Builder
    views: Views
    placements: dict[Buffer, Placement] = field(default_factory=dict)
    renamed: dict[ir.Value, ir.Value] = field(default_factory=dict)

    def index(self, index: Linear, places: Places) -> "int | ir.Value":
        """Compute an index at the given places of the loops."""
        builder = self.builder
        total: int | ir.Value = index.constant
        for loop, factor in index.loops:
            total = builder.add(builder.multiply(places[loop], factor), total)
        for value, factor in index.symbols:
            value = self.renamed.get(value, value)
            total = builder.add(builder.multiply(value, factor), total)
        return total

    def _at(self, access: Access, places: Places) -> tuple[ir.Value, list[ir.Value]]:
        builder = self.builder
        placement = self.placements.get(access.buffer)
        indices = [self.index(index, places) for index in access.indices]
        memref = access.buffer.value
        if placement is not None:
            memref = placement.memref
            indices = [builder.subtract(i, o) for i, o in zip(indices, placement.origin, strict=True)]
        return memref, [builder.materialize(index) for index in indices]

    def load(
        self, access: Access, places: Places, lanes: int, vector: int | None, mask: ir.Value | None
    ) -> ir.Value:
        """Load one element (`lanes` 0), or a vector of them along the loop `vector`."""
        builder, element = self.builder, access.buffer.element
        if lanes and not any(index.factor(vector or 0) for index in access.indices):
            kind = ir.VectorType.get([lanes], element)
            one = self.load(access, places, 0, None, None)
            return builder.value("vector.broadcast", [one], kind)
        memref, indices = self._at(access, places)
        stored = self._stored(element)
        if not lanes:
            return self._read(builder.value("memref.load", [memref, *indices], stored), element)
        kind = ir.VectorType.get([lanes], stored)
        if not _is_contiguous(access, vector or 0):
            return self._read(self._lane_by_lane(access, places, lanes, vector or 0, mask), element)
        if mask is None:
            return self._read(builder.value("vector.load", [memref, *indices], kind), element)
        zero = builder.constant(ir.DenseElementsAttr.get_splat(kind, _zero(stored)), kind)
        loaded = builder.value("vector.maskedload", [memref, *indices, mask, zero], kind)
        return self._read(loaded, element)

    def _lane_by_lane(
        self, access: Access, places: Places, lanes: int, vector: int, mask: ir.Value | None
    ) -> ir.Value:
        builder = self.builder
        stored = self._stored(access.buffer.element)
        found = []
        for lane in range(lanes):
            place = builder.add(places[vector], lane)
            if mask is not None:  # lanes behind the end read the first one's element
                inside = builder.value("vector.extract", [mask], builder.i1, _position(lane))
                operands = [inside, builder.materialize(place), builder.materialize(places[vector])]
                place = builder.value("arith.select", operands, builder.index)
            memref, indices = self._at(access, {**places, vector: place})
            found.append(builder.value("memref.load", [memref, *indices], stored))
        return builder.value("vector.from_elements", found, ir.VectorType.get([lanes], stored))

    def _stored(self, element: ir.Type) -> ir.Type:
        """Give the type in memory: a bool takes a byte; arguments and temporaries get that type in the end."""
        return ir.IntegerType.get_signless(8) if element == self.builder.i1 else element

    def store(
        self,
        value: ir.Value,
        access: Access,
        places: Places,
        lanes: int,
        vector: int | None,
        mask: ir.Value | None,
    ) -> None:
        """Store one element or a vector, lane by lane where it is not contiguous (never under a mask)."""
        if lanes and not _is_contiguous(access, vector or 0):
            for lane in range(lanes):
                one = self.builder.value("vector.extract", [value], access.buffer.element, _position(lane))
                place = self.builder.add(places[vector or 0], lane)
                self.store(one, access, {**places, vector or 0: place}, 0, None, None)
            return
        memref, indices = self._at(access, places)
        value = self._written(value, self._stored(access.buffer.element))
        if not lanes:
            self.builder.create("memref.store", [value, memref, *indices])
        elif mask is None:
            self.builder.create("vector.store", [value, memref, *indices])
        else:
            self.builder.create("vector.maskedstore", [memref, *indices, mask, value])

    def _read(self, value: ir.Value, element: ir.Type) -> ir.Value:
        """Make what a byte holds of it: a bool is stored as one byte."""
        return self._converted("arith.trunci", value, element)

    def _written(self, value: ir.Value, stored: ir.Type) -> ir.Value:
        return self._converted("arith.extui", value, stored)

    def _converted(self, name: str, value: ir.Value, element: ir.Type) -> ir.Value:
        vector = isinstance(value.type, ir.VectorType)
        kind = ir.VectorType(value.type).element_type if vector else value.type
        if kind == element:
            return value
        result = ir.VectorType.get(ir.VectorType(value.type).shape, element) if vector else element
        return self.builder.value(name, [value], result)


def _is_contiguous(access: Access, loop: int) -> bool:
    last = len(access.indices) - 1
    moving = [number for number, index in enumerate(access.indices) if index.factor(loop)]
    return moving == [last] and access.indices[last].factor(loop) == 1


def _zero(kind: ir.Type) -> ir.Attribute:
    if isinstance(kind, ir.IntegerType | ir.IndexType):
        return ir.IntegerAttr.get(kind, 0)
    return ir.FloatAttr.get(kind, 0.0)


def _position(lane: int) -> "dict[str, ir.Attribute]":
    return {"static_position": ir.DenseI64ArrayAttr.get([lane])}
