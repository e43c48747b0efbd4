"""Evaluate polynomials."""

from .coefficients import COEFFICIENTS
from .number import Number


def polynomial(x: Number, name: str) -> Number:
    """Evaluate the minimax polynomial `name`, in `x`'s format."""
    return evaluate(x, COEFFICIENTS[name][x.format.name])


def evaluate(x: Number, coefficients: tuple[float, ...]) -> Number:
    """Evaluate by Horner's rule, in two interleaved chains (even and odd powers) when it is long."""
    if len(coefficients) < 6:
        return _horner(x, coefficients)
    square = x * x
    return _horner(square, coefficients[1::2]).times(x, plus=_horner(square, coefficients[::2]))


def _horner(x: Number, coefficients: tuple[float, ...]) -> Number:
    result = x.lift(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = result.times(x, plus=coefficient)
    return result
