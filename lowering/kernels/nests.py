"""Writes one stage as a loop nest: the order of its loops, vectors in the innermost one, the rest behind a mask."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...dialects.mlir import ir
from .accesses import Access, Linear
from .builder import Builder
from .memory import Memory
from .reductions import Combiner, combiner_of
from .stages import Stage
from .sums import Sums
from .vectors import Body, is_vectorizable, lanes

Range = tuple["int | ir.Value", "int | ir.Value"]

JAM = 4
"""Turns of a reduction around vectors that run at once."""

ROWS = 4
"""Rows of a sum along rows that run at once."""

UNROLL = 4
"""Vectors a turn of a short body: counting and branching cost as much as the work."""

SHORT = 24
"""Operations of a body that is short."""

LANE_COST = 3
"""What a vector access costs lane by lane, in operations of the body: with more of them, scalars are as fast."""


@dataclass(frozen=True)
class Plan:
    """Hold how a nest runs: its loops from the outside in, and the one that becomes vectors (the innermost)."""

    order: tuple[int, ...]
    vector: int | None
    lanes: int
    combiners: tuple[Combiner, ...] = ()


def plan_for(stage: Stage) -> Plan:
    """Choose the order of the loops of a stage, and what becomes vectors."""
    parallel = [n for n, loop in enumerate(stage.loops) if not loop.is_reduction]
    reductions = [n for n, loop in enumerate(stage.loops) if loop.is_reduction]
    if is_vectorizable(stage):
        chosen = _contiguous(stage, parallel)
        if chosen is not None:
            rest = [n for n in parallel if n != chosen]
            return Plan((*rest, *reductions, chosen), chosen, lanes(stage))
        combiners = [combiner_of(stage, number) for number in range(len(stage.outputs))]
        if reductions and all(combiners):
            inner = _contiguous_inputs(stage, reductions)
            if inner is not None:
                rest = [n for n in reductions if n != inner]
                known = tuple(each for each in combiners if each)
                return Plan((*parallel, *rest, inner), inner, lanes(stage), known)
    return Plan((*parallel, *reductions), None, 0)


def _contiguous(stage: Stage, candidates: Sequence[int]) -> int | None:
    """Find the parallel loop along which the most accesses lie contiguously, where vectors are worth it."""
    best: tuple[float, int] | None = None
    cost = sum(1 for _ in stage.body.operations) if stage.body is not None else 1
    for loop in candidates:
        strides = [_stride(access, loop) for access in (*stage.outputs, *stage.reads())]
        scattered = strides.count("other")
        written = [_stride(output, loop) for output in stage.outputs]
        if stage.loops[loop].extent == 1 or "none" in written or scattered * LANE_COST > cost + len(strides):
            continue
        score = len(strides) - 2 * scattered + 0.01 * loop
        if best is None or score > best[0]:
            best = (score, loop)
    return best[1] if best else None


def _contiguous_inputs(stage: Stage, candidates: Sequence[int]) -> int | None:
    for loop in reversed(candidates):
        if all(_stride(e.access, loop) != "other" for e in stage.inputs if e.access):
            return loop
    return None


def _stride(access: Access, loop: int) -> str:
    """Tell how an access moves with a loop: 'unit' (to the next element), 'none' or 'other'."""
    moving = [number for number, index in enumerate(access.indices) if index.factor(loop)]
    if not moving:
        return "none"
    last = len(access.indices) - 1
    return "unit" if moving == [last] and access.indices[last].factor(loop) == 1 else "other"


class Nest:
    """Write one stage for given ranges of its loops."""

    def __init__(self, builder: Builder, memory: Memory, stage: Stage) -> None:
        self.builder = builder
        self._memory = memory
        self.stage = stage
        self.plan = plan_for(stage)
        self.places: dict[int, int | ir.Value] = {}
        self._turns = 1

    def write(self, ranges: Mapping[int, Range]) -> None:
        """Write the loops; `ranges` gives (from, to) for each loop by its number."""
        self._loops(list(self.plan.order), ranges)

    def _loops(self, remaining: list[int], ranges: Mapping[int, Range]) -> None:
        if not remaining:
            self.store(0, None, self.compute(0, None, self._old(0, None)))
            return
        loop, *inner = remaining
        low, high = ranges[loop]
        if loop == self.plan.vector and not inner:
            self._innermost(loop, low, high)
            return
        if len(inner) == 1 and self._is_jammed(loop):
            self._jammed(inner, ranges, low, high)
            return
        if self.plan.combiners and self.stage.loops[loop].is_reduction:
            Sums(self).write(remaining, ranges)
            return
        if self.plan.combiners and self.stage.loops[inner[0]].is_reduction:
            self._rows(loop, inner, ranges)
            return

        def turn(place: "int | ir.Value") -> Sequence[ir.Value]:
            self.places[loop] = place
            self._loops(inner, ranges)
            return []

        self.builder.loop(low, high, 1, turn)

    def _rows(self, loop: int, inner: list[int], ranges: Mapping[int, Range]) -> None:
        """Write the loop around a sum, some rows at once: what they share is loaded once."""
        builder = self.builder
        low, high = ranges[loop]
        length = builder.subtract(high, low)
        start = builder.add(low, builder.multiply(builder.divide(length, ROWS), ROWS))
        for first, last, rows in ((low, start, ROWS), (start, high, 1)):

            def turn(place: "int | ir.Value", rows: int = rows) -> Sequence[ir.Value]:
                self.places[loop] = place
                Sums(self, loop, rows).write(inner, ranges)
                return []

            builder.loop(first, last, rows, turn)

    def _jammed(
        self, inner: list[int], ranges: Mapping[int, Range], low: "int | ir.Value", high: "int | ir.Value"
    ) -> None:
        """Write a reduction around the vectors, some turns of it at once: results stay in registers meanwhile."""
        builder, loop = self.builder, self.plan.order[-2]
        length = builder.subtract(high, low)
        whole = builder.multiply(builder.divide(length, JAM), JAM)
        middle = builder.add(low, whole)
        for start, end, turns in ((low, middle, JAM), (middle, high, 1)):

            def turn(place: "int | ir.Value", turns: int = turns) -> Sequence[ir.Value]:
                self.places[loop] = place
                self._turns = turns
                self._loops(inner, ranges)
                return []

            builder.loop(start, end, turns, turn)
        self._turns = 1

    def _innermost(self, loop: int, low: "int | ir.Value", high: "int | ir.Value") -> None:
        if self.plan.combiners:
            Sums(self).write([loop], {loop: (low, high)})
            return

        def turn(place: "int | ir.Value", count: int, mask: ir.Value | None) -> None:
            self.places[loop] = place
            values: Sequence[ir.Value | None] = self._old(count, mask)
            outer = self.plan.order[-2] if self._turns > 1 else loop
            start = self.places[outer]
            for number in range(self._turns):
                self.places[outer] = self.builder.add(start, number)
                values = self.compute(count, mask, values)
            self.places[outer] = start
            self.store(count, mask, [value for value in values if value is not None])

        self._in_vectors(low, high, turn)

    def _is_jammed(self, loop: int) -> bool:
        """Tell whether a loop is a reduction around vectors whose body only adds to what was there."""
        stage, plan = self.stage, self.plan
        if plan.vector is None or plan.combiners or not stage.loops[loop].is_reduction:
            return False
        return stage.body is not None and all(stage.uses_old(number) for number in range(len(stage.outputs)))

    def _in_vectors(
        self,
        low: "int | ir.Value",
        high: "int | ir.Value",
        turn: Callable[["int | ir.Value", int, ir.Value | None], None],
    ) -> None:
        """Run `turn(place, lanes, mask)` over a range in whole vectors, then once under a mask."""
        builder, count = self.builder, self.plan.lanes
        length = builder.subtract(high, low)
        whole = builder.multiply(builder.divide(length, count), count)
        middle = builder.add(low, whole)

        def vector(place: "int | ir.Value") -> Sequence[ir.Value]:
            turn(place, count, None)
            return []

        start = low
        if self._unrolls(length):
            pairs = builder.multiply(builder.divide(length, UNROLL * count), UNROLL * count)

            def several(place: "int | ir.Value") -> Sequence[ir.Value]:
                for number in range(UNROLL):
                    turn(builder.add(place, number * count), count, None)
                return []

            start = builder.add(low, pairs)
            builder.loop(low, start, UNROLL * count, several)
        builder.loop(start, middle, count, vector)
        rest = builder.subtract(length, whole)
        if self._scatters():
            self._one_by_one(middle, high, turn)
            return
        if isinstance(rest, int):
            if rest == 1:
                turn(middle, 0, None)
            elif rest:
                turn(middle, count, self.mask(rest))
            return
        zero = builder.number(0)
        builder.when(builder.compare(4, rest, zero), lambda: turn(middle, count, self.mask(rest)))

    def _unrolls(self, length: "int | ir.Value") -> bool:
        """Tell whether a short body is worth several vectors a turn."""
        body = self.stage.body
        operations = sum(1 for _ in body.operations) if body is not None else 1
        long = not isinstance(length, int) or length >= 2 * UNROLL * self.plan.lanes
        return operations <= SHORT and self._turns == 1 and long and not self._scatters()

    def _scatters(self) -> bool:
        """Tell whether an output is stored lane by lane: that knows no mask."""
        return any(_stride(output, self.plan.vector or 0) == "other" for output in self.stage.outputs)

    def _one_by_one(
        self,
        low: "int | ir.Value",
        high: "int | ir.Value",
        turn: Callable[["int | ir.Value", int, ir.Value | None], None],
    ) -> None:
        def one(place: "int | ir.Value") -> Sequence[ir.Value]:
            turn(place, 0, None)
            return []

        self.builder.loop(low, high, 1, one)

    def mask(self, length: "int | ir.Value") -> ir.Value:
        """Write a mask of the first lanes."""
        kind = ir.VectorType.get([self.plan.lanes], self.builder.i1)
        return self.builder.value("vector.create_mask", [self.builder.materialize(length)], kind)

    def _old(self, count: int, mask: ir.Value | None) -> list[ir.Value | None]:
        return [
            self.load(access, count, mask) if self.stage.uses_old(number) else None
            for number, access in enumerate(self.stage.outputs)
        ]

    def compute(self, count: int, mask: ir.Value | None, old: Sequence[ir.Value | None]) -> list[ir.Value]:
        """Write the body at the current places."""
        stage, body = self.stage, Body(self.builder, count, self._memory.renamed)
        inputs = [
            self.load(element.access, count, mask) if element.access else body.spread_outside(element.value)
            for element in stage.inputs
        ]
        if stage.body is None:
            return inputs
        return body.clone(stage.body, [*inputs, *old], lambda loop: self._index(loop, count), self._gather)

    def _index(self, loop: int, count: int) -> ir.Value:
        """Give the place in a loop: a vector of places in the loop that became vectors."""
        builder = self.builder
        place = builder.materialize(self.places[loop])
        if not count:
            return place
        kind = ir.VectorType.get([count], builder.index)
        start = builder.value("vector.broadcast", [place], kind)
        if loop != self.plan.vector:
            return start
        steps = builder.value("vector.step", [], kind)
        return builder.value("arith.addi", [start, steps], kind)

    def _gather(self, load: ir.Operation, indices: Sequence[ir.Value]) -> ir.Value:
        view = self._memory.views.of(load.operands[0])
        access = view.access(tuple(Linear(symbols=((index, 1),)) for index in indices))
        return self._memory.load(access, {}, 0, None, None)

    def load(self, access: Access, count: int, mask: ir.Value | None) -> ir.Value:
        """Load at the current places."""
        return self._memory.load(access, self.places, count, self.plan.vector, mask)

    def store(self, count: int, mask: ir.Value | None, values: Sequence[ir.Value]) -> None:
        """Store the results at the current places."""
        for access, value in zip(self.stage.outputs, values, strict=True):
            self._memory.store(value, access, self.places, count, self.plan.vector, mask)
