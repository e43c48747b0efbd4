"""Time inference: Isthmus beside ONNX Runtime, torch.compile and torch, on one and more threads.

    python benchmarks/inference.py [--only mlp,fno] [--threads 1,2] [--quick] [--output out/benchmarks/inference.json]

Every peer runs in the same process, in turns; each number of threads in a process of its own, whose workers
trouble no other. Errors are against torch in float64. The exit status is 0 even where a goal is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import report
import torch
from models import CASES, Case
from peers import ARTIFACTS, PEERS, Missing, Prepared
from timing import interleave

Json = Any


def main(argv: list[str] | None = None) -> int:
    """Measure what was asked, print the table, write the numbers."""
    options = parse(argv)
    cases = select(options.only)
    if options.worker:
        for case in cases:
            print(json.dumps(measure(case, options.worker, options.seconds, options.cpu_clock)), flush=True)
        return 0
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    rows: list[Json] = []
    for threads in options.threads:
        for case in cases:
            row = run_worker(case, threads, options)
            rows.append(row)
            print(report.line(row), flush=True)
    print(report.summary(rows))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps({"machine": report.machine(), "rows": rows}, indent=1))
    print(f"written to {options.output}")
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--only", default="", metavar="NAMES", help="cases whose name starts with one of these"
    )
    parser.add_argument("--threads", default="1,2", type=_numbers, metavar="N,N", help="default: 1,2")
    parser.add_argument("--seconds", default=3.0, type=float, help="measuring time for each peer and case")
    parser.add_argument("--quick", action="store_true", help="half a second for each, to see that all works")
    parser.add_argument(
        "--cpu-clock", action="store_true", help="one thread: count processor time, not waiting"
    )
    parser.add_argument("--reuse", action="store_true", help="take artifacts compiled before")
    parser.add_argument("--output", default=ARTIFACTS / "inference.json", type=Path)
    parser.add_argument("--worker", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.quick:
        options.seconds = 0.5
    return options


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def select(only: str) -> list[Case]:
    """Find the cases named on the command line; exit with the list of names when there is none."""
    starts = tuple(part for part in only.split(",") if part)
    chosen = [
        case
        for case in CASES
        if not starts
        or case.name in starts
        or f"{case.name}-".startswith(tuple(f"{start}-" for start in starts))
    ]
    if not chosen:
        sys.exit(f"no case named '{only}': expected one of {', '.join(case.name for case in CASES)}")
    return chosen


def run_worker(case: Case, threads: int, options: argparse.Namespace) -> Json:
    """Measure one case in a process of its own; a process that dies is a row without numbers."""
    command = [sys.executable, __file__, "--worker", str(threads), "--only", case.name]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    if options.reuse or threads != options.threads[0]:
        environment["ISTHMUS_REUSE"] = "1"
    command += ["--seconds", str(options.seconds), *(["--cpu-clock"] if options.cpu_clock else [])]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    for line in done.stdout.splitlines():
        if line.startswith("{") and (row := json.loads(line))["case"] == case.name:
            return row
    reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return {"case": case.name, "threads": threads, "peers": {name: {"missing": reason} for name in PEERS}}


def measure(case: Case, threads: int, seconds: float, cpu_clock: bool) -> Json:
    """Prepare every peer, compare their results with torch in float64, then time them in turns."""
    reference = _reference(case)
    peers: dict[str, Json] = {}
    calls: dict[str, Prepared] = {}
    for name, prepare in PEERS.items():
        try:
            prepared = prepare(case, threads)
            prepared.call()
            error = float(np.abs(prepared.result() - reference).max() / np.abs(reference).max())
        except Missing as reason:
            peers[name] = {"missing": str(reason)}
            continue
        calls[name] = prepared
        peers[name] = {"error": error, **prepared.facts}
    clock = time.thread_time if cpu_clock and threads == 1 else time.perf_counter
    for name, timing in interleave({name: one.call for name, one in calls.items()}, seconds, clock).items():
        peers[name] |= {"median": timing.median, "fastest": timing.fastest, "samples": timing.samples}
    return {"case": case.name, "threads": threads, "peers": peers}


def _reference(case: Case) -> np.ndarray[Any, np.dtype[Any]]:
    model, sample = case.create()
    with torch.no_grad():
        return model.double()(sample.double()).numpy()


if __name__ == "__main__":
    sys.exit(main())
