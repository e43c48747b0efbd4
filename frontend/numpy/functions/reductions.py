"""Reductions: sums, products, extremes, truth, means and variances, with NumPy's result dtypes."""

from typing import Any

import numpy as np

from ..array import Array
from ..elements import real_dtype
from ..elementwise import scalar_value
from ..scalar import Scalar
from ..where import error
from .choosing import chosen
from .combiners import combiner, identity
from .folding import fold
from .operands import as_array, as_operand, into, normal_axes, total_size
from .scans import accumulated

_ABSENT = np._NoValue
_SEQUENTIAL = 8
"""Up to this many f32 elements are added in f32: NumPy does not do better. More are added in f64."""


def reduced(
    ufunc: np.ufunc,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
    name: str = "",
) -> Any:
    """Do what `ufunc.reduce` does; `name` is how messages call it."""
    name = name or f"numpy.{ufunc.__name__}.reduce"
    x = as_array(a)
    axes = normal_axes(axis, x.ndim, name)
    kind = _result_dtype(ufunc, x.dtype, dtype)
    start = _start(ufunc, kind, x, axes, initial, where, name)
    if where is not True and where is not _ABSENT:
        x = as_array(chosen(where, x.astype(kind), Scalar(scalar_value(start, kind), kind)))
    if ufunc in (np.logical_and, np.logical_or, np.logical_xor):
        x = x.astype(bool)
    wide = _accumulator(ufunc, kind, x, axes)
    found = fold(combiner(ufunc, wide), scalar_value(start, wide), x, axes, wide, _given(keepdims, False))
    return into(out, _as_result(found, kind))


def _given(value: Any, default: Any) -> Any:
    return default if value is _ABSENT else value


def _as_result(found: Any, kind: "np.dtype[Any]") -> Any:
    return found if found.dtype == kind else found.astype(kind)


def _result_dtype(ufunc: np.ufunc, kind: "np.dtype[Any]", dtype: Any) -> "np.dtype[Any]":
    if ufunc in (np.logical_and, np.logical_or, np.logical_xor):
        return np.dtype(bool)
    if ufunc in (np.add, np.multiply):
        return accumulated(kind, dtype)
    return kind if dtype is None else np.dtype(dtype)


def _start(
    ufunc: np.ufunc, kind: "np.dtype[Any]", x: Array, axes: Any, initial: Any, where: Any, name: str
) -> Any:
    if initial is not _ABSENT and initial is not None:
        return initial if not isinstance(initial, Array) else initial[()]
    if ufunc.identity is None or ufunc in (np.maximum, np.minimum, np.fmax, np.fmin):
        if total_size(x, axes) == 0:
            raise error(f"'{name}': zero-size array to reduction operation which has no identity")
        if where is not True and where is not _ABSENT:
            raise error(f"'{name}': a reduction without identity and with 'where' needs 'initial'")
    return identity(ufunc, kind)


def _accumulator(ufunc: np.ufunc, kind: "np.dtype[Any]", x: Array, axes: tuple[int, ...]) -> "np.dtype[Any]":
    """Add short floats in longer ones where NumPy, which adds pairwise, would be better than a plain loop."""
    if ufunc not in (np.add, np.multiply) or kind.kind not in "fcV":
        return kind
    if kind.itemsize <= 2:
        return np.dtype(np.float32)
    count = total_size(x, axes)
    if isinstance(count, int) and (count <= _SEQUENTIAL or ufunc is np.multiply):
        return kind
    return {np.dtype(np.float32): np.dtype(np.float64), np.dtype(np.complex64): np.dtype(np.complex128)}.get(
        kind, kind
    )


def sum_(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
) -> Any:
    """Add elements."""
    return reduced(np.add, a, axis, dtype, out, keepdims, initial, where, "numpy.sum")


def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
) -> Any:
    """Multiply elements."""
    return reduced(np.multiply, a, axis, dtype, out, keepdims, initial, where, "numpy.prod")


