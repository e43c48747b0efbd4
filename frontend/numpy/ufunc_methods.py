"""The methods of ufuncs: `reduce`, `accumulate`, `outer` and `at`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import where
from .array import Array
from .elementwise import as_operand
from .scalar import Scalar
from .traced import Traced


def reduce(ufunc: np.ufunc, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, **rest: Any) -> Any:
    """Combine the elements along axes."""
    from .functions.reductions import reduced

    return reduced(ufunc, a, axis, dtype, out, **rest)


def accumulate(ufunc: np.ufunc, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """Give all intermediate results of a reduction."""
    from .functions.operands import into
    from .functions.running import running
    from .functions.scans import accumulated

    a = _array(a)
    if ufunc in (np.add, np.multiply):
        a = a.astype(accumulated(a.dtype, dtype), copy=False)
    elif dtype is not None:
        a = a.astype(dtype, copy=False)
    return into(out, running(ufunc, a, range(a.ndim)[axis]))


def outer(ufunc: np.ufunc, a: Any, b: Any, **rest: Any) -> Any:
    """Combine every element of one operand with every one of another."""
    a, b = (value if isinstance(value, Traced) else np.asarray(value)[()] for value in (a, b))
    a, b = as_operand(a), as_operand(b)
    if isinstance(a, Array) and isinstance(b, Array):
        a = a[(..., *(None,) * b.ndim)]
    return ufunc(a, b, **rest)


def at(ufunc: np.ufunc, a: Any, indices: Any, b: Any = None) -> None:
    """Change elements in place; an index that comes twice counts twice."""
    from .scattering import update

    if not isinstance(a, Array):
        raise where.error(
            f"np.{ufunc.__name__}.at cannot write into an array made outside of the captured function"
        )
    update(ufunc, a, indices, b)


def _array(value: Any) -> Array:
    value = as_operand(value)
    if isinstance(value, Array):
        return value
    found = value.as_array() if isinstance(value, Scalar) else Array.constant(np.asarray(value))
    if not found.ndim:
        raise where.error("cannot accumulate on a scalar")
    return found


METHODS: dict[str, Callable[..., Any]] = {
    "reduce": reduce,
    "accumulate": accumulate,
    "outer": outer,
    "at": at,
}
