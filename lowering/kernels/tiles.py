"""Writes a group: its tiles one by one, each stage over its part, scratch buffers moved along."""

from dataclasses import dataclass

from ...dialects.mlir import ir
from .accesses import Buffer, Views
from .builder import Builder
from .groups import Group
from .memory import Memory, Placement
from .stages import Stage, stages_in
from .sweeps import write_items
from .vectors import width

SCRATCH_BYTES = 192 * 1024
"""What a tile's scratch may take: most of it stays in a core's second-level cache."""

TILE_BYTES = 96 * 1024
"""How much a tile of a group without scratch writes."""

ALIGNMENT = 64


@dataclass(frozen=True)
class Span:
    """Hold where an axis starts and ends, and how long its tiles are."""

    axis: int
    low: "int | ir.Value"
    high: "int | ir.Value"
    tile: int


@dataclass(frozen=True)
class Tiling:
    """Hold a group with its spans, and the size of every scratch buffer, their offsets and total in bytes."""

    group: Group
    spans: tuple[Span, ...]
    shapes: "dict[Buffer, tuple[int, ...]]"
    offsets: dict[Buffer, int]
    bytes: int


def tiling_of(group: Group, builder: Builder) -> Tiling | None:
    """Choose tiles that keep the scratch in the cache; None when a scratch buffer's size is not known."""
    ends = {axis: _ends(group, axis, builder) for axis in group.axes}
    best: tuple[float, dict[int, int]] | None = None
    for tiles in _candidates(group, ends):
        shapes = _shapes(group, tiles)
        if shapes is None:
            return None
        cost = _cost(group, tiles, ends, shapes)
        if best is None or cost < best[0]:
            best = (cost, tiles)
    if best is None:
        return None
    tiles = best[1]
    shapes = _shapes(group, tiles) or {}
    spans = tuple(Span(axis, *ends[axis], tiles[axis]) for axis in group.axes)
    offsets, total = _pack(group, shapes)
    return Tiling(group, spans, shapes, offsets, total)


def _ends(group: Group, axis: int, builder: Builder) -> "tuple[int | ir.Value, int | ir.Value]":
    low: int | ir.Value | None = None
    high: int | ir.Value | None = None
    for stage in group.stages:
        for place, loop in zip(group.loops[stage], stage.loops, strict=True):
            if place is not None and place.axis == axis:
                start, end = place.shift, builder.add(loop.extent, place.shift)
                low = start if low is None else builder.minimum(low, start)
                high = end if high is None else builder.maximum(high, end)
    assert low is not None and high is not None
    return low, high


def _candidates(
    group: Group, ends: "dict[int, tuple[int | ir.Value, int | ir.Value]]"
) -> list[dict[int, int]]:
    choices = [_lengths(group, axis, *ends[axis]) for axis in group.axes]
    if len(choices) == 1:
        return [{group.axes[0]: length} for length in choices[0]]
    first, second = group.axes
    return [{first: a, second: b} for a in choices[0] for b in choices[1] if b >= 4 or a <= 4]


def _lengths(group: Group, axis: int, low: "int | ir.Value", high: "int | ir.Value") -> list[int]:
    """List lengths of tiles: long ones along an axis that lies contiguously in memory."""
    lengths = [512, 1024, 2048, 4096] if _is_contiguous(group, axis) else [1, 2, 4, 8, 16, 32, 64, 128, 256]
    if not isinstance(low, int) or not isinstance(high, int):
        return lengths
    extent = max(high - low, 1)
    fitting = [length for length in lengths if length < extent]
    return fitting or [extent]


def _is_contiguous(group: Group, axis: int) -> bool:
    for stage in group.stages:
        for output in stage.outputs:
            if output.indices and (loop := output.indices[-1].single) is not None:
                place = group.loops[stage][loop]
                if place is not None and place.axis == axis:
                    return True
    return False


def _shapes(group: Group, tiles: dict[int, int]) -> "dict[Buffer, tuple[int, ...]] | None":
    shapes = {}
    for buffer, widened in group.scratch.items():
        shape = []
        for size, place in zip(buffer.shape, group.buffers[buffer], strict=True):
            if place is not None and place.axis in tiles:
                low, high = widened[place.axis]
                shape.append(tiles[place.axis] + low + high)
            elif size < 0:
                return None
            else:
                shape.append(size)
        shapes[buffer] = tuple(shape)
    return shapes


def _cost(
    group: Group,
    tiles: dict[int, int],
    ends: "dict[int, tuple[int | ir.Value, int | ir.Value]]",
    shapes: "dict[Buffer, tuple[int, ...]]",
) -> float:
    """Estimate the time per point of a tiling: work done twice at edges, against scratch that leaves the cache."""
    points = 1.0
    for axis, tile in tiles.items():
        low, high = ends[axis]
        length = high - low if isinstance(low, int) and isinstance(high, int) else 1024
        points *= min(tile, max(length, 1))
    work = stages = 0.0
    for stage in group.stages:
        done = 1.0
        for axis, tile in tiles.items():
            low_, high_ = group.widened[stage][axis]
            done *= tile + low_ + high_
        work += done * _weight(stage)
        stages += _weight(stage)
    volume = 1.0
    for tile in tiles.values():
        volume *= tile
    redundancy = work / (volume * stages)
    scratch = _pack(group, shapes)[1] if shapes else 0
    touched = scratch or _written_bytes(group, tiles)
    limit = SCRATCH_BYTES if shapes else TILE_BYTES
    overflow = max(0.0, touched / limit - 1.0)
    small = 0.02 * limit / max(touched, 1)
    return redundancy * (1 + overflow) + min(small, 2.0)


