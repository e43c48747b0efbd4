"""Runs llvm/torch-mlir's end-to-end programs through Isthmus or through plain torch-mlir and IREE.

    git clone --depth 1 https://github.com/llvm/torch-mlir
    python tests/conformance/torch_mlir_suite.py torch-mlir --sample 250 --json isthmus.json

Every program runs eagerly first; each of its calls is then compiled for its inputs, run and compared by the
suite's own rules. The order is random, so that what an interrupted run has written is a fair sample. Exit code 0
when the share of matches reaches `--require`.
"""

import argparse
import queue
import random
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import programs
import report
from worker import Outcome, Worker

PATHS = ("isthmus", "isthmus-dynamic", "plain")


def main(argv: list[str] | None = None) -> int:
    """Run the script."""
    options = _parser().parse_args(argv)
    suite = programs.load(options.checkout)
    for file, reason in suite.skipped.items():
        print(f"skipped {file}: {reason}")
    names = _chosen(sorted(suite.programs), options)
    print(f"{len(names)} of {len(suite.programs)} programs", flush=True)
    outcomes = report.read(options.json)[1] if options.resume and options.json.exists() else []
    known = {outcome.name for outcome in outcomes}
    names = [name for name in names if name not in known]
    random.Random(options.seed).shuffle(names)
    total = len(known) + len(names)

    def progress(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if not outcome.passed:
            cause = report.cause(outcome)
            print(f"[{len(outcomes)}/{total}] {outcome.name}: {outcome.stage}: {cause}", flush=True)
        elif len(outcomes) % 50 == 0:
            print(f"[{len(outcomes)}/{total}]", flush=True)
        if options.json and len(outcomes) % 25 == 0:
            report.save(options.json, options.path, outcomes)

    limits = {name: min(options.timeout, suite.programs[name].timeout_seconds) for name in names}
    _run_all(limits, options, progress)
    outcomes.sort(key=lambda outcome: outcome.name)
    print(report.markdown(outcomes, options.path))
    if options.json:
        report.save(options.json, options.path, outcomes)
    if options.beside:
        other, theirs = report.read(options.beside)
        print(report.beside(outcomes, theirs, (options.path, other)))
    share = sum(outcome.passed for outcome in outcomes) / max(1, len(outcomes))
    return 0 if share * 100 >= options.require else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkout", type=Path, help="a checkout of llvm/torch-mlir (projects/pt1 is enough)")
    parser.add_argument("--path", choices=PATHS, default="isthmus", help="which way to compile")
    parser.add_argument("--sample", type=int, metavar="N", help="run N programs drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="the seed of --sample")
    parser.add_argument("--only", metavar="REGEX", help="run the programs whose name matches")
    parser.add_argument("--failed-in", type=Path, metavar="JSON", help="run what failed in an earlier --json")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one program")
    parser.add_argument("--json", type=Path, help="write every outcome to this file")
    parser.add_argument("--resume", action="store_true", help="keep what --json holds already, run the rest")
    parser.add_argument("--beside", type=Path, metavar="JSON", help="count beside an earlier --json")
    parser.add_argument("--require", type=float, default=0, metavar="PERCENT", help="exit 1 below this share")
    return parser


def _chosen(names: list[str], options: argparse.Namespace) -> list[str]:
    if options.only:
        names = [name for name in names if re.search(options.only, name)]
    if options.failed_in:
        failed = {outcome.name for outcome in report.read(options.failed_in)[1] if not outcome.passed}
        names = [name for name in names if name in failed]
    if options.sample and options.sample < len(names):
        names = sorted(random.Random(options.seed).sample(names, options.sample))
    return names


def _run_all(
    limits: dict[str, float], options: argparse.Namespace, progress: Callable[[Outcome], None]
) -> None:
    """Let `--jobs` workers take programs from one queue."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in limits:
        waiting.put(name)
    lock = threading.Lock()

    def drain() -> None:
        worker = Worker(options.checkout, options.path)
        try:
            while True:
                name = waiting.get_nowait()
                outcome = worker.run(name, limits[name])
                with lock:
                    progress(outcome)
        except queue.Empty:
            worker.close()

    threads = [threading.Thread(target=drain) for _ in range(max(1, options.jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
