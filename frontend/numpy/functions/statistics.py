"""Statistics that are made of reductions: weighted means, covariances, order statistics."""

from typing import Any

import numpy as np

from ..where import error
from .operands import as_array, conjugate, into, normal_axes, normal_axis, total_size
from .reductions import mean, sum_
from .sorting import sort


def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    """Average with weights."""
    x = as_array(a)
    if weights is None:
        found = mean(x, axis, keepdims=keepdims)
        if not returned:
            return found
        count = total_size(x, normal_axes(axis, x.ndim, "numpy.average"))
        return found, found * 0 + count
    w = as_array(weights)
    if w.ndim != x.ndim:
        if axis is None or not isinstance(axis, int | np.integer) or w.ndim != 1:
            raise error("'numpy.average': weights of another shape need one axis")
        place = normal_axis(axis, x.ndim, "numpy.average")
        w = w.reshape(tuple(w.shape[0] if d == place else 1 for d in range(x.ndim)))
    kind = np.result_type(x.dtype, w.dtype, *([np.float64] if x.dtype.kind in "iub" else []))
    scale = sum_(w, axis, dtype=kind, keepdims=keepdims)
    found = sum_(np.multiply(x, w, dtype=kind), axis, keepdims=keepdims) / scale
    return (found, scale + found * 0) if returned else found


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """Estimate the covariance matrix of rows; columns without `rowvar`."""
    from .joining import concatenate
    from .shaping import atleast_2d, squeeze

    x = as_array(m)
    kind = np.dtype(dtype) if dtype is not None else np.result_type(x.dtype, np.float64)
    rows = _rows(x, rowvar, kind)
    if y is not None:
        rows = concatenate([rows, _rows(as_array(y), rowvar, kind)], 0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = _weights(fweights, aweights)
    averages = average(rows, 1, weights)
    if weights is None:
        factor: Any = rows.shape[1] - ddof
    elif ddof == 0:
        factor = sum_(weights)
    elif aweights is None:
        factor = sum_(weights) - ddof
    else:
        factor = sum_(weights) - ddof * sum_(weights * as_array(aweights)) / sum_(weights)
    centred = rows - averages[:, None]
    other = atleast_2d(centred if weights is None else centred * weights).T
    return squeeze(np.matmul(centred, conjugate(other)) / factor)


def _rows(x: Any, rowvar: bool, kind: Any) -> Any:
    from .shaping import atleast_2d

    if x.ndim > 2:
        raise error(f"'numpy.cov': an array of {x.ndim} dimensions: expected one or two")
    rows = atleast_2d(x.astype(kind))
    return rows.T if not rowvar and x.ndim == 2 else rows


def _weights(fweights: Any, aweights: Any) -> Any:
    if fweights is None or aweights is None:
        found = fweights if aweights is None else aweights
        return None if found is None else as_array(found).astype(np.float64)
    return as_array(fweights).astype(np.float64) * as_array(aweights)


def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """Estimate the correlation matrix of rows, clipped to [-1, 1]."""
    from .matrices import diagonal

    covariance = cov(x, y, rowvar, dtype=dtype)
    if covariance.ndim == 0:
        return covariance / covariance
    deviation = np.sqrt(diagonal(covariance).real if covariance.dtype.kind == "c" else diagonal(covariance))
    ratio = covariance / deviation[:, None] / deviation[None, :]
    if ratio.dtype.kind == "c":
        return _complex_clip(ratio)
    return np.minimum(np.maximum(ratio, -1), 1)


def _complex_clip(ratio: Any) -> Any:
    parts = [np.minimum(np.maximum(part, -1), 1) for part in (ratio.real, ratio.imag)]
    return parts[0] + 1j * parts[1]


def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    """Give the middle of the sorted elements, the mean of two for an even count; NaN where there is one."""
    x, axes, count = _flattened(a, axis, "numpy.median")
    ordered = sort(x, axis=-1)
    middle = (
        ordered[..., count // 2]
        if count % 2
        else mean(ordered[..., count // 2 - 1 : count // 2 + 1], axis=-1)
    )
    if count % 2 and middle.dtype.kind in "iub":
        middle = middle.astype(np.float64)
    return into(out, _kept(_nan_where(middle, ordered), a, axes, keepdims))


def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    """Interpolate linearly between the sorted elements."""
    if method not in ("linear", "lower", "higher", "nearest", "midpoint"):
        raise error(f"'numpy.quantile': method '{method}' is not supported", note="use 'linear'")
    x, axes, count = _flattened(a, axis, "numpy.quantile")
    if x.dtype.kind in "iub" and method in ("linear", "midpoint"):
        x = x.astype(np.float64)
    fractions = _fractions(q)
    ordered = sort(x, axis=-1)
    if fractions.ndim == 0:
        found = _kept(_quantile(ordered, float(fractions), count, method), a, axes, keepdims)
        return into(out, found)
    from .joining import stack

    parts = [
        _kept(_quantile(ordered, float(f), count, method), a, axes, keepdims) for f in fractions.reshape(-1)
    ]
    found = stack(parts, 0)
    return into(out, found.reshape((*fractions.shape, *found.shape[1:])))


def _fractions(q: Any) -> "np.ndarray[Any, Any]":
    from ..traced import Traced

    if isinstance(q, Traced):
        raise error("'numpy.quantile': the fractions must be known at capture", note="name them in 'static='")
    return np.asarray(q, dtype=np.float64)


def _quantile(ordered: Any, fraction: float, count: int, method: str) -> Any:
    if not 0 <= fraction <= 1:
        raise error(f"'numpy.quantile': {fraction} is outside of [0, 1]")
    place = fraction * (count - 1)
    below = min(int(np.floor(place)), count - 1)
    above = min(below + 1, count - 1)
    weight = place - below
    if method != "linear":
        weight = {"lower": 0.0, "higher": float(weight > 0), "midpoint": 0.5 * (weight > 0)}.get(
            method, float(np.rint(place) - below)
        )
    low, high = ordered[..., below], ordered[..., above]
    if weight in (0.0, 1.0):
        found = high if weight else low
    elif weight >= 0.5:  # as NumPy's _lerp, which is exact at both ends
        found = high - (high - low) * (1 - weight)
    else:
        found = low + (high - low) * weight
    return _nan_where(found, ordered)


def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    """Interpolate linearly between the sorted elements; `q` in per cent."""
    return quantile(a, _fractions(q) / 100, axis, out, overwrite_input, method, keepdims)


def _flattened(a: Any, axis: Any, name: str) -> tuple[Any, tuple[int, ...], int]:
    """Bring the axes to the end as one; sizes along them are known at capture."""
    from .shaping import moveaxis

    x = as_array(a)
    axes = normal_axes(axis, x.ndim, name)
    count = total_size(x, axes)
    if not isinstance(count, int):
        raise error(f"'{name}': the number of elements is not known at capture")
    if count == 0:
        raise error(f"'{name}': an axis of no elements")
    moved = moveaxis(x, axes, tuple(range(x.ndim - len(axes), x.ndim)))
    return moved.reshape((*moved.shape[: x.ndim - len(axes)], count)), axes, count


def _kept(found: Any, a: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if not keepdims:
        return found
    x = as_array(a)
    return as_array(found).reshape(tuple(1 if place in axes else n for place, n in enumerate(x.shape)))


def _nan_where(found: Any, ordered: Any) -> Any:
    """Give NaN where the sorted elements end in one."""
    if found.dtype.kind != "f":
        return found
    last = ordered[..., -1]
    return np.where(np.isnan(last), last, found)


def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    """Give the median of what is not NaN."""
    from .selection import take_along_axis

    x, axes, count = _flattened(a, axis, "numpy.nanmedian")
    if x.dtype.kind not in "f":
        return median(a, axis, out, overwrite_input, keepdims)
    ordered = sort(x, axis=-1)
    present = as_array(sum_(~np.isnan(x), axis=-1, keepdims=True))
    below, above = ((np.maximum(present + shift, 0) // 2) for shift in (-1, 0))
    above = np.minimum(above, count - 1)
    pair = [take_along_axis(ordered, place, -1)[..., 0] for place in (below, above)]
    found = np.where(np.equal(present[..., 0], 0), np.nan, (pair[0] + pair[1]) / 2).astype(x.dtype)
    return into(out, _kept(found, a, axes, keepdims))


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    """Give the range of values."""
    from .reductions import max_, min_

    return into(out, max_(a, axis, keepdims=keepdims) - min_(a, axis, keepdims=keepdims))


TABLE = {
    np.average: average,
    np.corrcoef: corrcoef,
    np.cov: cov,
    np.median: median,
    np.nanmedian: nanmedian,
    np.percentile: percentile,
    np.ptp: ptp,
    np.quantile: quantile,
}
