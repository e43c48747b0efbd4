"""`--verify-diagnostics`: the comments in the input that state which diagnostics must come."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isthmus.errors import PassError

from .opt_diagnostics import Diagnostic

_EXPECTATION = re.compile(
    r"expected-(?P<severity>error|warning|note|remark)(?P<regex>-re)? *"
    r"(@(?P<where>[+-]\d+|above|below|unknown|\*))? *\{\{(?P<text>.*)\}\}$"
)
_STARTED = re.compile(r"expected-(error|warning|note|remark)(-re)?\b.*\{\{")


@dataclass(frozen=True)
class Expectation:
    """State one diagnostic that must come.

    `line` None means one without a place in the input (`@unknown`); with `anywhere` the place does not matter.
    """

    severity: str
    pattern: re.Pattern[str]
    text: str
    line: int | None
    written: int
    anywhere: bool = False

    def meets(self, found: Diagnostic) -> bool:
        """Say whether a diagnostic is the expected one."""
        return (
            found.severity == self.severity
            and (self.anywhere or found.line == self.line)
            and self.pattern.search(found.message) is not None
        )


def expectations(text: str) -> list[Expectation]:
    """Read the expectations of a whole input; a malformed one is a `PassError`.

    The line is the comment's own, `@+n` and `@-n` count from it; `@above` and `@below` mean the nearest line
    that holds no expectation, `@*` any place.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    held = {number for number, line in enumerate(lines, 1) if _EXPECTATION.search(line)}
    return [found for number, line in enumerate(lines, 1) for found in _read(number, line, held)]


def _read(number: int, line: str, held: set[int]) -> Iterator[Expectation]:
    match = _EXPECTATION.search(line)
    if match:
        text, where = match["text"], match["where"]
        pattern = _pattern(text, number) if match["regex"] else re.compile(re.escape(text))
        target = _target(where, number, held)
        yield Expectation(match["severity"], pattern, text, target, number, anywhere=where == "*")
    elif _STARTED.search(line):
        raise PassError(
            "malformed expectation: expected a place that is known, and nothing after the closing '}}'",
            location=f"-:{number}",
            note="write it as // expected-error @+1 {{text}}; places are @+n, @-n, @above, @below, @unknown and @*",
        )


def _target(where: str | None, number: int, held: set[int]) -> int | None:
    if where in ("unknown", "*"):
        return None
    if where in ("above", "below"):
        step = 1 if where == "below" else -1
        while number in held:
            number += step
        return number
    return number + int(where or 0)


def _pattern(text: str, line: int) -> re.Pattern[str]:
    """Read the `-re` form: plain text with regular expressions inside `{{...}}`."""
    parts = re.split(r"\{\{(.*?)\}\}", text)
    source = "".join(f"(?:{part})" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    try:
        return re.compile(source)
    except re.error as error:
        raise PassError(f"malformed regular expression '{text}': {error}", location=f"-:{line}") from None


def mismatches(expected: Iterable[Expectation], found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Compare; each expected diagnostic that did not come and each other one that did is an error.

    Notes may be expected but need not be.
    """
    left = list(found)
    wrong = []
    for row in expected:
        match = next((other for other in left if row.meets(other)), None)
        if match:
            left.remove(match)
        else:
            message = f'expected {row.severity} "{row.text}" was not produced'
            wrong.append(Diagnostic("error", message, line=row.line or row.written))
    for other in left:
        if other.severity != "note":
            message = f"unexpected {other.severity}: {other.message}"
            wrong.append(Diagnostic("error", message, other.line, other.column, other.place))
    return wrong
