"""The bandwidth of copying one array to another, as STREAM counts it: bytes read plus bytes written.

python copy_bandwidth.py THREADS BYTES… prints a line of JSON: for each footprint (both arrays) bytes per second.
"""

import json
import sys
import time
from typing import Any

import numba
import numpy as np
from simulation_program import cores

Array = np.ndarray[Any, np.dtype[np.float64]]


@numba.njit(parallel=True)
def copy(source: Array, target: Array, parts: int, repeats: int) -> None:
    """Copy in parts, one for each thread."""
    size = source.size // parts
    for _ in range(repeats):
        for part in numba.prange(parts):
            target[part * size : (part + 1) * size] = source[part * size : (part + 1) * size]


def bandwidth(footprint: int, threads: int) -> float:
    """Give bytes per second: the best of seven samples of at least ten milliseconds, as STREAM does."""
    count = footprint // 16 // threads * threads
    source, target = np.ones(count), np.zeros(count)
    copy(source, target, threads, 1)
    repeats, seconds = 1, 0.0
    while seconds < 0.01:
        repeats *= 2
        seconds = _timed(source, target, threads, repeats)
    rates = [16 * count * repeats / _timed(source, target, threads, repeats) for _ in range(7)]
    return max(rates)


def _timed(source: Array, target: Array, threads: int, repeats: int) -> float:
    start = time.perf_counter()
    copy(source, target, threads, repeats)
    return time.perf_counter() - start


if __name__ == "__main__":
    cores(int(sys.argv[1]))
    footprints = [int(text) for text in sys.argv[2:]]
    print(json.dumps({str(size): bandwidth(size, int(sys.argv[1])) for size in footprints}))
