"""Forecasts with the coarse model; run as a script, the part of the demo that needs Isthmus' runtime alone.

    python forecast.py closure.isthmus cases.npz forecasts.npz

loads the compiled closure, forecasts, and times it, in a process that refuses to import torch or a compiler.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import numpy as np
from model import Array, Closure, CoarseDynamics, RungeKutta4

COARSE_STEP = 0.005
"""MTU, as in Wilks (2005) and Arnold et al. (2013): five of the truth's steps."""

COMPILER_HALF = (
    "torch",
    "torch_mlir",
    "iree.compiler",
    "isthmus.frontend",
    "isthmus.dialects",
    "isthmus.lowering",
    "isthmus.targets",
)
"""What a process that only runs artifacts has no use for."""


@dataclass(frozen=True)
class Timing:
    """Hold the median time, in microseconds, of a closure's call and of a whole step of the coarse model."""

    members: int
    call: float
    step: float


def forecast(closure: Closure, starts: Array, leads: Array) -> Array:
    """Run the coarse model from `starts` `[case, K]`; give X at the lead times, `[lead, case, K]`."""
    x = starts.copy()
    solver = RungeKutta4(CoarseDynamics(closure, len(x)), x.shape, COARSE_STEP)
    result = np.empty((len(leads), *x.shape))
    done = 0
    for index, lead in enumerate(leads):
        due = round(lead / COARSE_STEP)
        solver.advance(x, due - done)
        result[index], done = x, due
    return result


def climate_run(closure: Closure, starts: Array, length: float, interval: float = 0.05) -> Array:
    """Run freely for `length` MTU after 3 MTU of forgetting the start; give the samples of X."""
    leads = 3.0 + np.arange(round(length / interval), dtype=np.float64) * interval
    return forecast(closure, starts, leads)


def time_closure(closure: Closure, call: Callable[[], object], states: Array, seconds: float = 0.4) -> Timing:
    """Measure a closure whose bare call is `call` on states `[member, K]`."""
    x = states.copy()
    solver = RungeKutta4(CoarseDynamics(closure, len(x)), x.shape, COARSE_STEP)
    solver.advance(x, 3)
    return Timing(len(x), median_time(call, seconds), median_time(lambda: solver.advance(x), seconds))


def median_time(call: Callable[[], object], seconds: float) -> float:
    """Call for that long; give the median time of one call in microseconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e6 * float(np.median(times))


class RefuseCompilerHalf:
    """Refuse, as an import hook, every module of the compiler half."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise ImportError for what belongs to the compiler half; leave the rest to others."""
        if _is_compiler_half(name):
            raise ImportError(f"'{name}' was imported where only the runtime may be")
        return None


def compiler_half_loaded() -> list[str]:
    """Name the modules of the compiler half that this process holds."""
    return sorted(name for name in sys.modules if _is_compiler_half(name))


def _is_compiler_half(name: str) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in COMPILER_HALF)


def main(artifact: Path, cases: Path, result: Path) -> None:
    """Forecast with the artifact for the cases in one file, and write what came out to another."""
    sys.meta_path.insert(0, RefuseCompilerHalf())
    began = time.perf_counter()
    from closures import CompiledClosure

    import isthmus

    program = isthmus.load(artifact)
    loaded = time.perf_counter() - began
    given = np.load(cases)
    starts, size = given["starts"], given["starts"].shape[1]

    def closure(members: int) -> CompiledClosure:
        return CompiledClosure(program, members, size)

    subgrid = np.empty_like(given["states"])
    closure(len(subgrid))(given["states"], subgrid)
    began = time.perf_counter()
    forecasts = forecast(closure(len(starts)), starts, given["leads"])
    spent = time.perf_counter() - began
    climate = climate_run(closure(len(starts)), starts, float(given["climate_length"]))
    timings = []
    for members in (1, len(starts)):
        timed = closure(members)
        timings.append(asdict(time_closure(timed, timed.call, starts[:members])))
    np.savez(result, subgrid=subgrid, forecasts=forecasts, climate=climate)
    report = {
        "load_seconds": loaded,
        "forecast_seconds": spent,
        "timings": timings,
        "compiler_half_loaded": compiler_half_loaded(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
