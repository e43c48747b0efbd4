"""Functions that make arrays: of one number, of nested lists, of arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array import Array
from ..reshaping import as_shape
from ..scalar import Size
from ..where import error
from .operands import as_array, as_operand, fresh


def zeros(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None, like: Any = None) -> Array:
    """Make an array of zeros."""
    return fresh(as_shape(shape), 0, dtype or float)


def ones(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> Array:
    """Make an array of ones."""
    return fresh(as_shape(shape), 1, dtype or float)


def empty(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None, like: Any = None) -> Array:
    """Make an array of zeros: what is never written must not vary from run to run."""
    return fresh(as_shape(shape), 0, dtype or float)


def ndarray(shape: Any, dtype: Any = float, buffer: Any = None, **options: Any) -> Array:
    """Make an array as `np.ndarray(shape)` does, of zeros."""
    if buffer is not None or options:
        raise error("'numpy.ndarray' with a buffer is not supported", note="use numpy.zeros")
    return fresh(as_shape(shape), 0, dtype)


def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None
) -> Array:
    """Make an array of one value, or of values that broadcast."""
    value = as_operand(fill_value)
    return _filled(as_shape(shape), value, value.dtype if dtype is None else dtype)


def _filled(shape: Sequence[Size], value: Any, dtype: Any) -> Array:
    if not getattr(value, "ndim", 0):
        return fresh(shape, value, dtype)
    made = fresh(shape, None, dtype)
    made[...] = value
    return made


def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Array:
    """Make an array of zeros of another's shape and dtype."""
    return _like(a, 0, dtype, shape)


def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Array:
    """Make an array of ones of another's shape and dtype."""
    return _like(a, 1, dtype, shape)


def empty_like(
    prototype: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Array:
    """Make an array of zeros of another's shape and dtype."""
    return _like(prototype, 0, dtype, shape)


def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Array:
    """Make an array of one value of another's shape and dtype."""
    return _like(a, fill_value, dtype, shape)


def _like(a: Any, value: Any, dtype: Any, shape: Any) -> Array:
    x = as_operand(a)
    wanted = tuple(x.shape) if shape is None else as_shape(shape)
    return _filled(wanted, as_operand(value), x.dtype if dtype is None else dtype)


def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
    like: Any = None,
) -> Array:
    """Make an array of nested lists, numbers or an array; a copy unless told otherwise."""
    if isinstance(object, np.ndarray) and not isinstance(object, np.generic):
        made = Array.constant(np.ascontiguousarray(object).reshape(object.shape))
    else:
        made = as_array(object)
    if dtype is not None:
        made = made.astype(dtype, copy=False)
    if copy or (copy is None and made.view.storage.read_only):
        made = made.copy()
    return made.reshape((1,) * (ndmin - made.ndim) + tuple(made.shape)) if made.ndim < ndmin else made


def asarray(
    a: Any,
    dtype: Any = None,
    order: Any = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    like: Any = None,
) -> Array:
    """Give an array itself, anything else as an array."""
    return array(a, dtype, copy=copy if isinstance(a, Array) or copy else None)


def ascontiguousarray(a: Any, dtype: Any = None, *, like: Any = None) -> Array:
    """Give an array itself where NumPy's lies in row-major order, else a copy."""
    found = asarray(a, dtype)
    found = found.reshape((1,)) if found.ndim == 0 else found
    view = found.view
    is_plain = view.is_box_whole and view.axes == tuple(range(len(view.spans)))
    return found if is_plain else found.copy()


def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """Convert to a dtype."""
    return as_array(x).astype(dtype, copy=copy)


TABLE = {
    np.array: array,
    np.asanyarray: asarray,
    np.asarray: asarray,
    np.ascontiguousarray: ascontiguousarray,
    np.astype: astype,
    np.empty: empty,
    np.empty_like: empty_like,
    np.full: full,
    np.full_like: full_like,
    np.ndarray: ndarray,
    np.ones: ones,
    np.ones_like: ones_like,
    np.zeros: zeros,
    np.zeros_like: zeros_like,
}
