"""Sizes and indices as linear expressions, so that `a[i:i + 2]` has a static size and needs no clamping."""

from dataclasses import dataclass, field
from itertools import count
from typing import Optional, Union

_births = count()
_DEMANDED = 16
"""Sizes that vary may be demanded to be this large."""


@dataclass(eq=False)
class Symbol:
    """Stand for an integer that only the run knows, between `low` and `high` (inclusive) where those are known.

    `name` is that of a symbolic size of the signature. Bounds may mention older symbols (`j < i`).
    """

    low: Optional["Linear"] = None
    high: Optional["Linear"] = None
    name: str | None = None
    birth: int = field(default_factory=lambda: next(_births))


class Linear:
    """Hold `constant + Σ coefficient · symbol`."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: int = 0, terms: dict[Symbol, int] | None = None) -> None:
        self.constant = constant
        self.terms = terms or {}

    @staticmethod
    def of(value: Union[int, Symbol, "Linear"]) -> "Linear":
        """Turn a number or a symbol into an expression."""
        if isinstance(value, Linear):
            return value
        return Linear(0, {value: 1}) if isinstance(value, Symbol) else Linear(int(value))

    @property
    def is_constant(self) -> bool:
        """Tell whether no symbol is left."""
        return not self.terms

    def __add__(self, other: "Linear") -> "Linear":
        terms = dict(self.terms)
        for symbol, coefficient in other.terms.items():
            terms[symbol] = terms.get(symbol, 0) + coefficient
        return Linear(self.constant + other.constant, {s: c for s, c in terms.items() if c})

    def times(self, factor: int) -> "Linear":
        """Multiply by a number."""
        terms = {symbol: coefficient * factor for symbol, coefficient in self.terms.items()} if factor else {}
        return Linear(self.constant * factor, terms)

    def __sub__(self, other: "Linear") -> "Linear":
        return self + other.times(-1)

    def same_as(self, other: "Linear") -> bool:
        """Tell whether both are equal whatever the symbols are."""
        difference = self - other
        return difference.is_constant and difference.constant == 0

    def lower(self) -> int | None:
        """Bound from below by a number; None when no bound is known."""
        expression = self
        while expression.terms:
            symbol = max(expression.terms, key=lambda s: s.birth)
            coefficient = expression.terms[symbol]
            bound = symbol.low if coefficient > 0 else symbol.high
            if bound is None:
                return None
            without = Linear(0, {symbol: coefficient})
            expression = expression - without + bound.times(coefficient)
        return expression.constant

    def assume_at_least(self, low: int) -> bool:
        """Make sure of a lower bound, if need be by demanding that a symbolic size of the signature is large enough.

        Sizes smaller than the slices of a stencil are demanded away, no larger ones.
        """
        known = self.lower()
        if known is not None and known >= low:
            return True
        if len(self.terms) != 1:
            return False
        (symbol, coefficient), *_ = self.terms.items()
        needed = -((self.constant - low) // coefficient)
        if symbol.name is None or coefficient < 0 or needed > _DEMANDED:
            return False
        symbol.low = Linear(needed)
        return True

    def upper(self) -> int | None:
        """Bound from above by a number; None when no bound is known."""
        bound = self.times(-1).lower()
        return None if bound is None else -bound

    def spelled(self) -> str | None:
        """Spell the expression in names of symbolic sizes; None when it needs a symbol without a name."""
        if any(symbol.name is None for symbol in self.terms):
            return None
        words = [f"{c}*{s.name}" if c != 1 else str(s.name) for s, c in self.terms.items()]
        if self.constant or not words:
            words.append(str(self.constant))
        return " + ".join(words)
