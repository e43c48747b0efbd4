"""One program in a process of its own, so that thread pools do not disturb each other; told what to do line by line.

prepare            {"seconds": …, facts} or {"missing": reason}
save PATH          write the results of the first call
check PATH         {"error": largest difference relative to the largest value of that result}
turn SECONDS       {"samples": [seconds per call, …]}
"""

import importlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import IO, Any

Json = dict[str, Any]

PEERS = {"stencils": "stencil_peers", "ocean": "ocean_peers", "npbench": "npbench_peers"}
_MARK = "reply: "
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Task:
    """Say what a process runs: a case by its name, a peer, a number of threads."""

    case: str
    peer: str
    threads: int
    sizes: tuple[str, ...]
    ocean: str
    npbench: str
    reuse: bool


class Worker:
    """Own the process; whatever goes wrong in it is a reply with the reason under 'missing'."""

    def __init__(self, task: Task) -> None:
        environment = {**os.environ, **dict.fromkeys(_THREADS, str(task.threads))}
        command = [sys.executable, str(Path(__file__).resolve()), json.dumps(task.__dict__)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, bufsize=1, env=environment
        )
        self._replies: Queue[str] = Queue()
        self._errors: list[str] = []
        assert self._process.stdout and self._process.stderr
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        threading.Thread(target=self._errors.extend, args=(self._process.stderr,), daemon=True).start()

    def _listen(self, stream: IO[str]) -> None:
        for line in stream:
            if line.startswith(_MARK):
                self._replies.put(line.removeprefix(_MARK))
        self._replies.put("")

    def ask(self, command: str, seconds: float) -> Json:
        """Send a command and wait for the reply."""
        assert self._process.stdin
        try:
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
            text = self._replies.get(timeout=seconds)
        except Empty:
            self.close()
            return {"missing": f"no reply within {seconds:.0f} s"}
        except OSError:
            text = ""
        if text:
            reply: Json = json.loads(text)
            return reply
        self.close()
        last = [line.strip() for line in self._errors if line.strip()] or [""]
        return {"missing": f"exit status {self._process.returncode}: {last[-1]}"[:200]}

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def serve(task: Task) -> None:
    """Do in the process what it is told."""
    from simulation_program import cores

    cores(task.threads)
    prepared: Any = None
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        try:
            if command == "prepare":
                start = time.perf_counter()
                prepared = _prepare(task)
                prepared.call()
                reply = {"seconds": time.perf_counter() - start, **prepared.facts}
            elif command == "turn":
                reply = {"samples": _turn(prepared, float(argument))}
            else:
                reply = _compare(prepared.results(), Path(argument), command == "save")
        except Exception as error:
            reply = {"missing": _words(error)}
        print(_MARK + json.dumps(reply), flush=True)


def _words(error: Exception) -> str:
    from simulation_program import Missing, first_line

    return str(error) if isinstance(error, Missing) else f"{type(error).__name__}: {first_line(error)}"


def _prepare(task: Task) -> Any:
    from simulation_cases import Checkouts, cases
    from simulation_program import Settings

    checkouts = Checkouts(*(Path(text) if text else None for text in (task.ocean, task.npbench)))
    case = next(case for case in cases(checkouts, list(task.sizes)) if case.name == task.case)
    module = importlib.import_module(PEERS[case.group])
    return module.PEERS[task.peer](case, checkouts, Settings(task.threads, task.reuse))


def _turn(prepared: Any, seconds: float) -> list[float]:
    """Call again and again for so long, once at least; what resets the arguments is not counted."""
    samples: list[float] = []
    end = time.perf_counter() + seconds
    while not samples or time.perf_counter() < end:
        prepared.reset()
        start = time.perf_counter()
        prepared.call()
        samples.append(time.perf_counter() - start)
    return samples


def _compare(results: list[Any], path: Path, save: bool) -> Json:
    import numpy as np
    from npbench import error

    if save:
        np.savez(path, *results)
        return {}
    with np.load(path) as stored:
        wanted = [stored[f"arr_{index}"] for index in range(len(stored.files))]
    if len(results) < len(wanted):
        return {"missing": f"{len(results)} results: expected {len(wanted)}"}
    return {"error": error(wanted, results[: len(wanted)])}


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "conformance"))
    settings = json.loads(sys.argv[1])
    serve(Task(**{**settings, "sizes": tuple(settings["sizes"])}))
