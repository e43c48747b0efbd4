"""Time simulations: Isthmus beside NumPy, numba, JAX and torch.compile, on one and more threads.

    python benchmarks/simulation.py [--ocean pyhpc-benchmarks] [--npbench npbench] [--only heat_2d,equation_of_state]
                                    [--sizes 4k,256k,4M,S,paper] [--threads 1,2] [--quick]

Every program runs in a process of its own, kept to as many cores as threads; the processes of one case take turns,
large ones one after the other. NumPy comes first: errors are against it, and a case that it takes too long for is
left out. The ocean kernels and npbench bring their own programs: give the path of a checkout. The exit status is 0
even where a goal is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import simulation_report as report
from simulation_cases import OCEAN_SIZES, Case, Checkouts, cases
from simulation_worker import PEERS, Task, Worker

Json = Any

NAMES = ("numpy", "isthmus", "numba", "numba parallel", "jax", "torch.compile")
LARGE = 1 << 20
"""Grid points of an ocean kernel from which the processes of a case are not kept side by side."""
PREPARE_SECONDS = 300.0
WRONG = 1e-3
"""A program whose error against NumPy is larger computes something else, and is not timed."""
_STREAM = 1 << 29


def main(argv: list[str] | None = None) -> int:
    """Measure what was asked, print the tables, write the numbers."""
    options = parse(argv)
    checkouts = Checkouts(options.ocean, options.npbench)
    chosen = select(list(cases(checkouts, options.sizes)), options.only)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    rows: list[Json] = []
    copies = {threads: copy_bandwidths(chosen, threads) for threads in options.threads}
    for case in chosen:
        for threads in options.threads:
            if row := measure(case, threads, options):
                rows.append(row | {"copy": copies[threads].get(str(case.traffic), 0.0)})
                print(report.line(rows[-1]), flush=True)
        found = {"machine": report.machine(), "copy": copies, "rows": rows}
        options.output.write_text(json.dumps(found, indent=1))
    print(report.tables(rows, copies))
    print(f"written to {options.output}")
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--ocean", type=Path, metavar="PATH", help="a checkout of dionhaefner/pyhpc-benchmarks"
    )
    parser.add_argument("--npbench", type=Path, metavar="PATH", help="a checkout of spcl/npbench")
    parser.add_argument(
        "--only", default="", metavar="NAMES", help="groups, or cases that start with one of these"
    )
    parser.add_argument(
        "--sizes", default="4k,64k,1M,4M,S,paper", type=_words, help="default: 4k,64k,1M,4M,S,paper"
    )
    parser.add_argument("--peers", default=",".join(NAMES), type=_words, help=f"default: {','.join(NAMES)}")
    parser.add_argument("--threads", default="1,2", type=_numbers, metavar="N,N", help="default: 1,2")
    parser.add_argument("--seconds", default=2.0, type=float, help="measuring time for each program")
    parser.add_argument(
        "--numpy-limit", default=10.0, type=float, metavar="SECONDS", help="for one call of NumPy"
    )
    parser.add_argument("--quick", action="store_true", help="a short time for each, to see that all works")
    parser.add_argument("--reuse", action="store_true", help="take artifacts compiled before")
    output = Path(__file__).resolve().parents[1] / "out" / "benchmarks" / "simulation.json"
    parser.add_argument("--output", default=output, type=Path)
    options = parser.parse_args(argv)
    if options.quick:
        options.seconds = 0.3
    return options


def _words(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def select(every: list[Case], only: str) -> list[Case]:
    """Find the cases named on the command line; exit with the list of names when there is none."""
    starts = tuple(_words(only))
    chosen = [case for case in every if not starts or case.group in starts or case.name.startswith(starts)]
    if not chosen:
        names = sorted({*PEERS, *(case.program for case in every)})
        sys.exit(f"no case named '{only}': expected one of {', '.join(names)}")
    return chosen


def copy_bandwidths(chosen: list[Case], threads: int) -> dict[str, float]:
    """Measure copying at the sizes of the stencils and at one far beyond the caches, in a process of its own."""
    sizes = sorted({case.traffic for case in chosen if case.traffic} | {_STREAM})
    script = Path(__file__).resolve().parent / "copy_bandwidth.py"
    environment = {**os.environ, "NUMBA_NUM_THREADS": str(threads)}
    command = [sys.executable, str(script), str(threads), *map(str, sizes)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return {**found, "memory": found[str(_STREAM)]}


def measure(case: Case, threads: int, options: argparse.Namespace) -> Json:
    """Prepare the programs of one case, compare their results with NumPy's, time them in turns."""
    names = [
        name for name in NAMES if name in options.peers and not (case.group == "npbench" and "torch" in name)
    ]
    is_large = OCEAN_SIZES.get(case.size, 0) >= LARGE
    with tempfile.TemporaryDirectory() as folder:
        run = _Run(case, threads, options, Path(folder) / "numpy.npz")
        if not run.start("numpy"):
            print(f"{case.name}: left out: NumPy {run.peers['numpy']['missing']}", flush=True)
            return None
        if is_large:
            run.finish()
        for name in names:
            if name != "numpy" and run.start(name) and is_large:
                run.finish()
        run.finish()
    peers = {name: run.peers[name] for name in names if name in run.peers}
    return {"case": case.name, "group": case.group, "threads": threads, "steps": case.steps} | {
        "traffic": case.traffic,
        "peers": peers,
    }


class _Run:
    """Hold the processes of one case and what was measured so far."""

    def __init__(self, case: Case, threads: int, options: argparse.Namespace, reference: Path) -> None:
        self.peers: dict[str, Json] = {}
        self._case, self._threads, self._options, self._reference = case, threads, options, reference
        self._workers: dict[str, Worker] = {}

    def start(self, name: str) -> bool:
        """Start a program, call it once and compare; tell whether it can be timed."""
        options = self._options
        reuse = options.reuse or self._threads != options.threads[0]
        ocean, npbench = (str(path.resolve()) if path else "" for path in (options.ocean, options.npbench))
        worker = Worker(
            Task(self._case.name, name, self._threads, tuple(options.sizes), ocean, npbench, reuse)
        )
        limit = PREPARE_SECONDS if name != "numpy" else options.numpy_limit + 60
        reply = worker.ask("prepare", limit)
        if "missing" not in reply and name == "numpy" and reply["seconds"] > options.numpy_limit:
            reply = {"missing": f"takes {reply['seconds']:.1f} s"}
        if "missing" not in reply:
            reply |= worker.ask(f"{'save' if name == 'numpy' else 'check'} {self._reference}", 120)
        if not reply.get("error", 0.0) <= WRONG:
            reply = {"missing": f"wrong numbers: error {reply['error']:.0e}"}
        self.peers[name] = {"error": 0.0} | reply
        if "missing" in reply:
            worker.close()
            return False
        self._workers[name] = worker
        return True

    def finish(self) -> None:
        """Time what was started, in turns, and end it."""
        samples: dict[str, list[float]] = {name: [] for name in self._workers}
        turns = 5 if self._options.seconds > 0.5 else 3
        for _ in range(turns):
            for name, worker in self._workers.items():
                reply = worker.ask(f"turn {self._options.seconds / turns}", 300)
                samples[name] += reply.get("samples", [])
        for name, worker in self._workers.items():
            worker.close()
            self.peers[name] |= report.timing(samples[name])
        self._workers.clear()


if __name__ == "__main__":
    sys.exit(main())
