"""Runs programs one after another in a process of its own, so that a crash or a hang costs one program."""

import multiprocessing
import multiprocessing.connection
import os
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPAWN = multiprocessing.get_context("spawn")
START_SECONDS = 180


@dataclass(frozen=True)
class Outcome:
    """How one program went: `stage` is 'passed' or the stage that failed, `text` the error in full."""

    name: str
    stage: str
    error: str
    text: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every call compiled, ran and matched."""
        return self.stage == "passed"


class Worker:
    """Owns one process and replaces it after a crash or a timeout."""

    def __init__(self, checkout: Path, path: str) -> None:
        self.checkout = checkout
        self.path = path
        self.process: Any = None
        self.connection: Any = None
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")  # noqa: SIM115 - lives as long as the worker

    def run(self, name: str, timeout: float) -> Outcome:
        """Run one program; what kills or outlasts the process is its outcome."""
        if self.process is None:
            self._start()
        start = time.monotonic()
        self.log.truncate(0)
        self.connection.send(name)
        if not self.connection.poll(timeout):
            self.close()
            return Outcome(name, "timeout", "timeout", f"no result after {timeout:.0f} s", timeout)
        try:
            stage, error, text = self.connection.recv()
        except EOFError:
            self.process.join()
            stage, error, text = "crash", f"exit code {self.process.exitcode}", ""
            self.close()
        if stage not in ("passed", "compare"):
            text += "\n" + Path(self.log.name).read_text(errors="replace")[-4000:]
        return Outcome(name, stage, error, text, time.monotonic() - start)

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None

    def _start(self) -> None:
        self.connection, theirs = SPAWN.Pipe()
        arguments = (theirs, self.checkout, self.path, self.log.name)
        self.process = SPAWN.Process(target=_serve, args=arguments, daemon=False)
        self.process.start()
        theirs.close()
        if not self.connection.poll(START_SECONDS) or self.connection.recv() != "ready":
            raise SystemExit("error: a worker process did not start")


def _serve(connection: multiprocessing.connection.Connection, checkout: Path, path: str, log: str) -> None:
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND), sys.stderr.fileno())
    import paths
    import programs
    import torch

    torch.set_num_threads(1)
    suite = programs.load(checkout)
    connection.send("ready")
    while True:
        try:
            name = connection.recv()
        except EOFError:
            return
        connection.send(_outcome(suite.programs[name], paths.PATHS[path]))


def _outcome(test: Any, path: Any) -> tuple[str, str, str]:
    """Compile, run and compare every call of a program: the stage, the error's kind and its text."""
    import paths
    import programs
    import torch

    torch._dynamo.reset()
    try:
        with paths.stage("eager"):
            calls = programs.golden_calls(test)
        for call in calls:
            with torch.no_grad():
                value = path(test.program_factory(), call.inputs)
            reason = programs.mismatch(value, call.golden)
            if reason is not None:
                return "compare", "mismatch", reason
    except paths.StageError as error:
        cause = error.cause
        return error.stage, type(cause).__name__, "".join(traceback.format_exception(cause))[-200_000:]
    except Exception as error:
        return "other", type(error).__name__, traceback.format_exc()
    return "passed", "", ""
