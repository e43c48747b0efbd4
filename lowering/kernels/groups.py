"""Groups: stages that run tile by tile, one after the other, while what they share is still in the cache.

A group is cut along some dimensions into tiles. Inside a tile each stage runs over the tile, widened by what the
later stages read beyond its edges (overlapped tiling: the widening is computed twice, by both neighbours). What is
used inside the group only lives in a scratch buffer of the size of a widened tile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .accesses import Access, Buffer, Linear, Views
from .alignment import Aligned, Alignment, aligned
from .stages import Item, Stage, Sweep, gathered_buffers, stages_in

WIDEST = 16
"""Beyond this many rows, recomputing them in every tile costs more than a pass over memory."""

Widening = tuple[int, int]
"""How far below and above the tile something is needed."""


@dataclass
class Group:
    """Hold stages with the axes they share; `axes` are the ones cut into tiles."""

    items: list[Item]
    stages: list[Stage]
    loops: Mapping[Stage, tuple[Aligned | None, ...]]
    buffers: Mapping[Buffer, tuple[Aligned | None, ...]]
    axes: tuple[int, ...] = ()
    widened: dict[Stage, dict[int, Widening]] = field(default_factory=dict)
    scratch: dict[Buffer, dict[int, Widening]] = field(default_factory=dict)


class Grouping:
    """Decide which stages may share tiles; `local(buffer, stages)` tells whether nobody else uses a buffer."""

    def __init__(self, views: Views, users: "dict[Buffer, set[Stage] | None]", items: Sequence[Item]) -> None:
        self._views = views
        self._users = users
        self._alignment = Alignment(stages_in(items))

    def group(self, items: Sequence[Item]) -> Group | None:
        """Make one group of the items in this order; None when they cannot share tiles."""
        group = Group(list(items), stages_in(items), self._alignment.loops, self._alignment.buffers)
        group.axes = self._tiled(group)
        if not group.axes or not self._is_safe(group):
            return None
        self._find_scratch(group)
        return group if self._widen(group) else None

    # ---- which axes are cut

    def _tiled(self, group: Group) -> tuple[int, ...]:
        """Choose the axes that every stage runs along in parallel, except the innermost one of several."""
        common: set[int] | None = None
        for stage in group.stages:
            own = {
                place.axis
                for place, loop in zip(group.loops[stage], stage.loops, strict=True)
                if place is not None and not loop.is_reduction
            }
            written = {
                place.axis
                for output in stage.outputs
                for place in (aligned(index, group.loops[stage]) for index in output.indices)
                if place is not None
            }
            own = {
                axis for axis in own if all(_moves(output, axis, group, stage) for output in stage.outputs)
            }
            own &= written
            common = own if common is None else common & own
        chosen = sorted(common or ())
        widest = max(stage.rank for stage in group.stages)
        inner = {self._innermost(group, stage) for stage in group.stages if stage.rank == widest}
        if len(chosen) > 1:
            chosen = [axis for axis in chosen if axis not in inner] or chosen[:1]
        return tuple(chosen[:2])

    def _innermost(self, group: Group, stage: Stage) -> int | None:
        place = (
            aligned(stage.outputs[0].indices[-1], group.loops[stage]) if stage.outputs[0].indices else None
        )
        return place.axis if place else None

    # ---- what may not share tiles

    def _is_safe(self, group: Group) -> bool:
        written = {output.buffer for stage in group.stages for output in stage.outputs}
        for stage in group.stages:
            if any(b.root == w.root for b in gathered_buffers(stage, self._views) for w in written):
                return False
        for stage in group.stages:
            for access in (*stage.outputs, *stage.reads()):
                if access.buffer in written and not self._follows_axes(group, stage, access):
                    return False
        if not all(self._is_sweepable(group, item) for item in group.items if isinstance(item, Sweep)):
            return False
        if any(b.root == w.root and b != w for b in _used(group) for w in written):
            return False  # one memory under two shapes
        for buffer in written:
            if not self._is_local(group, buffer) and not self._stays_in_tile(group, buffer):
                return False
        return True

    def _is_sweepable(self, group: Group, sweep: Sweep) -> bool:
        """Tell whether the turns of a sweep hand on values within their own part of a tile only."""
        written = {output.buffer for stage in sweep.stages for output in stage.outputs}
        return all(
            offset == 0
            for stage in sweep.stages
            for access in stage.reads()
            if access.buffer in written
            for offset in self._offsets(group, stage, access).values()
        )

    def _follows_axes(self, group: Group, stage: Stage, access: Access) -> bool:
        """Tell whether an access to something the group writes moves along each cut axis where its buffer lies."""
        places = group.buffers[access.buffer]
        loops = group.loops[stage]
        covered = set()
        for index, place in zip(access.indices, places, strict=True):
            own = aligned(index, loops)
            axis = place.axis if place else None
            if axis in group.axes:
                if own is None or own.axis != axis:
                    return False
                covered.add(axis)
            elif any(own_axis in group.axes for own_axis in _axes(index, loops)):
                return False
        return covered == set(group.axes)

    def _stays_in_tile(self, group: Group, buffer: Buffer) -> bool:
        return all(
            offset == 0
            for stage in group.stages
            for access in (*stage.outputs, *stage.reads())
            if access.buffer == buffer
            for offset in self._offsets(group, stage, access).values()
        )

    def _offsets(self, group: Group, stage: Stage, access: Access) -> dict[int, int]:
        """Give, per cut axis, how far from the place of the stage's loops an access lies."""
        loops, found = group.loops[stage], {}
        for index, place in zip(access.indices, group.buffers[access.buffer], strict=True):
            own = aligned(index, loops)
            if place is not None and own is not None and place.axis in group.axes and own.axis == place.axis:
                loop = index.single
                base = loops[loop] if loop is not None else None
                assert base is not None
                found[place.axis] = index.constant + place.shift - base.shift
        return found

    # ---- scratch and widening

    def _is_local(self, group: Group, buffer: Buffer) -> bool:
        users = self._users.get(buffer)
        if not buffer.is_temporary or buffer.root in self._views.reshaped:
            return False
        return users is not None and users <= set(group.stages)

    def _find_scratch(self, group: Group) -> None:
        for stage in group.stages:
            for output in stage.outputs:
                if self._is_local(group, output.buffer):
                    group.scratch.setdefault(output.buffer, {})

    def _widen(self, group: Group) -> bool:
        """Find, from the last stage to the first, how far each must run beyond the tile."""
        needed: dict[Buffer, dict[int, Widening]] = {}
        written = {output.buffer for stage in group.stages for output in stage.outputs}
        for item in reversed(group.items):
            stages = stages_in([item])
            widened = dict.fromkeys(group.axes, (0, 0))
            for stage in stages:
                for output in stage.outputs:
                    if output.buffer in group.scratch:
                        widened = _union(widened, needed.get(output.buffer, {}))
                    if any(self._offsets(group, stage, output).values()):
                        return False
            for stage in stages:
                group.widened[stage] = widened
                if not self._widen_reads(group, stage, written, needed):
                    return False
        for buffer in group.scratch:
            known = needed.get(buffer, {})
            group.scratch[buffer] = {axis: known.get(axis, (0, 0)) for axis in group.axes}
        if any(max(widths) > WIDEST for known in group.scratch.values() for widths in known.values()):
            return False
        return all(
            group.widened[stage][axis] == (0, 0)
            for stage in group.stages
            for output in stage.outputs
            if output.buffer not in group.scratch
            for axis in group.axes
        )

    def _widen_reads(
        self,
        group: Group,
        stage: Stage,
        written: set[Buffer],
        needed: dict[Buffer, dict[int, Widening]],
    ) -> bool:
        """Note how far beyond the tile a stage reads what the group computes."""
        for access in stage.reads():
            if access.buffer not in written:
                continue
            offsets = self._offsets(group, stage, access)
            shifted = {
                axis: (low - offsets[axis], high + offsets[axis])
                for axis, (low, high) in group.widened[stage].items()
            }
            if access.buffer in group.scratch:
                needed[access.buffer] = _union(needed.get(access.buffer, {}), shifted)
            elif any(widths != (0, 0) for widths in shifted.values()):
                return False  # a neighbour's tile writes that part, sooner or later
        return True


def _used(group: Group) -> set[Buffer]:
    return {access.buffer for stage in group.stages for access in (*stage.outputs, *stage.reads())}


def _union(left: dict[int, Widening], right: dict[int, Widening]) -> dict[int, Widening]:
    joined = dict(left)
    for axis, (low, high) in right.items():
        before = joined.get(axis, (0, 0))
        joined[axis] = (max(before[0], low), max(before[1], high))
    return joined


def _axes(index: Linear, loops: Sequence[Aligned | None]) -> Iterable[int]:
    for loop, _ in index.loops:
        place = loops[loop]
        if place is not None:
            yield place.axis


def _moves(output: Access, axis: int, group: Group, stage: Stage) -> bool:
    places = [aligned(index, group.loops[stage]) for index in output.indices]
    return any(place is not None and place.axis == axis for place in places)
