"""Matrices made of their diagonals and triangles."""

from typing import Any

import numpy as np

from ....dialects.mlir import arith
from ..array import Array
from ..elements import convert
from ..reshaping import as_shape
from ..scalar import Scalar, Size, size_value
from ..sizes import at_least, at_most, minus
from ..where import error
from .choosing import chosen
from .indices import from_places, lower_band
from .operands import as_array, fresh
from .ranges import arange


def eye(
    N: Any,
    M: Any = None,
    k: Any = 0,
    dtype: Any = float,
    order: str = "C",
    *,
    device: Any = None,
    like: Any = None,
) -> Array:
    """Make a matrix with ones on a diagonal."""
    rows, columns = as_shape((N, N if M is None else M))
    kind, offset = np.dtype(dtype or float), size_value(k if isinstance(k, Scalar) else int(k))

    def body(row: Any, column: Any) -> Any:
        on = arith.CmpIOp(arith.CmpIPredicate.eq, column, arith.AddIOp(row, offset).result).result
        return convert(on, np.dtype(bool), kind)

    return from_places((rows, columns), kind, body)


def identity(n: Any, dtype: Any = None, *, like: Any = None) -> Array:
    """Make a square matrix with ones on the diagonal."""
    return eye(n, dtype=dtype)


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = float, *, like: Any = None) -> Array:
    """Make a matrix with ones at and below a diagonal."""
    shape = as_shape((N, N if M is None else M))
    return lower_band(shape, k if isinstance(k, Scalar) else int(k)).astype(dtype or float)


def tril(m: Any, k: Any = 0) -> Any:
    """Give a copy with zeros above a diagonal."""
    x = as_array(m)
    rows, columns = _matrix(x, "numpy.tril")
    return chosen(lower_band((rows, columns), k), x, np.zeros((), x.dtype)[()])


def triu(m: Any, k: Any = 0) -> Any:
    """Give a copy with zeros below a diagonal."""
    x = as_array(m)
    rows, columns = _matrix(x, "numpy.triu")
    return chosen(lower_band((rows, columns), k - 1), np.zeros((), x.dtype)[()], x)


def _matrix(x: Array, name: str) -> tuple[Size, Size]:
    if x.ndim == 0:
        raise error(f"'{name}': an array without axes")
    return (x.shape[-1], x.shape[-1]) if x.ndim == 1 else (x.shape[-2], x.shape[-1])


def diag(v: Any, k: int = 0) -> Any:
    """Make a matrix of its diagonal, or give a copy of a matrix's diagonal."""
    x = as_array(v)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise error(f"'numpy.diag': an array of {x.ndim} dimensions: expected one or two")
    n = x.shape[0] + abs(k)
    rows = fresh((n,), 0, x.dtype)
    rows[max(-k, 0) : n - max(k, 0)] = x
    return chosen(eye(n, k=k, dtype=bool), rows[:, None], x.dtype.type(0))


def diagflat(v: Any, k: int = 0) -> Any:
    """Make a matrix whose diagonal is the flat array."""
    return diag(as_array(v).reshape((-1,)), k)


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Give the diagonals of the matrices over two axes."""
    from .shaping import moveaxis

    x = as_array(a)
    if x.ndim < 2:
        raise error(f"'numpy.diagonal': an array of {x.ndim} dimensions: expected at least two")
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    rows, columns = x.shape[-2:]
    count = _diagonal_length(rows, columns, offset)
    places = arange(count)
    return x[..., places + max(-offset, 0), places + max(offset, 0)]


def _diagonal_length(rows: Size, columns: Size, offset: int) -> Size:
    return at_least(at_most(minus(rows, max(-offset, 0)), minus(columns, max(offset, 0))), 0)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Make the matrix of powers of a vector."""
    vector = as_array(x)
    count = vector.shape[0] if N is None else N
    kind = np.result_type(vector.dtype, int)
    made = fresh((vector.shape[0], count), 1, kind)
    for power in range(1, count):
        before, here = (power - 1, power) if increasing else (count - power, count - 1 - power)
        made[:, here] = made[:, before] * vector
    return made


TABLE = {
    np.diag: diag,
    np.diagflat: diagflat,
    np.diagonal: diagonal,
    np.eye: eye,
    np.identity: identity,
    np.tri: tri,
    np.tril: tril,
    np.triu: triu,
    np.vander: vander,
}
