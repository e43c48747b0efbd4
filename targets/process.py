"""The parent's side of the worker process: start it, read its events, and kill it when it fails."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

Json = Any
OnEvent = Callable[[Json], None]
_Process = subprocess.Popen[bytes]
_TICK = 2.0
"""Seconds between events while the worker says nothing."""
_LOG_TAIL = 20_000
"""Bytes at the end of the worker's standard error that are kept."""


class WorkerError(Exception):
    """The worker crashed, was killed or took too long; `log` is what it wrote to standard error."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


@dataclass(frozen=True)
class Answer:
    """Hold what the worker answered, and what it wrote to standard error."""

    data: Json
    log: str


def run_worker(request: Json, timeout: float, on_event: OnEvent = lambda _: None) -> Answer:
    """Start a worker, send it one request and wait for the answer; raises `WorkerError`.

    `on_event` gets the worker's events, and `{}` every few seconds without one. Whatever ends the wait, an
    interrupt too, ends the worker.
    """
    with tempfile.TemporaryFile() as log, _started(request, log) as process:
        try:
            for event in _events(process, time.monotonic() + timeout):
                if "done" in event:
                    return Answer(event["done"], _tail(log))
                on_event(event)
        except TimeoutError:
            raise WorkerError(f"the compiler took more than {timeout:.0f} s", _tail(log)) from None
        raise WorkerError(_death(process.wait()), _tail(log))


@contextlib.contextmanager
def _started(request: Json, log: IO[bytes]) -> Iterator[_Process]:
    """Start a worker with a request on its standard input; kill it, and the linkers it started, at the end."""
    # The worker sees the modules its parent sees; -P keeps those of the working directory out.
    paths = [os.path.abspath(path) for path in sys.path]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", f"{__package__}.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,
    )
    try:
        with contextlib.suppress(BrokenPipeError):
            _give(process, json.dumps(request).encode())
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _close(process)


def _give(process: _Process, data: bytes) -> None:
    assert process.stdin
    with process.stdin:
        process.stdin.write(data)


def _close(process: _Process) -> None:
    assert process.stdin and process.stdout
    process.stdout.close()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()


def _events(process: _Process, deadline: float) -> Iterator[Json]:
    """Yield the worker's events until it closes its end; raises TimeoutError."""
    assert process.stdout
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(min(left, _TICK)):
                yield {}
                continue
            data = os.read(process.stdout.fileno(), 1 << 16)
            if not data:
                return
            *lines, pending = (pending + data).split(b"\n")
            yield from map(json.loads, lines)
    raise TimeoutError


def _tail(log: IO[bytes]) -> str:
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - _LOG_TAIL))
    return log.read().decode(errors="replace")


def _death(code: int) -> str:
    """Say how a process ended."""
    if code >= 0:
        return f"the compiler ended with exit status {code}"
    hint = "out of memory?" if -code == signal.SIGKILL else signal.Signals(-code).name
    return f"the compiler was killed by signal {-code} ({hint})"
