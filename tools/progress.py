"""Progress of long work: one live line on a terminal, plain lines elsewhere."""

import re
import sys
import threading
import time
from types import TracebackType
from typing import TextIO

_PERIOD = 0.2  # seconds between two drawings of the live line
_PATIENCE = 10.0  # seconds after which a plain line tells of a detail
_CLEAR = "\r\x1b[K"
_SECONDS = re.compile(r" \([\d.]+ s\)$")


class Progress:
    """Show what is being done; call it with each new step, use it as a context.

    A step such as 'cpu: O3: vm (1.7 s)' is a detail of 'cpu: O3', which is what seconds are counted for. On a terminal
    one line shows the latest and is gone at the end; elsewhere each step is a line, its details only when they
    take long. `quiet` shows nothing.
    """

    def __init__(self, program: str, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._program = program
        self._quiet = quiet
        self._stream = stream or sys.stderr
        self._live = not quiet and self._stream.isatty()
        self._step, self._whole = "", ""
        self._since = self._told = time.monotonic()
        self._done = threading.Event()
        self._drawing = threading.Thread(target=self._draw, daemon=True)

    def __enter__(self) -> "Progress":
        if self._live:
            self._drawing.start()
        return self

    def __call__(self, step: str) -> None:
        """Name what begins now."""
        now = time.monotonic()
        plain = _SECONDS.sub("", step)
        whole = plain.rpartition(": ")[0] if plain.count(": ") > 1 else plain
        is_new = whole != self._whole
        if is_new:
            self._since = now
        self._step, self._whole = plain, whole
        if not self._quiet and not self._live and (is_new or now - self._told > _PATIENCE):
            self._told = now
            print(f"{self._program}: {step}", file=self._stream, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._done.set()
            self._drawing.join()
            self._write(_CLEAR)

    def _draw(self) -> None:
        while not self._done.wait(_PERIOD):
            if self._step:
                seconds = time.monotonic() - self._since
                self._write(f"{_CLEAR}{self._program}: {self._step} ({seconds:.0f} s)")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
