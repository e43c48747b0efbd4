"""Diagnostics of `isthmus-opt`: MLIR's and ours in one shape, and how they are printed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from isthmus.errors import IsthmusError

from ..dialects.locations import describe
from ..dialects.mlir import ir

_IN_INPUT = re.compile(r'"-":(?P<line>\d+):(?P<column>\d+)')
_IN_MESSAGE = re.compile(r"(?<=\s)-:(?=\d)")
_DESCRIBED_INPUT = re.compile(r"-:(?P<line>\d+)")


@dataclass(frozen=True)
class Diagnostic:
    """Hold one message: `line` and `column` where it is about the input, `place` where it is about another file."""

    severity: str
    message: str
    line: int | None = None
    column: int | None = None
    place: str = ""

    def __str__(self) -> str:
        if self.line is None:
            return f"{self.severity}: {self.message}" + (f"\n  at {self.place}" if self.place else "")
        return f"{self.severity}: {self.message}"

    def show(self, file: str) -> str:
        """Spell it as compilers do: 'file.mlir:3:5: error: message'."""
        text = _IN_MESSAGE.sub(lambda _: f"{file}:", str(self))
        if self.line is None:
            return f"{file}: {text}"
        column = f":{self.column}" if self.column is not None else ""
        return f"{file}:{self.line}{column}: {text}"


def from_mlir(found: "ir.Diagnostic | ir.DiagnosticInfo") -> Iterator[Diagnostic]:
    """Convert a diagnostic and its notes."""
    severity = str(found.severity).rpartition(".")[2].lower()
    yield _located(Diagnostic(severity, found.message), str(found.location))
    for note in found.notes:
        for converted in from_mlir(note):
            yield replace(converted, severity="note")


def from_error(error: IsthmusError) -> list[Diagnostic]:
    """Convert an error: to MLIR's own diagnostics where it came from them, each with its place."""
    cause = error.__cause__
    if isinstance(cause, ir.MLIRError) and cause.error_diagnostics:
        found = [converted for row in cause.error_diagnostics for converted in from_mlir(row)]
    else:
        found = [_placed(Diagnostic("error", error.message), error.location or "")]
    notes = error.note.split("\nnote: ") if error.note else []
    return [*found, *(Diagnostic("note", note) for note in notes)]


def show_all(found: Iterable[Diagnostic], file: str) -> str:
    """Print diagnostics one under the other; a note without a place of its own stands bare."""
    return "\n".join(
        f"note: {row.message}" if row.severity == "note" and row.line is None else row.show(file)
        for row in map(_shortened, found)
        if row.message
    )


def _shortened(row: Diagnostic) -> Diagnostic:
    """Keep the first line of MLIR's note that repeats the whole operation, regions included."""
    if not row.message.startswith("see current operation"):
        return row
    first, _, rest = row.message.partition("\n")
    return replace(row, message="" if first.endswith(": ") or not first else first + (" ..." if rest else ""))


def _located(row: Diagnostic, location: str) -> Diagnostic:
    match = _IN_INPUT.search(location)
    if match:
        return replace(row, line=int(match["line"]), column=int(match["column"]))
    return replace(row, place=describe(location))


def _placed(row: Diagnostic, place: str) -> Diagnostic:
    match = _DESCRIBED_INPUT.match(place)
    if match:
        return replace(row, line=int(match["line"]))
    return replace(row, place=place)
