"""The process IREE runs in: `python -m isthmus.targets.worker` reads one request and writes events, as JSON.

A crash of the compiler ends this process and nothing else. Events go to what standard output was at the
start; anything written to standard output later joins standard error, so noise cannot mix with them. One
process serves one request: IREE's global flags can be set only once in a process.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

Json = Any


def main() -> int:
    """Serve the request on standard input; the last event is `done`."""
    # The parent ends this process when the user interrupts; a traceback here would only be noise.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as events:
        os.dup2(2, 1)

        def report(event: Json) -> None:
            events.write(json.dumps(event) + "\n")
            events.flush()

        report({"done": _answer(json.load(sys.stdin), report)})
    return 0


def _answer(request: Json, report: Callable[[Json], None]) -> Json:
    """Do what is asked; an exception is an answer too."""
    try:
        from .invocation import REQUESTS

        return REQUESTS[request["do"]](request, report)
    except Exception as error:
        return {"ok": False, "exception": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    sys.exit(main())