def max_(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
) -> Any:
    """Give the largest element; NaN where there is one."""
    return reduced(np.maximum, a, axis, None, out, keepdims, initial, where, "numpy.max")


def min_(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
) -> Any:
    """Give the smallest element; NaN where there is one."""
    return reduced(np.minimum, a, axis, None, out, keepdims, initial, where, "numpy.min")


def any_(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True) -> Any:
    """Tell whether some element is true."""
    return reduced(np.logical_or, a, axis, None, out, keepdims, where=where, name="numpy.any")


def all_(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True) -> Any:
    """Tell whether every element is true."""
    return reduced(np.logical_and, a, axis, None, out, keepdims, where=where, name="numpy.all")


def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Count what is not zero."""
    return sum_(as_array(a).astype(bool), axis, dtype=np.int64, keepdims=keepdims)


def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Average elements; integers in f64."""
    x = as_array(a)
    axes = normal_axes(axis, x.ndim, "numpy.mean")
    kind = np.dtype(dtype) if dtype is not None else _inexact(x.dtype)
    wide = np.dtype(np.float32) if kind == np.float16 and dtype is None else kind
    total = sum_(x, axes, dtype=wide, keepdims=_given(keepdims, False), where=where)
    return into(out, _as_result(_divided(total, _count(x, axes, where, keepdims)), kind))


def _inexact(kind: "np.dtype[Any]") -> "np.dtype[Any]":
    return np.dtype(np.float64) if kind.kind in "iub" else kind


def _count(x: Array, axes: tuple[int, ...], where: Any, keepdims: Any) -> Any:
    if where is True or where is _ABSENT:
        return total_size(x, axes)
    from .shaping import broadcast_to

    mask = broadcast_to(as_array(where), x.shape)
    return sum_(mask, axes, dtype=np.int64, keepdims=_given(keepdims, False))


def _divided(total: Any, count: Any) -> Any:
    """Divide in the dtype of the sum: a count must not promote f32."""
    if isinstance(count, int):
        return np.true_divide(total, count)
    divisor = as_operand(count).astype(real_dtype(total.dtype))
    return np.true_divide(total, divisor)


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = _ABSENT,
    correction: Any = _ABSENT,
) -> Any:
    """Average squared distances from the mean."""
    x = as_array(a)
    axes = normal_axes(axis, x.ndim, "numpy.var")
    kind = np.dtype(dtype) if dtype is not None else _inexact(x.dtype)
    wide = np.dtype(np.float32) if kind == np.float16 and dtype is None else kind
    centre = _centre(x, axes, wide, where) if mean is _ABSENT else as_operand(mean)
    distance = np.subtract(x.astype(wide), centre)
    squares = np.square(distance) if wide.kind != "c" else _squared(distance)
    total = sum_(squares, axes, keepdims=_given(keepdims, False), where=where)
    freedom = np.maximum(
        _count(x, axes, where, keepdims) - (ddof if correction is _ABSENT else correction), 0
    )
    if isinstance(freedom, np.generic):
        freedom = freedom.item()
    return into(out, _as_result(_divided(total, freedom), real_dtype(kind)))


def _squared(distance: Any) -> Any:
    return np.square(distance.real) + np.square(distance.imag)


def _centre(x: Array, axes: tuple[int, ...], wide: "np.dtype[Any]", where: Any) -> Any:
    total = sum_(x, axes, dtype=wide, keepdims=True, where=where)
    return _divided(total, _count(x, axes, where, True))


def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = _ABSENT,
    correction: Any = _ABSENT,
) -> Any:
    """Give the root of the variance."""
    found = var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    return into(out, np.sqrt(found))


TABLE = {
    np.all: all_,
    np.amax: max_,
    np.amin: min_,
    np.any: any_,
    np.count_nonzero: count_nonzero,
    np.max: max_,
    np.mean: mean,
    np.min: min_,
    np.prod: prod,
    np.std: std,
    np.sum: sum_,
    np.var: var,
}
