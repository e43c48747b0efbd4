"""Timing of calls: warm-up, repeats, and the numbers that describe them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .units import seconds

_WARM_UP = 0.3  # seconds
_MEASURE = 2.0  # seconds
_FEWEST, _MOST = 5, 20_000


@dataclass(frozen=True)
class Timing:
    """Hold the seconds of each call."""

    values: tuple[float, ...]

    def quantile(self, fraction: float) -> float:
        """Give the value that this fraction of the calls stays under (the nearest rank)."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]

    def __str__(self) -> str:
        return (
            f"median {seconds(self.quantile(0.5))}, min {seconds(min(self.values))}, "
            f"p90 {seconds(self.quantile(0.9))} of {len(self.values)} calls"
        )


def measure(call: Callable[[], object], *, runs: int | None = None, warm_up: int | None = None) -> Timing:
    """Time a call again and again; without counts, for a fixed time each to warm up and to measure."""
    if warm_up is None:
        _for_seconds(call, _WARM_UP, 1)
    for _ in range(warm_up or 0):
        call()
    if runs is None:
        return Timing(tuple(_for_seconds(call, _MEASURE, _FEWEST)))
    return Timing(tuple(_once(call) for _ in range(runs)))


def _for_seconds(call: Callable[[], object], budget: float, fewest: int) -> Sequence[float]:
    values: list[float] = []
    end = time.perf_counter() + budget
    while len(values) < fewest or (time.perf_counter() < end and len(values) < _MOST):
        values.append(_once(call))
    return values


def _once(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
