"""Linear systems, inverses, determinants and factors of small matrices, alone or in stacks."""

from functools import reduce as over
from typing import Any, NamedTuple

import numpy as np

from ..array import Array
from ..scalar import Scalar
from ..where import error
from .elimination import cholesky_factor, determinant, eliminated
from .matrices import eye
from .operands import as_array, conjugate
from .products import matmul

Dtype = np.dtype[Any]


class SignAndLogarithm(NamedTuple):
    """Name the two results of `slogdet` as NumPy does."""

    sign: Any
    logabsdet: Any


def _inexact(x: Array, *others: Array) -> Dtype:
    """Give the dtype that linear algebra computes in: integers become f64."""
    kind = np.result_type(x.dtype, *(other.dtype for other in others))
    return kind if kind.kind in "fc" else np.dtype(np.float64)


def _square(a: Any, name: str) -> Array:
    x = as_array(a)
    if x.ndim < 2:
        raise error(f"'{name}': {x.ndim}-dimensional array given: array must be at least two-dimensional")
    rows, columns = x.shape[-2:]
    if isinstance(rows, int) and isinstance(columns, int) and rows != columns:
        raise error(f"'{name}': last 2 dimensions of the array must be square, got {rows} and {columns}")
    return x.astype(_inexact(x), copy=False)


def solve(a: Any, b: Any) -> Any:
    """Solve linear systems by elimination with row exchanges; a singular matrix gives infinities or NaN."""
    x, right = _square(a, "numpy.linalg.solve"), as_array(b)
    kind = _inexact(x, right)
    x, right = x.astype(kind, copy=False), right.astype(kind, copy=False)
    is_vector = right.ndim == 1
    columns = right[:, None] if is_vector else right
    if isinstance(columns.shape[-2], int) and columns.shape[-2] != x.shape[-1]:
        raise error(f"'numpy.linalg.solve': {x.shape[-1]} unknowns, but right sides of {columns.shape[-2]}")
    found = eliminated(*_together(x, columns))
    return found[..., 0] if is_vector else found


def _together(x: Array, columns: Array) -> tuple[Array, Array]:
    """Repeat stacks of matrices and of right sides to one shape."""
    from ..elementwise import broadcast
    from .shaping import broadcast_to

    lead = broadcast([x.shape[:-2], columns.shape[:-2]])
    return broadcast_to(x, (*lead, *x.shape[-2:])), broadcast_to(columns, (*lead, *columns.shape[-2:]))


def inv(a: Any) -> Any:
    """Invert matrices by elimination with row exchanges; a singular matrix gives infinities or NaN."""
    x = _square(a, "numpy.linalg.inv")
    return eliminated(*_together(x, eye(x.shape[-1], dtype=x.dtype)))


def det(a: Any) -> Any:
    """Give determinants."""
    x = _square(a, "numpy.linalg.det")
    return determinant(x)


def slogdet(a: Any) -> Any:
    """Give sign and logarithm of the size of determinants."""
    value = det(a)
    size = np.abs(value)
    sign = np.sign(value) if value.dtype.kind == "f" else value / size
    return SignAndLogarithm(sign, np.log(size))


