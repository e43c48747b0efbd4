"""Work in a forked child, so that a crash inside native code ends the child and not the command."""

import faulthandler
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Death:
    """Describe a child that died: the signal or status, and the last thing it said it was doing."""

    cause: str
    doing: str


@dataclass(frozen=True)
class Failure:
    """Hold the traceback of an exception nobody caught in the child."""

    summary: str
    traceback: str
    notes: tuple[str, ...] = ()


Say = Callable[[str], None]


def isolated(action: Callable[[Say], Any]) -> Any:
    """Return what `action` returns in a forked child, or a `Failure` or `Death`; it may `say` what it does next.

    Where the system cannot fork the action runs here.
    """
    if not hasattr(os, "fork"):
        return action(lambda doing: None)
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run_child(action, writing)
    os.close(writing)
    try:
        messages = _messages(reading)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    return _conclude(messages, status)


def _run_child(action: Callable[[Say], Any], pipe: int) -> None:
    """Run the action and leave without the parent's exit handlers."""
    faulthandler.disable()  # the parent tells of the death in one line
    with os.fdopen(pipe, "wb") as stream:

        def send(kind: str, value: Any) -> None:
            pickle.dump((kind, value), stream)
            stream.flush()

        try:
            send("result", action(lambda doing: send("doing", doing)))
        except BaseException as error:
            text = "".join(traceback.format_exception(error))
            summary = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
            send("result", Failure(summary, text, tuple(getattr(error, "__notes__", ()))))
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


def _messages(pipe: int) -> list[tuple[str, Any]]:
    messages = []
    with os.fdopen(pipe, "rb") as stream:
        while True:
            try:
                messages.append(pickle.load(stream))
            except (EOFError, pickle.UnpicklingError):
                return messages


def _conclude(messages: list[tuple[str, Any]], status: int) -> Any:
    results = [value for kind, value in messages if kind == "result"]
    if results:
        return results[0]
    doing = [value for kind, value in messages if kind == "doing"]
    code = os.waitstatus_to_exitcode(status)
    cause = signal.Signals(-code).name if code < 0 else f"exit status {code}"
    return Death(cause, doing[-1] if doing else "starting")
