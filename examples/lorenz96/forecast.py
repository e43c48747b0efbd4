"""Forecasts with the coarse model; run as a script, the part of the demo that needs Isthmus' runtime alone.

    python forecast.py model.isthmus cases.npz forecasts.npz

loads what was compiled, forecasts, and times it, in a process that refuses to import torch or a compiler.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from model import WILKS, Array, Closure, CoarseDynamics, RungeKutta4, Solver

COARSE_STEP = 0.005
"""MTU, as in Wilks (2005) and Arnold et al. (2013): five of the truth's steps."""

TIMED_STEPS = 10
"""Steps in a row when a step is timed, at most: as many as forecasts take between two lead times."""
TIMED_MICROSECONDS = 2000.0
"""About how long they may last together: a longer call is interrupted by whatever else the machine does."""

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
    """Hold median times in microseconds: of a step of the coarse model, and of a call of the closure alone."""

    members: int
    step: float
    call: float | None = None


def coarse_model(closure: Closure, members: int) -> Solver:
    """Put a closure into the coarse model in NumPy."""
    return RungeKutta4(CoarseDynamics(closure, members), (members, WILKS.slow), COARSE_STEP)


def forecast(model: Solver, starts: Array, leads: Array) -> Array:
    """Run the coarse model from `starts` `[case, K]`; give X at the lead times, `[lead, case, K]`."""
    x = starts.copy()
    result = np.empty((len(leads), *x.shape))
    done = 0
    for index, lead in enumerate(leads):
        due = round(lead / COARSE_STEP)
        model.advance(x, due - done)
        result[index], done = x, due
    return result


def climate_run(model: Solver, starts: Array, length: float, interval: float = 0.05) -> Array:
    """Run freely for `length` MTU after 3 MTU of forgetting the start; give the samples of X."""
    leads = 3.0 + np.arange(round(length / interval), dtype=np.float64) * interval
    return forecast(model, starts, leads)


def time_model(
    model: Solver, states: Array, call: Callable[[], object] | None = None, seconds: float = 0.5
) -> Timing:
    """Measure a step, and a bare call of the closure when there is one."""
    x = states.copy()
    model.advance(x, TIMED_STEPS)
    one = median_time(lambda: model.advance(x), seconds / 10)
    steps = min(TIMED_STEPS, max(1, round(TIMED_MICROSECONDS / one)))
    step = median_time(lambda: model.advance(x, steps), seconds) / steps
    return Timing(len(x), step, median_time(call, seconds) if call else None)


def median_time(call: Callable[[], object], seconds: float, blocks: int = 25) -> float:
    """Call for that long; give the median time of one call, in microseconds, in the quietest of the blocks."""
    return min(_median_of_block(call, seconds / blocks) for _ in range(blocks))


def _median_of_block(call: Callable[[], object], seconds: float) -> float:
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
    from closures import CompiledClosure, CompiledModel

    import isthmus

    began = time.perf_counter()
    program = isthmus.load(artifact, threads=1)
    report: dict[str, Any] = {"load_seconds": time.perf_counter() - began}
    given = np.load(cases)
    starts, leads, states = given["starts"], given["leads"], given["states"]
    count, size = starts.shape

    subgrid = np.empty_like(states)
    CompiledClosure(program.closure, len(states), size)(states, subgrid)
    began = time.perf_counter()
    with_closure = forecast(coarse_model(CompiledClosure(program.closure, count, size), count), starts, leads)
    report["forecast_seconds"] = time.perf_counter() - began
    whole = CompiledModel(program.advance)
    climate = climate_run(whole, starts, float(given["climate_length"]))
    np.savez(
        result, subgrid=subgrid, closure=with_closure, model=forecast(whole, starts, leads), climate=climate
    )

    report["closure"], report["model"] = [], []
    for members in (1, count):
        closure, some = CompiledClosure(program.closure, members, size), starts[:members]
        report["closure"].append(asdict(time_model(coarse_model(closure, members), some, closure.call)))
        report["model"].append(asdict(time_model(CompiledModel(program.advance), some)))
    report["compiler_half_loaded"] = compiler_half_loaded()
    print(json.dumps(report))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
