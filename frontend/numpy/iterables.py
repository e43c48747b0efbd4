"""What a traced loop runs over: ranges with traced bounds, rows of arrays, and pairs of those."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ...dialects.mlir import arith, ir
from . import where
from .array import Array
from .scalar import Scalar, Size, index_value
from .sizes import at_least, ceil_divided, minus, plus, times


@runtime_checkable
class Items(Protocol):
    """Count items, and give the one at a place."""

    @property
    def count(self) -> Size:
        """How many there are."""

    def at(self, place: Size) -> Any:
        """Give the item at a place."""


class _Traced:
    """Refuse what Python's own iteration would need."""

    def __iter__(self) -> Iterator[Any]:
        count = self.count  # type: ignore[attr-defined]
        if isinstance(count, int):
            return (self.at(place) for place in range(count))  # type: ignore[attr-defined]
        raise where.error(
            "the number of passes is known to the run alone, and Python wants it here",
            note="use a 'for' statement of a function with source code, or isthmus.loop",
        )

    def __len__(self) -> int:
        count = self.count  # type: ignore[attr-defined]
        return count if isinstance(count, int) else count.__index__()


@dataclass(frozen=True, eq=False)
class Range(_Traced):
    """Be `range` with bounds that only the run knows."""

    start: Size
    stop: Size
    step: Size = 1

    @staticmethod
    def of(*bounds: Size) -> "Range":
        """Take the arguments of `range`."""
        return Range(0, bounds[0]) if len(bounds) == 1 else Range(*bounds)

    @property
    def count(self) -> Size:
        """How many numbers there are."""
        if all(isinstance(one, int) for one in (self.start, self.stop, self.step)):
            return len(range(self.start, self.stop, self.step))
        if not isinstance(self.step, int):
            return self._count_of_traced_step()
        up = self.step > 0
        distance = minus(self.stop, self.start) if up else minus(self.start, self.stop)
        return ceil_divided(at_least(distance, 0), abs(self.step))

    def _count_of_traced_step(self) -> Size:
        distance, step = index_value(minus(self.stop, self.start)), index_value(self.step)
        zero = index_value(0)
        count = arith.CeilDivSIOp(distance, step).result
        return Scalar.of_index(arith.MaxSIOp(count, zero).result, low=0)

    def at(self, place: Size) -> Size:
        """Give the number at a place."""
        return plus(self.start, times(place, self.step))

    @property
    def counts_up(self) -> bool:
        """Tell whether MLIR's loops can run over the numbers themselves."""
        return isinstance(self.step, int) and self.step > 0

    def known(self, value: ir.Value) -> Scalar:
        """Make the loop variable of a value of type `index`, with the bounds it is known to have."""
        if not isinstance(self.step, int):
            return Scalar.of_index(value)
        if self.step > 0:
            return Scalar.of_index(value, low=self.start, high=minus(self.stop, 1))
        return Scalar.of_index(value, low=plus(self.stop, 1), high=self.start)


@dataclass(frozen=True, eq=False)
class Rows(_Traced):
    """Be the rows of an array."""

    array: Array

    @property
    def count(self) -> Size:
        """How many rows there are."""
        return self.array.shape[0]

    def at(self, place: Size) -> Any:
        """Give a row."""
        return self.array[place]


@dataclass(frozen=True, eq=False)
class Together(_Traced):
    """Be `zip` or `enumerate` of things that only the run knows."""

    parts: Sequence[Items]

    @property
    def count(self) -> Size:
        """How many tuples there are: as many as the shortest part has items."""
        counts = [part.count for part in self.parts]
        numbers = [count for count in counts if isinstance(count, int)]
        traced = [count for count in counts if not isinstance(count, int)]
        shortest: Size = min(numbers) if numbers else traced.pop()
        for count in traced:
            shortest = Scalar.of_index(arith.MinSIOp(index_value(shortest), index_value(count)).result, low=0)
        return shortest

    def at(self, place: Size) -> tuple[Any, ...]:
        """Give a tuple."""
        return tuple(part.at(place) for part in self.parts)


@dataclass(frozen=True, eq=False)
class Backwards(_Traced):
    """Be `reversed` of things that only the run knows."""

    items: Items

    @property
    def count(self) -> Size:
        """How many items there are."""
        return self.items.count

    def at(self, place: Size) -> Any:
        """Give the item that far from the end."""
        return self.items.at(minus(minus(self.items.count, 1), place))


@dataclass(frozen=True, eq=False)
class Counted(_Traced):
    """Be the numbers from `start` on: the first part of `enumerate`."""

    start: Size
    count: Size

    def at(self, place: Size) -> Size:
        """Give the number at a place."""
        return plus(self.start, place)


def items_of(iterable: Any) -> Items | None:
    """Give the items of what can be traced; None for Python's own iterables."""
    if isinstance(iterable, range):
        return Range(iterable.start, iterable.stop, iterable.step)
    if isinstance(iterable, Array):
        if not iterable.ndim:
            raise where.error("iteration over an array without axes")
        return Rows(iterable)
    if isinstance(iterable, np.ndarray) and iterable.ndim and iterable.dtype != object:
        return Rows(Array.constant(iterable))
    return iterable if isinstance(iterable, Range | Rows | Together | Backwards | Counted) else None
