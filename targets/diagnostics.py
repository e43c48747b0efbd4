"""IREE's diagnostics in the user's words: which layer, which operator, which line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = Any
_LONGEST = 400
"""Characters of one message that are kept: IREE sometimes prints a whole function."""


@dataclass(frozen=True)
class Diagnostic:
    """Hold one message of the compiler.

    `layer` is the path of the user's module (`layers.2.conv`), `operator` what it calls (`aten.conv2d`), `place`
    the file and line; each is empty when the compiler does not know.
    """

    severity: str
    message: str
    layer: str = ""
    operator: str = ""
    place: str = ""

    def sentence(self, target: str) -> str:
        """Say what could not be compiled and why, on one line."""
        what = f"'{self.layer}'" if self.layer else "the program"
        if self.operator:
            what += f" ({self.operator})"
        return f"{target}: cannot compile {what}: {self.message}"


def read_diagnostic(data: Json) -> Diagnostic:
    """Read one diagnostic in the form the worker sends."""
    layer, operator = _origin(data["location"])
    return Diagnostic(data["severity"], _short(data["message"]), layer, operator, _place(data["location"]))


def first_error(diagnostics: list[Diagnostic]) -> Diagnostic | None:
    """Choose the error to show: the first that names a layer, else a file, else the first."""
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
    for known in ("layer", "place"):
        for error in errors:
            if getattr(error, known):
                return error
    return errors[0] if errors else None


def _frames(location: Json) -> Iterator[Json]:
    """Yield the names and file positions inside a location, innermost meaning first."""
    if location is None:
        return
    if "name" in location or "file" in location:
        yield location
    inner = [location.get(key) for key in ("child", "callee", "caller")]
    for part in [*inner, *location.get("fused", [])]:
        yield from _frames(part)


def _origin(location: Json) -> tuple[str, str]:
    """Find the `module.path|node|operator` name in a location: the path (or the node), and the operator."""
    names = [frame["name"] for frame in _frames(location) if "name" in frame]
    for name in names:
        if name.count("|") >= 2:
            path, node, operator = name.rsplit("|", 2)
            return path or node, operator
    return (names[0], "") if names else ("", "")


def _place(location: Json) -> str:
    for frame in _frames(location):
        if "file" in frame and frame["file"] not in ("", "-"):
            return f"{frame['file']}:{frame['line']}"
    return ""


def _short(message: str) -> str:
    line = next((line.strip() for line in message.splitlines() if line.strip()), "unknown error")
    # IREE ends some messages with the operation printed in full.
    line = re.split(r": (?:%\w+(?::\d+)? = )?\"[\w.]+\"\(", line)[0]
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
