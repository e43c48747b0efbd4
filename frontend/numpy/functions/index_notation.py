"""Reads the index notation of `einsum`: which letter stands on which axis of each operand and of the result."""

import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..where import error

_LETTERS = string.ascii_uppercase + string.ascii_lowercase


@dataclass(frozen=True)
class Notation:
    """Hold one string of letters for each operand and one for the result; every letter is one index."""

    inputs: tuple[str, ...]
    output: str


def read(arguments: Sequence[Any], ranks: Sequence[int]) -> Notation:
    """Read `"ij,jk->ik"` with ellipses and implied output for operands of the given ranks."""
    text = "".join(str(arguments[0]).split())
    left, arrow, right = text.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ranks):
        raise error(f"'numpy.einsum': '{text}' names {len(inputs)} operands, but {len(ranks)} are given")
    unknown = sorted(set(text) - set(string.ascii_letters) - set(".,->"))
    if unknown:
        raise error(f"'numpy.einsum': '{unknown[0]}' in '{text}' is no letter")
    wide = _ellipsis_letters(text, inputs, ranks)
    spelled = tuple(_spell(part, rank, wide, text) for part, rank in zip(inputs, ranks, strict=True))
    output = right.replace("...", wide) if arrow else _implied(left, wide)
    missing = sorted(set(output) - set("".join(spelled)))
    if missing or len(set(output)) != len(output):
        letter = missing[0] if missing else next(x for x, n in Counter(output).items() if n > 1)
        why = "is in no operand" if missing else "stands twice in the result"
        raise error(f"'numpy.einsum': index '{letter}' of '{text}' {why}")
    return Notation(spelled, output)


def from_lists(arguments: Sequence[Any]) -> tuple[list[Any], str]:
    """Turn `einsum(a, [0, 1], b, [1, 2], [0, 2])` into operands and text."""
    pairs = len(arguments) // 2
    operands = list(arguments[0 : 2 * pairs : 2])
    lists = [arguments[2 * place + 1] for place in range(pairs)]
    text = ",".join(_from_list(one) for one in lists)
    if len(arguments) % 2:
        text += "->" + _from_list(arguments[-1])
    return operands, text


def _from_list(numbers: Sequence[Any]) -> str:
    return "".join("..." if number is Ellipsis else _LETTERS[number] for number in numbers)


def _ellipsis_letters(text: str, inputs: Sequence[str], ranks: Sequence[int]) -> str:
    widths = [rank - len(part) + 3 for part, rank in zip(inputs, ranks, strict=True) if "..." in part]
    width = max(widths, default=0)
    free = [letter for letter in _LETTERS if letter not in text]
    return "".join(free[:width])


def _spell(part: str, rank: int, wide: str, text: str) -> str:
    if "..." in part:
        width = rank - len(part) + 3
        if width >= 0:
            return part.replace("...", wide[len(wide) - width :])
    elif len(part) == rank:
        return part
    raise error(f"'numpy.einsum': '{part}' of '{text}' does not fit an operand of {rank} dimensions")


def _implied(left: str, wide: str) -> str:
    """Give the letters that stand once, in alphabetical order, those of the ellipsis first."""
    counts = Counter(left.replace("...", "").replace(",", ""))
    return wide + "".join(sorted(letter for letter, count in counts.items() if count == 1))
