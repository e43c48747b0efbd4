"""The `--input` arguments of `isthmus compile`: specs and example files, by position or by name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.errors import CaptureError
from isthmus.spec import Spec

from .arrays import read_array

_NAMED = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.+)", re.DOTALL)


@dataclass(frozen=True)
class Inputs:
    """Hold example inputs: by position and by keyword."""

    positional: tuple[Any, ...]
    keyword: dict[str, Any]


def read_inputs(texts: list[str]) -> Inputs:
    """Read `"f32[?,64]"`, `"x.npy"` and both with a name in front, `"mask=bool[8]"`.

    A malformed spec or an unreadable file is an error before any program runs.
    """
    positional: list[Any] = []
    keyword: dict[str, Any] = {}
    for text in texts:
        match = _NAMED.fullmatch(text)
        if not match:
            positional.append(_read(text))
        elif match["name"] in keyword:
            raise CaptureError(f"input '{match['name']}' is given twice")
        else:
            keyword[match["name"]] = _read(match["value"])
    return Inputs(tuple(positional), keyword)


def _read(text: str) -> Any:
    return read_array(Path(text)) if text.endswith(".npy") else Spec(text)
