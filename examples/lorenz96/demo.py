"""Train a closure for Lorenz-96 in PyTorch, compile it ahead of time, and forecast with the artifact.

Prints tables and checks, writes the artifact `model.isthmus`, `forecast_error.png` and `results.json`, and exits with 1
when a required claim does not hold.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from closures import WILKS_QUARTIC, Polynomial, fit_polynomial, no_closure
from coupled import CoupledModel
from experiment import (
    COMPILED,
    EAGER,
    NETWORK,
    NONE,
    QUARTIC,
    REFIT,
    TWIN,
    WHOLE_MODEL,
    WRITTEN,
    Check,
    Outcome,
    all_checks,
    as_numbers,
)
from forecast import climate_run, coarse_model, forecast, time_model
from model import Array, Closure
from plot import draw
from report import climate_distances, closure_table, error_table, explained, timing_table
from skill import evaluate
from train import ClosureNetwork, TorchClosure, reorder_hidden_units, train
from truth import Periods, Truth, simulate

import isthmus

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "out" / "lorenz96"

Closures = dict[str, Callable[[int], Closure]]
"""By name, what gives a closure for an ensemble of that many members."""


@dataclass(frozen=True)
class Plan:
    """Say how much is run: the truth's periods, epochs of training, MTU of free run."""

    periods: Periods
    epochs: int
    climate: float


FULL = Plan(Periods(), epochs=20, climate=10.0)
QUICK = Plan(
    Periods(members=24, spin_up=3.0, training=5.0, gap=1.0, starts=2, lead=1.5), epochs=8, climate=1.0
)


@dataclass(frozen=True)
class Compiled:
    """Hold what came back from the process that ran the artifact."""

    arrays: dict[str, Array]
    report: dict[str, Any]


@dataclass(frozen=True)
class Stopwatch:
    """Announce phases as they begin and keep how long each took, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, title: str) -> Iterator[None]:
        """Time what happens inside."""
        print(f"{title} ...", flush=True)
        began = time.perf_counter()
        yield
        self.seconds[title] = time.perf_counter() - began
        print(f"  {self.seconds[title]:.1f} s", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; give the exit code."""
    options = _parse(argv)
    plan = QUICK if options.quick else FULL
    options.out.mkdir(parents=True, exist_ok=True)
    watch = Stopwatch()
    torch.set_num_threads(1)  # the network is small: more threads make its training slower
    with watch.phase("truth: the two-scale model"):
        truth = simulate(plan.periods, progress=_say)
    with watch.phase("training: PyTorch"):
        network, _ = train(*truth.training.states(), epochs=plan.epochs, progress=_say)
    with watch.phase("compiling ahead of time: Isthmus"):
        artifact = compile_ahead(network, options.out)
    with watch.phase("forecasts with the artifact: another process, runtime only"):
        compiled = run_artifact(artifact, truth, plan, options.out)
    with watch.phase("forecasts without it: torch, quartics, no closure"):
        outcome = complete(compiled, truth, network, plan)
    with watch.phase("figure"):
        draw(options.out / "forecast_error.png", outcome, {QUARTIC: WILKS_QUARTIC, REFIT: refitted(truth)})
    checks = all_checks(outcome)
    _write_results(options.out / "results.json", plan, outcome, checks, watch)
    _print_results(outcome, checks, watch, options.out)
    return int(any(check.fails for check in checks))


def compile_ahead(network: ClosureNetwork, out: Path) -> Path:
    """Compile the coarse model with the network in it, and the network alone, as entries of one artifact; save it."""
    model, path = CoupledModel(network), out / "model.isthmus"
    artifact = isthmus.compile(
        {"advance": model.advance, "closure": network},
        {"advance": (isthmus.Spec("f64[members, 8]"), 1), "closure": (isthmus.Spec("f32[members, 8]"),)},
        name="lorenz96",
    )
    artifact.save(path)
    return path


def run_artifact(artifact: Path, truth: Truth, plan: Plan, out: Path) -> Compiled:
    """Run `forecast.py` on the artifact in a process of its own."""
    cases, result = out / "cases.npz", out / "forecasts.npz"
    starts, _ = truth.forecast_cases(plan.periods)
    states, _ = truth.verification.states()
    np.savez(cases, starts=starts, states=states, leads=plan.periods.leads, climate_length=plan.climate)
    command: list[str | Path] = [sys.executable, HERE / "forecast.py", artifact, cases, result]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    report = json.loads(done.stdout)
    _say(
        f"loaded in {report['load_seconds']:.2f} s; {len(starts)} forecasts took {report['forecast_seconds']:.2f} s"
    )
    with np.load(result) as arrays:
        return Compiled(dict(arrays), report)


