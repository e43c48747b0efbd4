"""Where in the user's program we are: file, line and source text for locations, errors and warnings."""

import linecache
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import numpy as np

from isthmus.errors import CaptureError

from ...dialects.locations import origin_name
from ...dialects.mlir import ir

_OURS = str(Path(__file__).parents[2]) + "/"
_CAPTURE = str(Path(__file__).with_name("capture.py"))
_NUMPY = str(Path(np.__file__).parent) + "/"


@dataclass(frozen=True)
class Place:
    """Name a line of the user's program."""

    file: str
    line: int
    function: str

    @property
    def source(self) -> str:
        """The text of the line; empty when the source cannot be read."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        text = f"{self.file}:{self.line} in {self.function}"
        return f"{text}\n    {self.source}" if self.source else text


def user_place(*, traced: bool = False) -> Place | None:
    """Find the innermost frame that is neither ours nor NumPy's; with `traced` only inside of what is captured."""
    frame: FrameType | None = sys._getframe(1)
    roots = _libraries()
    while frame is not None and frame.f_code.co_filename.startswith(roots):
        if traced and frame.f_code.co_filename == _CAPTURE:
            return None
        frame = frame.f_back
    if frame is None:
        return None
    return Place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


def location(operator: str) -> ir.Location:
    """Make the location of operations that `operator` (a NumPy function's name) emits now."""
    place = user_place(traced=True)
    if ir.Context.current is None:
        raise error("a traced value was used after its capture had ended", "return it from the function")
    if place is None:
        return ir.Location.unknown()
    below = ir.Location.file(place.file, place.line, 0)
    return ir.Location.name(origin_name(place.function, "", operator), childLoc=below)


def error(message: str, note: str | None = None, place: Place | None = None) -> CaptureError:
    """Make a `CaptureError` that names the user's line, or the `place` given, and shows its text."""
    place = place or user_place()
    return CaptureError(message, location=None if place is None else str(place), note=note)


def raised_at(failure: BaseException) -> Place | None:
    """Find the innermost line of the user's in the traceback of an exception."""
    found, step = None, failure.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if not code.co_filename.startswith(_libraries()):
            found = Place(code.co_filename, step.tb_lineno, code.co_name)
        step = step.tb_next
    return found


def _libraries() -> tuple[str, ...]:
    """Give the folders no line of the user is in: ours, NumPy's, and torch's where it is loaded."""
    torch = sys.modules.get("torch")
    return (_OURS, _NUMPY, str(Path(str(torch.__file__)).parent) + "/") if torch else (_OURS, _NUMPY)
