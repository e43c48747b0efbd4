"""Polynomials by their coefficients, and windows."""

from typing import Any

import numpy as np

from ..where import error
from .convolutions import convolve
from .operands import as_array, as_operand


def polyval(p: Any, x: Any) -> Any:
    """Evaluate a polynomial, highest power first, by Horner's rule."""
    coefficients, at = as_array(p), as_operand(x)
    count = _length(coefficients)
    found: Any = np.zeros_like(at)
    for place in range(count):
        found = found * at + coefficients[place]
    return found


def _length(coefficients: Any) -> int:
    if coefficients.ndim != 1 or not isinstance(coefficients.shape[0], int):
        raise error("coefficients must be a vector of a size known at capture")
    return int(coefficients.shape[0])


def polyadd(a1: Any, a2: Any) -> Any:
    """Add polynomials."""
    return _aligned(a1, a2, 1)


def polysub(a1: Any, a2: Any) -> Any:
    """Subtract polynomials."""
    return _aligned(a1, a2, -1)


def _aligned(a1: Any, a2: Any, sign: int) -> Any:
    a, b = as_array(a1), as_array(a2)
    m, n = _length(a), _length(b)
    longest = max(m, n)
    kind = np.result_type(a.dtype, b.dtype)
    from .operands import fresh

    parts = []
    for x, count in ((a, m), (b, n)):
        wide = fresh((longest,), 0, kind)
        wide[longest - count :] = x
        parts.append(wide)
    return parts[0] + parts[1] if sign > 0 else parts[0] - parts[1]


def polymul(a1: Any, a2: Any) -> Any:
    """Multiply polynomials."""
    return convolve(a1, a2)


def polyder(p: Any, m: int = 1) -> Any:
    """Differentiate a polynomial."""
    found = as_array(p)
    for _ in range(m):
        count = _length(found)
        found = found[:-1] * np.arange(count - 1, 0, -1)
    return found


def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """Integrate a polynomial, with constants 0."""
    from .joining import concatenate

    if k is not None:
        raise error(
            "'numpy.polyint' with keyword 'k' is not supported", note="add the constant to the last element"
        )
    found = as_array(p)
    for _ in range(m):
        count = _length(found)
        found = concatenate([found / np.arange(count, 0, -1), np.zeros(1)])
    return found


TABLE = {
    np.polyadd: polyadd,
    np.polyder: polyder,
    np.polyint: polyint,
    np.polymul: polymul,
    np.polysub: polysub,
    np.polyval: polyval,
}