def _weight(stage: Stage) -> float:
    return 4.0 + (sum(1 for _ in stage.body.operations) if stage.body is not None else 1)


def _written_bytes(group: Group, tiles: dict[int, int]) -> float:
    stage = group.stages[-1]
    total = float(width(stage.outputs[0].buffer.element))
    for place, loop in zip(group.loops[stage], stage.loops, strict=True):
        if place is not None and place.axis in tiles:
            total *= tiles[place.axis]
        elif not loop.is_reduction:
            total *= loop.extent if isinstance(loop.extent, int) else 256
    return total


def _pack(group: Group, shapes: "dict[Buffer, tuple[int, ...]]") -> tuple[dict[Buffer, int], int]:
    """Give scratch buffers their places; those whose last reader is done make room for others."""
    last: dict[Buffer, int] = {}
    first: dict[Buffer, int] = {}
    for number, item in enumerate(group.items):
        for access in (access for stage in stages_in([item]) for access in (*stage.outputs, *stage.reads())):
            if access.buffer in shapes:
                first.setdefault(access.buffer, number)
                last[access.buffer] = number
    placed: dict[Buffer, tuple[int, int]] = {}
    for buffer in sorted(shapes, key=lambda each: first[each]):
        size = _bytes(buffer, shapes[buffer])
        taken = sorted(
            placed[other] for other in placed if last[other] >= first[buffer] and first[other] <= last[buffer]
        )
        place = 0
        for start, end in taken:
            if start - place >= size:
                break
            place = max(place, end)
        placed[buffer] = (place, place + size)
    total = max((end for _, end in placed.values()), default=0)
    return {buffer: start for buffer, (start, _) in placed.items()}, total


def _bytes(buffer: Buffer, shape: tuple[int, ...]) -> int:
    total = width(buffer.element)
    for size in shape:
        total *= size
    return -(-max(total, 1) // ALIGNMENT) * ALIGNMENT


class TileWriter:
    """Write the tiles of a group."""

    def __init__(self, builder: Builder, views: Views, tiling: Tiling) -> None:
        self._builder = builder
        self._views = views
        self._tiling = tiling

    def count(self) -> "int | ir.Value":
        """Compute how many tiles there are."""
        total: int | ir.Value = 1
        for span in self._tiling.spans:
            total = self._builder.multiply(total, self._tiles_along(span))
        return total

    def _tiles_along(self, span: Span) -> "int | ir.Value":
        length = self._builder.subtract(span.high, span.low)
        return self._builder.divide(self._builder.add(length, span.tile - 1), span.tile)

    def write(self, number: "int | ir.Value", scratch: ir.Value | None, start: "int | ir.Value") -> None:
        """Write one tile; its scratch begins at byte `start` of `scratch`."""
        builder, group = self._builder, self._tiling.group
        bounds: dict[int, tuple[int | ir.Value, int | ir.Value]] = {}
        for span in reversed(self._tiling.spans):
            along = self._tiles_along(span)
            if span is self._tiling.spans[0]:
                place = number
            else:
                place = builder.remainder_by(number, along)
                number = builder.divide_by(number, along)
            low = builder.add(span.low, builder.multiply(place, span.tile))
            bounds[span.axis] = (low, builder.minimum(builder.add(low, span.tile), span.high))
        placements = self._placements(bounds, scratch, start)
        memory = Memory(builder, self._views, placements)
        write_items(builder, group.items, memory, lambda stage: self._ranges(stage, bounds))

    def _placements(
        self,
        bounds: "dict[int, tuple[int | ir.Value, int | ir.Value]]",
        scratch: ir.Value | None,
        start: "int | ir.Value",
    ) -> dict[Buffer, Placement]:
        builder, group, found = self._builder, self._tiling.group, {}
        for buffer, shape in self._tiling.shapes.items():
            assert scratch is not None
            place = builder.materialize(builder.add(start, self._tiling.offsets[buffer]))
            memref = builder.view(scratch, place, shape, buffer.element)
            origin: list[int | ir.Value] = []
            for aligned in group.buffers[buffer]:
                if aligned is None or aligned.axis not in bounds:
                    origin.append(0)
                    continue
                low = group.scratch[buffer][aligned.axis][0]
                origin.append(builder.add(bounds[aligned.axis][0], -low - aligned.shift))
            found[buffer] = Placement(memref, tuple(origin))
        return found

    def _ranges(
        self, stage: Stage, bounds: "dict[int, tuple[int | ir.Value, int | ir.Value]]"
    ) -> "dict[int, tuple[int | ir.Value, int | ir.Value]]":
        """Give each loop of a stage its part of the tile."""
        builder, group = self._builder, self._tiling.group
        ranges: dict[int, tuple[int | ir.Value, int | ir.Value]] = {}
        for number, (place, loop) in enumerate(zip(group.loops[stage], stage.loops, strict=True)):
            if place is None or place.axis not in bounds:
                ranges[number] = (0, loop.extent)
                continue
            low, high = bounds[place.axis]
            before, behind = group.widened[stage][place.axis]
            start = builder.maximum(builder.add(low, -before - place.shift), 0)
            end = builder.minimum(builder.add(high, behind - place.shift), loop.extent)
            ranges[number] = (start, builder.maximum(start, end))  # empty, never less: vectors count on it
        return ranges
