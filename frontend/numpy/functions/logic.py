"""Tests and comparisons whose result is one truth value or an array of them."""

from typing import Any

import numpy as np

from ..where import error
from .operands import as_operand
from .reductions import all_


def isclose(a: Any, b: Any, rtol: Any = 1.0e-5, atol: Any = 1.0e-8, equal_nan: bool = False) -> Any:
    """Compare within tolerances, elementwise: |a - b| <= atol + rtol |b|."""
    x, y = as_operand(a), as_operand(b)
    if y.dtype.kind in "iu":
        y = y.astype(np.result_type(y.dtype, np.float64))
    near = np.less_equal(np.abs(x - y), atol + rtol * np.abs(y))
    close = (near & np.isfinite(y)) | np.equal(x, y)
    return close | (np.isnan(x) & np.isnan(y)) if equal_nan else close


def allclose(a: Any, b: Any, rtol: Any = 1.0e-5, atol: Any = 1.0e-8, equal_nan: bool = False) -> Any:
    """Tell whether all elements are close: a traced truth value."""
    return all_(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Tell whether shapes and elements agree: False where the shapes differ, else a traced truth value."""
    x, y = as_operand(a1), as_operand(a2)
    if tuple(x.shape) != tuple(y.shape):
        return False
    same = np.equal(x, y)
    if equal_nan and x.dtype.kind in "fc" and y.dtype.kind in "fc":
        same = same | (np.isnan(x) & np.isnan(y))
    return all_(same)


def array_equiv(a1: Any, a2: Any) -> Any:
    """Tell whether elements agree after broadcasting."""
    x, y = as_operand(a1), as_operand(a2)
    try:
        np.broadcast_shapes(tuple(x.shape), tuple(y.shape))
    except ValueError:
        return False
    return all_(np.equal(x, y))


def iscomplexobj(x: Any) -> bool:
    """Tell whether the dtype is complex."""
    return bool(as_operand(x).dtype.kind == "c")


def isrealobj(x: Any) -> bool:
    """Tell whether the dtype is real."""
    return not iscomplexobj(x)


def iscomplex(x: Any) -> Any:
    """Tell where the imaginary part is not zero."""
    return np.not_equal(as_operand(x).imag, 0)


def isreal(x: Any) -> Any:
    """Tell where the imaginary part is zero."""
    return np.equal(as_operand(x).imag, 0)


def isneginf(x: Any, out: Any = None) -> Any:
    """Tell where an element is minus infinity."""
    return np.logical_and(np.isinf(x), np.signbit(x), **_out(out))


def isposinf(x: Any, out: Any = None) -> Any:
    """Tell where an element is plus infinity."""
    return np.logical_and(np.isinf(x), np.logical_not(np.signbit(x)), **_out(out))


def _out(out: Any) -> dict[str, Any]:
    return {} if out is None else {"out": out}


def may_share_memory(a: Any, b: Any, max_work: Any = None) -> bool:
    """Tell whether two arrays are views of one storage."""
    storages = [getattr(getattr(one, "view", None), "storage", None) for one in (a, b)]
    return storages[0] is not None and storages[0] is storages[1]


def shape(a: Any) -> tuple[Any, ...]:
    """Give the sizes."""
    return tuple(as_operand(a).shape)


def ndim(a: Any) -> int:
    """Give the number of dimensions."""
    return int(as_operand(a).ndim)


def size(a: Any, axis: Any = None) -> Any:
    """Give the number of elements, or the sizes along axes multiplied."""
    x = as_operand(a)
    if axis is None:
        return x.size
    axes = axis if isinstance(axis, tuple) else (axis,)
    count: Any = 1
    for one in axes:
        if not -x.ndim <= one < x.ndim:
            raise error(f"'numpy.size': axis {one} is out of bounds for {x.ndim} dimensions")
        count = count * x.shape[one]
    return count


TABLE = {
    np.allclose: allclose,
    np.array_equal: array_equal,
    np.array_equiv: array_equiv,
    np.isclose: isclose,
    np.iscomplex: iscomplex,
    np.iscomplexobj: iscomplexobj,
    np.isneginf: isneginf,
    np.isposinf: isposinf,
    np.isreal: isreal,
    np.isrealobj: isrealobj,
    np.may_share_memory: may_share_memory,
    np.ndim: ndim,
    np.shape: shape,
    np.shares_memory: may_share_memory,
    np.size: size,
}
