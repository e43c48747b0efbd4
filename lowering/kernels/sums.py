"""Writes sums and other reductions: running values in registers, vectors of partial results at first."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...dialects.mlir import ir

if TYPE_CHECKING:
    from .nests import Nest, Range

SUMS = 4
"""Vectors of partial results that run at once: an addition takes as many cycles."""


class Sums:
    """Write the reduction loops of a nest for `rows` turns of the loop `row` around them."""

    def __init__(self, nest: "Nest", row: int | None = None, rows: int = 1) -> None:
        self._nest = nest
        self._row = row
        self._rows = rows
        self._start = nest.places[row] if row is not None else 0
        self._width = len(nest.stage.outputs)
        self._vectors = max(1, SUMS // rows)

    def write(self, remaining: list[int], ranges: "Mapping[int, Range]") -> None:
        """Write the loops in `remaining`, then add the lanes and the old value and store."""
        nest, combiners = self._nest, self._nest.plan.combiners
        partial = self._loops(remaining, ranges, self._neutral() * self._rows)
        for number in range(self._rows):
            self._at(number)
            old = [nest.load(access, 0, None) for access in nest.stage.outputs]
            values = partial[number * self._width : (number + 1) * self._width]
            totals = [
                each.total(nest.builder, value, before)
                for each, value, before in zip(combiners, values, old, strict=True)
            ]
            nest.store(0, None, totals)
        self._at(0)

    def _neutral(self) -> list[ir.Value]:
        nest = self._nest
        kinds = [access.buffer.element for access in nest.stage.outputs]
        pairs = zip(nest.plan.combiners, kinds, strict=True)
        return [each.neutral(nest.builder, kind, nest.plan.lanes) for each, kind in pairs]

    def _at(self, number: int) -> None:
        """Go to one of the rows."""
        if self._row is not None:
            self._nest.places[self._row] = self._nest.builder.add(self._start, number)

    def _loops(
        self, loops: list[int], ranges: "Mapping[int, Range]", carried: Sequence[ir.Value]
    ) -> list[ir.Value]:
        loop, *inner = loops
        low, high = ranges[loop]
        if not inner:
            return self._innermost(loop, low, high, carried)

        def turn(place: "int | ir.Value", *values: ir.Value) -> Sequence[ir.Value]:
            self._nest.places[loop] = place
            return self._loops(inner, ranges, values)

        return self._nest.builder.loop(low, high, 1, turn, carried)

    def _compute(self, mask: ir.Value | None, values: Sequence[ir.Value]) -> list[ir.Value]:
        """Write the body once for each row."""
        found: list[ir.Value] = []
        for number in range(self._rows):
            self._at(number)
            own = values[number * self._width : (number + 1) * self._width]
            found += self._nest.compute(self._nest.plan.lanes, mask, own)
        return found

    def _innermost(
        self, loop: int, low: "int | ir.Value", high: "int | ir.Value", carried: Sequence[ir.Value]
    ) -> list[ir.Value]:
        """Write the innermost loop: several vectors a turn, so that one sum need not wait for the other."""
        nest, builder, count = self._nest, self._nest.builder, self._nest.plan.lanes
        length = builder.subtract(high, low)
        step = count * self._vectors
        fast = builder.multiply(builder.divide(length, step), step)
        whole = builder.multiply(builder.divide(length, count), count)
        middle, end = builder.add(low, fast), builder.add(low, whole)

        def several(place: "int | ir.Value", *values: ir.Value) -> Sequence[ir.Value]:
            found: list[ir.Value] = []
            for number in range(self._vectors):
                nest.places[loop] = builder.add(place, number * count)
                own = len(values) // self._vectors
                found += self._compute(None, values[number * own : (number + 1) * own])
            return found

        def one(place: "int | ir.Value", *values: ir.Value) -> Sequence[ir.Value]:
            nest.places[loop] = place
            return self._compute(None, values)

        sums = list(carried)
        if self._vectors > 1 and (not isinstance(length, int) or length >= step):
            more = self._neutral() * (self._rows * (self._vectors - 1))
            sums = self._joined(builder.loop(low, middle, step, several, [*sums, *more]))
        else:
            middle = low
        sums = builder.loop(middle, end, count, one, sums)
        rest = builder.subtract(length, whole)
        if rest == 0:
            return sums
        mask = nest.mask(rest)
        nest.places[loop] = end
        new = self._compute(mask, sums)
        return [
            builder.value("arith.select", [mask, value, old], value.type)
            for value, old in zip(new, sums, strict=True)
        ]

    def _joined(self, many: Sequence[ir.Value]) -> list[ir.Value]:
        """Join the partial results of each output and row."""
        builder, width = self._nest.builder, self._rows * self._width
        combiners = [*self._nest.plan.combiners] * self._rows
        sums = list(many[:width])
        for start in range(width, len(many), width):
            parts = many[start : start + width]
            sums = [
                builder.value(each.name, [total, part], total.type)
                for each, total, part in zip(combiners, sums, parts, strict=True)
            ]
        return sums
