"""Timing several ways of doing the same work on a machine that is never quite quiet."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Call = Callable[[], object]
Clock = Callable[[], float]

_SLICE = 0.02
"""Seconds each call is repeated before the next one has its turn."""
_PAUSE = 0.003
"""Seconds between turns: worker threads of the last one, spinning for more work, give up in that time."""


@dataclass(frozen=True)
class Timing:
    """Hold what was measured of one call, in seconds."""

    median: float
    fastest: float
    samples: int


def interleave(
    calls: Mapping[str, Call], seconds: float, clock: Clock = time.perf_counter
) -> dict[str, Timing]:
    """Time each call in turn, again and again, so that drift of the machine meets all of them alike.

    A turn starts with one call that is not counted. `seconds` is the time given to each call; every call has at
    least five turns. `time.thread_time` as the clock counts only what the calling thread computes: right for
    calls that use no other thread, on a machine that others use.
    """
    samples: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    repeats = {
        name: max(1, min(500, int(_SLICE / min(_timed(call, 3, clock))))) for name, call in calls.items()
    }
    turns = 0
    end = time.perf_counter() + seconds * len(calls)
    while turns < 5 or time.perf_counter() < end:
        for name, call in calls.items():
            time.sleep(_PAUSE)
            call()
            samples[name] += _timed(call, repeats[name], clock)
        turns += 1
    return {
        name: Timing(statistics.median(values), min(values), len(values)) for name, values in samples.items()
    }


def _timed(call: Call, repeats: int, clock: Clock) -> list[float]:
    samples = []
    for _ in range(repeats):
        start = clock()
        call()
        samples.append(clock() - start)
    return samples