def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """Factor positive matrices into a lower triangle times its conjugate transpose; others give NaN."""
    x = _square(a, "numpy.linalg.cholesky")
    factor = cholesky_factor(x)
    if not upper:
        return factor
    turned = factor.swapaxes(-1, -2)
    return conjugate(turned)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Give norms of vectors and those of matrices that need no singular values."""
    array = as_array(x)
    if array.dtype.kind not in "fc":
        array = array.astype(np.float64)
    if axis is None:
        if ord is None or (ord in ("fro", "f") and array.ndim == 2) or (ord == 2 and array.ndim == 1):
            return _euclidean(array, None, keepdims)
        axis = tuple(range(array.ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 1:
        return _vector_norm(array, 2 if ord is None else ord, axes, keepdims)
    if len(axes) != 2:
        raise error("'numpy.linalg.norm': improper number of dimensions to norm")
    return _matrix_norm(array, "fro" if ord is None else ord, axes, keepdims)


def _euclidean(x: Array, axes: Any, keepdims: bool) -> Any:
    from .reductions import sum_

    squares = np.square(x.real) + np.square(x.imag) if x.dtype.kind == "c" else np.square(x)
    return np.sqrt(sum_(squares, axes, keepdims=keepdims))


def _vector_norm(x: Array, ord: Any, axes: Any, keepdims: bool) -> Any:
    from .reductions import max_, min_, sum_

    if ord == 2:
        return _euclidean(x, axes, keepdims)
    size = np.abs(x)
    if ord in (np.inf, -np.inf):
        return (max_ if ord > 0 else min_)(size, axes, keepdims=keepdims)
    if ord == 0:
        return sum_(np.not_equal(x, 0), axes, dtype=size.dtype, keepdims=keepdims)
    if isinstance(ord, str):
        raise error(f"'numpy.linalg.norm': invalid norm order '{ord}' for vectors")
    total = sum_(size if ord == 1 else size**ord, axes, keepdims=keepdims)
    return total if ord == 1 else total ** (1.0 / ord)


def _matrix_norm(x: Array, ord: Any, axes: Any, keepdims: bool) -> Any:
    from .operands import normal_axes
    from .reductions import max_, min_, sum_

    row, column = normal_axes(axes, x.ndim, "numpy.linalg.norm")
    if ord in ("fro", "f"):
        return _euclidean(x, (row, column), keepdims)
    if ord not in (1, -1, np.inf, -np.inf):
        raise error(
            f"'numpy.linalg.norm': order {ord!r} of a matrix needs its singular values",
            note="use 'fro', 1 or numpy.inf",
        )
    summed, extreme = (row, column) if abs(ord) == 1 else (column, row)
    sums = sum_(np.abs(x), summed, keepdims=True)
    found = (max_ if ord > 0 else min_)(sums, extreme, keepdims=True)
    shape = [1 if axis in (row, column) else n for axis, n in enumerate(x.shape)]
    if not keepdims:
        shape = [n for axis, n in enumerate(x.shape) if axis not in (row, column)]
    found = found.reshape(tuple(shape))
    return found if shape else found[()]


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Give norms of vectors, of the flat array without an axis."""
    array = as_array(x)
    if array.dtype.kind not in "fc":
        array = array.astype(np.float64)
    axes = tuple(range(array.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return _vector_norm(array, ord, axes, keepdims)


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Give norms of the matrices over the last two axes."""
    return norm(x, ord, (-2, -1), keepdims)


def matrix_power(a: Any, n: int) -> Any:
    """Raise a matrix to a power known at capture, by repeated squares."""
    x = as_array(a)
    if isinstance(n, Scalar) or not hasattr(n, "__index__"):
        raise error("'numpy.linalg.matrix_power': exponent must be an integer known at capture")
    n = n.__index__()
    if n < 0:
        return matrix_power(inv(x), -n)
    if n == 0:
        return _together(x, eye(x.shape[-1], dtype=x.dtype))[1].copy()
    found = None
    for bit in bin(n)[2:]:
        if found is not None:
            found = matmul(found, found)
        if bit == "1":
            found = x if found is None else matmul(found, x)
    return found if n > 1 else x.copy()


def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """Multiply matrices from left to right, vectors allowed at both ends."""
    from .operands import into
    from .products import dot

    return into(out, over(dot, [as_array(one) for one in arrays]))


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """Add the diagonals of the matrices over the last two axes."""
    from .products import trace as add_diagonal

    return add_diagonal(x, offset, -2, -1, dtype)


def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """Give the diagonals of the matrices over the last two axes."""
    from .matrices import diagonal as along

    return along(x, offset, -2, -1)


def matrix_transpose(x: Any, /) -> Any:
    """Swap the last two axes."""
    from .shaping import matrix_transpose as swap

    return swap(x)


TABLE = {
    np.linalg.cholesky: cholesky,
    np.linalg.det: det,
    np.linalg.diagonal: diagonal,
    np.linalg.inv: inv,
    np.linalg.matrix_norm: matrix_norm,
    np.linalg.matrix_power: matrix_power,
    np.linalg.matrix_transpose: matrix_transpose,
    np.linalg.multi_dot: multi_dot,
    np.linalg.norm: norm,
    np.linalg.slogdet: slogdet,
    np.linalg.solve: solve,
    np.linalg.trace: trace,
    np.linalg.vector_norm: vector_norm,
}
