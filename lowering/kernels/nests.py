"""Writes one stage as a loop nest: the order of its loops, vectors in the innermost one, the rest behind a mask."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...dialects.mlir import ir
from .accesses import Access, Linear
from .builder import Builder
from .memory import Memory
from .reductions import Combiner, combiner_of
from .stages import Stage
from .vectors import Body, is_vectorizable, lanes

Range = tuple["int | ir.Value", "int | ir.Value"]

JAM = 4
"""Turns of a reduction around vectors that run at once."""

SUMS = 4
"""Vectors of partial results of one reduction: an addition takes as many cycles."""

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
        self._builder = builder
        self._memory = memory
        self._stage = stage
        self._plan = plan_for(stage)
        self._places: dict[int, int | ir.Value] = {}
        self._turns = 1

    def write(self, ranges: Mapping[int, Range]) -> None:
        """Write the loops; `ranges` gives (from, to) for each loop by its number."""
        self._loops(list(self._plan.order), ranges)

    def _loops(self, remaining: list[int], ranges: Mapping[int, Range]) -> None:
        if not remaining:
            self._store(0, None, self._compute(0, None, self._old(0, None)))
            return
        loop, *inner = remaining
        low, high = ranges[loop]
        if loop == self._plan.vector and not inner:
            self._innermost(loop, low, high)
            return
        if len(inner) == 1 and self._is_jammed(loop):
            self._jammed(inner, ranges, low, high)
            return
        starts_sum = self._plan.combiners and self._stage.loops[loop].is_reduction
        if starts_sum:
            self._accumulate(remaining, ranges)
            return

        def turn(place: "int | ir.Value") -> Sequence[ir.Value]:
            self._places[loop] = place
            self._loops(inner, ranges)
            return []

        self._builder.loop(low, high, 1, turn)

    def _jammed(
        self, inner: list[int], ranges: Mapping[int, Range], low: "int | ir.Value", high: "int | ir.Value"
    ) -> None:
        """Write a reduction around the vectors, some turns of it at once: results stay in registers meanwhile."""
        builder, loop = self._builder, self._plan.order[-2]
        length = builder.subtract(high, low)
        whole = builder.multiply(builder.divide(length, JAM), JAM)
        middle = builder.add(low, whole)
        for start, end, turns in ((low, middle, JAM), (middle, high, 1)):

            def turn(place: "int | ir.Value", turns: int = turns) -> Sequence[ir.Value]:
                self._places[loop] = place
                self._turns = turns
                self._loops(inner, ranges)
                return []

            builder.loop(start, end, turns, turn)
        self._turns = 1

    def _innermost(self, loop: int, low: "int | ir.Value", high: "int | ir.Value") -> None:
        if self._plan.combiners:
            self._accumulate([loop], {loop: (low, high)})
            return

        def turn(place: "int | ir.Value", count: int, mask: ir.Value | None) -> None:
            self._places[loop] = place
            values: Sequence[ir.Value | None] = self._old(count, mask)
            outer = self._plan.order[-2] if self._turns > 1 else loop
            start = self._places[outer]
            for number in range(self._turns):
                self._places[outer] = self._builder.add(start, number)
                values = self._compute(count, mask, values)
            self._places[outer] = start
            self._store(count, mask, [value for value in values if value is not None])

        self._in_vectors(low, high, turn)

    def _is_jammed(self, loop: int) -> bool:
        """Tell whether a loop is a reduction around vectors whose body only adds to what was there."""
        stage, plan = self._stage, self._plan
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
        builder, count = self._builder, self._plan.lanes
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
                turn(middle, count, self._mask(rest))
            return
        zero = builder.number(0)
        builder.when(builder.compare(4, rest, zero), lambda: turn(middle, count, self._mask(rest)))

    def _unrolls(self, length: "int | ir.Value") -> bool:
        """Tell whether a short body is worth several vectors a turn."""
        body = self._stage.body
        operations = sum(1 for _ in body.operations) if body is not None else 1
        long = not isinstance(length, int) or length >= 2 * UNROLL * self._plan.lanes
        return operations <= SHORT and self._turns == 1 and long and not self._scatters()

    def _scatters(self) -> bool:
        """Tell whether an output is stored lane by lane: that knows no mask."""
        return any(_stride(output, self._plan.vector or 0) == "other" for output in self._stage.outputs)

    def _one_by_one(
        self,
        low: "int | ir.Value",
        high: "int | ir.Value",
        turn: Callable[["int | ir.Value", int, ir.Value | None], None],
    ) -> None:
        def one(place: "int | ir.Value") -> Sequence[ir.Value]:
            turn(place, 0, None)
            return []

        self._builder.loop(low, high, 1, one)

    def _mask(self, length: "int | ir.Value") -> ir.Value:
        kind = ir.VectorType.get([self._plan.lanes], self._builder.i1)
        return self._builder.value("vector.create_mask", [self._builder.materialize(length)], kind)

    def _old(self, count: int, mask: ir.Value | None) -> list[ir.Value | None]:
        return [
            self._load(access, count, mask) if self._stage.uses_old(number) else None
            for number, access in enumerate(self._stage.outputs)
        ]

    def _compute(self, count: int, mask: ir.Value | None, old: Sequence[ir.Value | None]) -> list[ir.Value]:
        """Write the body at the current places."""
        stage, body = self._stage, Body(self._builder, count, self._memory.renamed)
        inputs = [
            self._load(element.access, count, mask) if element.access else body.spread_outside(element.value)
            for element in stage.inputs
        ]
        if stage.body is None:
            return inputs
        return body.clone(stage.body, [*inputs, *old], lambda loop: self._index(loop, count), self._gather)

    def _index(self, loop: int, count: int) -> ir.Value:
        """Give the place in a loop: a vector of places in the loop that became vectors."""
        builder = self._builder
        place = builder.materialize(self._places[loop])
        if not count:
            return place
        kind = ir.VectorType.get([count], builder.index)
        start = builder.value("vector.broadcast", [place], kind)
        if loop != self._plan.vector:
            return start
        steps = builder.value("vector.step", [], kind)
        return builder.value("arith.addi", [start, steps], kind)

    def _gather(self, load: ir.Operation, indices: Sequence[ir.Value]) -> ir.Value:
        view = self._memory.views.of(load.operands[0])
        access = view.access(tuple(Linear(symbols=((index, 1),)) for index in indices))
        return self._memory.load(access, {}, 0, None, None)

    def _load(self, access: Access, count: int, mask: ir.Value | None) -> ir.Value:
        return self._memory.load(access, self._places, count, self._plan.vector, mask)

    def _store(self, count: int, mask: ir.Value | None, values: Sequence[ir.Value]) -> None:
        for access, value in zip(self._stage.outputs, values, strict=True):
            self._memory.store(value, access, self._places, count, self._plan.vector, mask)

    def _accumulate(self, remaining: list[int], ranges: Mapping[int, Range]) -> None:
        """Write the reduction loops with the running values in registers, vectors of partial results at first."""
        builder, count, combiners = self._builder, self._plan.lanes, self._plan.combiners
        kinds = [access.buffer.element for access in self._stage.outputs]
        start = [each.neutral(builder, kind, count) for each, kind in zip(combiners, kinds, strict=True)]

        def nest(loops: list[int], carried: Sequence[ir.Value]) -> list[ir.Value]:
            loop, *inner = loops
            low, high = ranges[loop]
            if not inner:
                return self._partial(loop, low, high, carried)

            def turn(place: "int | ir.Value", *values: ir.Value) -> Sequence[ir.Value]:
                self._places[loop] = place
                return nest(inner, values)

            return builder.loop(low, high, 1, turn, carried)

        partial = nest(remaining, start)
        old = [self._load(access, 0, None) for access in self._stage.outputs]
        totals = [
            each.total(builder, value, before)
            for each, value, before in zip(combiners, partial, old, strict=True)
        ]
        self._store(0, None, totals)

    def _partial(
        self, loop: int, low: "int | ir.Value", high: "int | ir.Value", carried: Sequence[ir.Value]
    ) -> list[ir.Value]:
        """Write the innermost reduction: several vectors a turn, so that one sum need not wait for the other."""
        builder, count, width = self._builder, self._plan.lanes, len(carried)
        length = builder.subtract(high, low)
        fast = builder.multiply(builder.divide(length, count * SUMS), count * SUMS)
        whole = builder.multiply(builder.divide(length, count), count)
        middle, end = builder.add(low, fast), builder.add(low, whole)
        kinds = [access.buffer.element for access in self._stage.outputs]
        neutral = [
            each.neutral(builder, kind, count) for each, kind in zip(self._plan.combiners, kinds, strict=True)
        ]

        def several(place: "int | ir.Value", *values: ir.Value) -> Sequence[ir.Value]:
            found: list[ir.Value] = []
            for number in range(SUMS):
                self._places[loop] = builder.add(place, number * count)
                found += self._compute(count, None, values[number * width : (number + 1) * width])
            return found

        def one(place: "int | ir.Value", *values: ir.Value) -> Sequence[ir.Value]:
            self._places[loop] = place
            return self._compute(count, None, values)

        if isinstance(length, int) and length < count * SUMS:
            sums = list(carried)
        else:
            many = builder.loop(low, middle, count * SUMS, several, [*carried, *neutral * (SUMS - 1)])
            sums = self._joined(many, width)
        sums = builder.loop(middle, end, count, one, sums)
        rest = builder.subtract(length, whole)
        if rest == 0:
            return sums
        mask = self._mask(rest)
        self._places[loop] = end
        new = self._compute(count, mask, sums)
        return [
            builder.value("arith.select", [mask, value, old], value.type)
            for value, old in zip(new, sums, strict=True)
        ]

    def _joined(self, many: Sequence[ir.Value], width: int) -> list[ir.Value]:
        """Join the partial results of each output."""
        sums = list(many[:width])
        for start in range(width, len(many), width):
            sums = [
                self._builder.value(each.name, [total, part], total.type)
                for each, total, part in zip(
                    self._plan.combiners, sums, many[start : start + width], strict=True
                )
            ]
        return sums
