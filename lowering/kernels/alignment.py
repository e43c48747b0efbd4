"""Alignment: which axis each loop and each dimension of an array runs along, and how far they are shifted.

The caller's arrays lie on their own indices. Stages and temporaries follow: what writes an array lies where the array
lies, what reads it amid the places it reads. A placement is never wrong, but a poor one costs wide tiles.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .accesses import Access, Buffer, Linear
from .stages import Stage


@dataclass(frozen=True)
class Aligned:
    """Place a loop, or a buffer's dimension, on an axis: axis index = own index + shift."""

    axis: int
    shift: int


Places = tuple[Aligned | None, ...]


class Alignment:
    """Place every stage and every buffer of a run on common axes."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self.loops: dict[Stage, Places] = {}
        self.buffers: dict[Buffer, Places] = {}
        self._count = max((stage.rank for stage in stages), default=0)
        for stage in stages:
            for access in _accesses(stage):
                self._anchor(access.buffer)
        pending = list(stages)
        while pending:
            stage = self._next(pending)
            pending.remove(stage)
            self._place(stage)

    def _anchor(self, buffer: Buffer) -> None:
        """Place an array of the caller's on its own indices."""
        if not buffer.is_temporary and len(buffer.shape) >= self._count:
            self.buffers[buffer] = tuple(
                Aligned(axis, 0) if axis < self._count else None for axis in range(len(buffer.shape))
            )

    def _next(self, pending: Sequence[Stage]) -> Stage:
        """Choose the stage to place next: one whose results have their place, else one whose inputs have."""
        for stage in pending:
            if self._votes(stage.outputs):
                return stage
        for stage in pending:
            if self._votes(stage.reads()):
                return stage
        return pending[0]

    def _place(self, stage: Stage) -> None:
        exact, near = self._votes(stage.outputs), self._votes(stage.reads())
        placed: list[Aligned | None] = []
        for loop in range(len(stage.loops)):
            votes = exact.get(loop) or near.get(loop) or []
            placed.append(_agreed(votes, is_exact=loop in exact))
        taken = [place.axis for place in placed if place is not None]
        if not taken:
            placed = [Aligned(loop, _written_shift(stage, loop)) for loop in range(len(stage.loops))]
        elif len(set(taken)) < len(taken):
            placed = [None if p and taken.count(p.axis) > 1 else p for p in placed]
        self.loops[stage] = tuple(placed)
        for output in stage.outputs:
            if output.buffer not in self.buffers:
                self.buffers[output.buffer] = tuple(aligned(index, placed) for index in output.indices)
        for buffer in {access.buffer for access in stage.reads()} - self.buffers.keys():
            self.buffers[buffer] = _amid([a for a in stage.reads() if a.buffer == buffer], placed)

    def _votes(self, accesses: Iterable[Access]) -> dict[int, list[Aligned]]:
        """List where arrays that have their place want each loop."""
        votes: dict[int, list[Aligned]] = {}
        for access in accesses:
            for index, place in zip(access.indices, self.buffers.get(access.buffer, ()), strict=False):
                loop = index.single
                if place is not None and loop is not None:
                    votes.setdefault(loop, []).append(Aligned(place.axis, index.constant + place.shift))
        return votes


def _accesses(stage: Stage) -> tuple[Access, ...]:
    return (*stage.outputs, *stage.reads())


def _amid(accesses: Sequence[Access], loops: Sequence[Aligned | None]) -> Places:
    """Place an array in the middle of where a stage reads it."""
    columns = zip(*(access.indices for access in accesses), strict=True)
    found = []
    for column in columns:
        places = [aligned(index, loops) for index in column]
        known = [place for place in places if place is not None]
        found.append(_agreed(known, is_exact=False) if len(known) == len(places) else None)
    return tuple(found)


def _agreed(votes: Sequence[Aligned], *, is_exact: bool) -> Aligned | None:
    """Find the place that votes agree on: exactly, or on one axis and then in the middle."""
    if not votes or len({vote.axis for vote in votes}) > 1:
        return None
    shifts = [vote.shift for vote in votes]
    if is_exact and len(set(shifts)) > 1:
        return None
    return Aligned(votes[0].axis, (min(shifts) + max(shifts)) // 2)


def aligned(index: Linear, loops: Sequence[Aligned | None]) -> Aligned | None:
    """Give the place of a dimension that is indexed by one loop."""
    loop = index.single
    if loop is None:
        return None
    place = loops[loop]
    return None if place is None else Aligned(place.axis, place.shift - index.constant)


def _written_shift(stage: Stage, loop: int) -> int:
    """Give the offset at which a loop writes into the first output's buffer: the axis is that buffer's index."""
    for index in stage.outputs[0].indices:
        if index.single == loop:
            return index.constant
    return 0