def complete(compiled: Compiled, truth: Truth, network: ClosureNetwork, plan: Plan) -> Outcome:
    """Run everything else and put it beside the results of the artifact."""
    starts, happened = truth.forecast_cases(plan.periods)
    states, true_subgrid = truth.verification.states()
    closures, arrays, report = _closures(truth, network), compiled.arrays, compiled.report
    models = {name: coarse_model(make(len(starts)), len(starts)) for name, make in closures.items()}
    forecasts = {name: forecast(model, starts, plan.periods.leads) for name, model in models.items()}
    subgrid = {name: evaluate(make(len(states)), states) for name, make in closures.items() if name != TWIN}
    climates = {name: climate_run(models[name], starts, plan.climate) for name in (NONE, QUARTIC, REFIT)}
    return Outcome(
        leads=plan.periods.leads,
        truth=happened,
        forecasts=forecasts | {COMPILED: arrays["closure"], WHOLE_MODEL: arrays["model"]},
        states=states,
        true_subgrid=true_subgrid,
        subgrid=subgrid | {COMPILED: arrays["subgrid"]},
        climates={
            "truth": np.concatenate([truth.training.x, truth.verification.x]),
            **climates,
            WHOLE_MODEL: arrays["climate"],
        },
        timings={
            EAGER: _time_torch(network, starts),
            WRITTEN: _time_written(network, starts),
            COMPILED: report["closure"],
            WHOLE_MODEL: report["model"],
        },
        compiler_half_loaded=report["compiler_half_loaded"],
    )


def refitted(truth: Truth) -> Polynomial:
    """Fit Wilks' form of closure to the training period."""
    return fit_polynomial(*truth.training.states())


def _closures(truth: Truth, network: ClosureNetwork) -> Closures:
    size, fitted, twin = truth.training.x.shape[-1], refitted(truth), reorder_hidden_units(network)
    _say(f"quartic fitted to this truth: U = {fitted}")
    return {
        NONE: lambda members: no_closure,
        QUARTIC: lambda members: WILKS_QUARTIC,
        REFIT: lambda members: fitted,
        NETWORK: lambda members: TorchClosure(network, members, size),
        TWIN: lambda members: TorchClosure(twin, members, size),
    }


def _time_torch(network: ClosureNetwork, starts: Array) -> list[dict[str, Any]]:
    rows = []
    for members in (1, len(starts)):
        closure = TorchClosure(network, members, starts.shape[1])
        rows.append(asdict(time_model(coarse_model(closure, members), starts[:members], closure.call)))
    return rows


def _time_written(network: ClosureNetwork, starts: Array) -> list[dict[str, Any]]:
    model = CoupledModel(network)
    return [asdict(time_model(model, starts[:members])) for members in (1, len(starts))]


def _write_results(path: Path, plan: Plan, outcome: Outcome, checks: list[Check], watch: Stopwatch) -> None:
    results = {
        "plan": asdict(plan),
        **as_numbers(outcome),
        "explained_variance": explained(outcome),
        "climate_hellinger": climate_distances(outcome),
        "checks": [asdict(check) for check in checks],
        "seconds": watch.seconds,
    }
    path.write_text(json.dumps(results, indent=1) + "\n")


def _print_results(outcome: Outcome, checks: list[Check], watch: Stopwatch, out: Path) -> None:
    for part in (error_table(outcome), closure_table(outcome), timing_table(outcome)):
        print(f"\n{part}")
    print("\nClaims", *(f"  {line}" for check in checks for line in str(check).splitlines()), sep="\n")
    print(f"\n{sum(watch.seconds.values()):.0f} s in all; written to {out}: " + ", ".join(_written(out)))


def _written(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir() if path.suffix in (".isthmus", ".json", ".png"))


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Lorenz-96: train a closure, compile it, forecast with the artifact."
    )
    parser.add_argument(
        "--quick", action="store_true", help="run less of everything (seconds; noisier results)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIRECTORY", help="where to write (default: %(default)s)"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
