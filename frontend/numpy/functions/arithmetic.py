"""Elementwise functions that NumPy does not call ufuncs: rounding, clean-up of NaN, interpolation."""

from typing import Any

import numpy as np

from ..elements import real_dtype
from ..where import error
from .operands import as_array, as_operand, into


def round_(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """Round to decimals, halves to even; by scaling, as NumPy does."""
    x = as_operand(a)
    if x.dtype.kind == "b":
        return into(out, x.astype(np.float16))
    if x.dtype.kind == "c":
        return into(out, round_(x.real, decimals) + round_(x.imag, decimals) * x.dtype.type(1j))
    if x.dtype.kind in "iu":
        return into(out, x if decimals >= 0 else _round_integers(x, -decimals))
    if decimals == 0:
        return into(out, np.rint(x))
    scale = x.dtype.type(10.0 ** abs(decimals))
    found = np.rint(x * scale) / scale if decimals > 0 else np.rint(x / scale) * scale
    return into(out, found)


def _round_integers(x: Any, digits: int) -> Any:
    scale = 10.0**digits
    return (np.rint(x.astype(np.float64) / scale) * scale).astype(x.dtype)


def fix(x: Any, out: Any = None) -> Any:
    """Round towards zero."""
    return into(out, np.trunc(as_operand(x)))


def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Replace NaN and infinities by numbers."""
    value = as_operand(x)
    if value.dtype.kind not in "fc":
        return value.copy() if copy and hasattr(value, "view") else value
    kind = real_dtype(value.dtype)
    high = np.finfo(kind).max if posinf is None else posinf
    low = np.finfo(kind).min if neginf is None else neginf
    if value.dtype.kind == "c":
        parts = [_cleaned(part, kind, nan, high, low) for part in (value.real, value.imag)]
        found = parts[0] + parts[1] * value.dtype.type(1j)
    else:
        found = _cleaned(value, kind, nan, high, low)
    return found if copy else into(value, found)


def _cleaned(x: Any, kind: "np.dtype[Any]", nan: Any, high: Any, low: Any) -> Any:
    finite = np.where(np.isnan(x), kind.type(nan), x)
    finite = np.where(np.equal(x, np.inf), kind.type(high), finite)
    return np.where(np.equal(x, -np.inf), kind.type(low), finite)


def sinc(x: Any) -> Any:
    """Compute sin(pi x) / (pi x), 1 at 0."""
    value = as_operand(x)
    value = value.astype(np.float64) if value.dtype.kind in "iub" else value
    angle = np.pi * np.where(np.equal(value, 0), value.dtype.type(1.0e-20), value)
    return np.sin(angle) / angle


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Interpolate linearly in a table whose places increase."""
    from .sorting import searchsorted

    if period is not None:
        raise error(
            "'numpy.interp' with 'period' is not supported", note="extend the table by one period each way"
        )
    at, places, values = as_operand(x).astype(np.float64), as_array(xp).astype(np.float64), as_array(fp)
    values = values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)
    count = places.shape[0]
    if isinstance(count, int) and count == 1:
        return as_operand(np.where(np.isnan(at), at, values[0]))
    above = np.clip(searchsorted(places, at, side="right"), 1, count - 1)
    below = above - 1
    x0, x1, y0, y1 = places[below], places[above], values[below], values[above]
    slope = (y1 - y0) / (x1 - x0)
    found = np.where(np.equal(at, x1), y1, slope * (at - x0) + y0)
    found = np.where(np.less(at, places[0]), values[0] if left is None else left, found)
    return as_operand(np.where(np.greater(at, places[-1]), values[-1] if right is None else right, found))


TABLE = {
    np.around: round_,
    np.fix: fix,
    np.interp: interp,
    np.nan_to_num: nan_to_num,
    np.round: round_,
    np.sinc: sinc,
}
