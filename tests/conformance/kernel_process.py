"""Runs one kernel in a process of its own, limited in time and memory: a crash or a hang costs one kernel."""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_MARK = "outcome: "
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def run(script: str, arguments: Sequence[str], seconds: float, gigabytes: float, threads: int) -> Json:
    """Run a script that ends by `tell`; without a word from it, say how it ended."""
    environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads))}
    process = subprocess.Popen(
        [sys.executable, script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment | {"ISTHMUS_MEMORY_LIMIT": str(int(gigabytes * 2**30))},
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process.pid)
        process.communicate()
        return {"stage": "timeout", "reason": f"no result after {seconds:.0f} s"}
    for line in reversed(output.splitlines()):
        if line.startswith(_MARK):
            outcome: Json = json.loads(line.removeprefix(_MARK))
            return outcome
    last = (errors.strip().splitlines() or ["nothing said"])[-1]
    return {"stage": "crash", "reason": f"exit status {process.returncode}: {last[:200]}"}


def _end(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def limit_memory() -> None:
    """Take the limit that `run` set: what the process and each of its children may allocate."""
    if limit := int(os.environ.get("ISTHMUS_MEMORY_LIMIT", "0")):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def tell(outcome: Json) -> None:
    """Report from inside the process."""
    print(_MARK + json.dumps(outcome), flush=True)


def run_all(
    names: Iterable[str], one: Callable[[str], Json], jobs: int, said: Callable[[Json], None]
) -> list[Json]:
    """Run kernels side by side, report each as it ends, and give the outcomes in the order of the names."""
    lock = threading.Lock()

    def work(name: str) -> Json:
        outcome = {"name": name} | one(name)
        with lock:
            said(outcome)
        return outcome

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        return list(pool.map(work, names))


def save(file: Path, facts: Json, outcomes: Sequence[Json]) -> None:
    """Write everything as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**facts, "outcomes": list(outcomes)}, indent=1))
