"""Products of matrices and vectors, and sums of products over any axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array import Array
from ..elementwise import broadcast
from ..promotion import result_type
from ..scalar import Size
from ..sizes import product
from ..where import error
from .contractions import by_parts, contract, named
from .operands import as_array, as_operand, conjugate, fresh, into, normal_axes, normal_axis

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def matmul(
    x1: Any,
    x2: Any,
    /,
    out: Any = None,
    *,
    dtype: Any = None,
    casting: str = "same_kind",
    order: str = "K",
    subok: bool = True,
) -> Any:
    """Multiply matrices over the last two axes; vectors are rows on the left, columns on the right."""
    a, b = as_array(x1), as_array(x2)
    for x in (a, b):
        if x.ndim == 0:
            raise error(
                "matmul: input operand does not have enough dimensions", note="multiply by a number with '*'"
            )
    kind = np.dtype(dtype) if dtype is not None else result_type(a, b)
    _check(a, b, a.shape[-1], b.shape[-2 if b.ndim > 1 else 0], "matmul")
    return into(out, _product(a, b, kind))


def _check(a: Array, b: Array, left: Size, right: Size, name: str) -> None:
    if isinstance(left, int) and isinstance(right, int) and left != right:
        shapes = [tuple(n if isinstance(n, int) else "?" for n in x.shape) for x in (a, b)]
        raise error(
            f"{name}: sizes {left} and {right} differ: shapes {shapes[0]} and {shapes[1]} not aligned"
        )


def _product(a: Array, b: Array, kind: "np.dtype[Any]") -> Any:
    if kind.kind == "c":
        return by_parts(lambda x, y: _product(x, y, x.dtype), a, b, kind)
    a, b = a.astype(kind, copy=False), b.astype(kind, copy=False)
    if a.ndim <= 2 and b.ndim <= 2:
        return _plain(a, b, kind)
    if b.ndim <= 2:
        rows = a.reshape((product(a.shape[:-1]), a.shape[-1]))
        return as_array(_plain(rows, b, kind)).reshape((*a.shape[:-1], *b.shape[1:]))
    return _batched(a, b, kind)


def _plain(a: Array, b: Array, kind: "np.dtype[Any]") -> Any:
    """Multiply vectors and matrices; a transposed matrix beside a vector is read as it lies."""
    shape = (*a.shape[:-1], *b.shape[1:])
    if is_empty(a) or is_empty(b):
        return fresh(shape, 0, kind) if shape else as_operand(kind.type(0))
    if a.ndim == 2 and b.ndim == 1 and _is_transposed(a):
        return named("vecmat", b, a.T, shape, kind)
    if a.ndim == 1 and b.ndim == 2 and _is_transposed(b):
        return named("matvec", b.T, a, shape, kind)
    operation = {(1, 1): "dot", (1, 2): "vecmat", (2, 1): "matvec", (2, 2): "matmul"}[a.ndim, b.ndim]
    return named(operation, a, b, shape, kind)


def is_empty(x: Array) -> bool:
    """Tell whether an array surely has no elements."""
    return any(isinstance(size, int) and size == 0 for size in x.shape)


def _is_transposed(x: Array) -> bool:
    axes = x.view.axes
    return None not in axes and list(axes) != sorted(axes)  # type: ignore[type-var]


def _batched(a: Array, b: Array, kind: "np.dtype[Any]") -> Any:
    """Multiply stacks of matrices: one batch axis when the stacks agree, a generic sum when one is repeated."""
    left = a if a.ndim > 1 else a[None, :]
    lead = broadcast([left.shape[:-2], b.shape[:-2]])
    shape = (*lead, left.shape[-2], b.shape[-1])
    if left.ndim == b.ndim and tuple(left.shape[:-2]) == tuple(b.shape[:-2]):
        count = product(lead)
        made = as_array(
            named(
                "batch_matmul",
                left.reshape((count, *left.shape[-2:])),
                b.reshape((count, *b.shape[-2:])),
                (count, *shape[-2:]),
                kind,
            )
        )
        made = made.reshape(shape)
    else:
        letters = _LETTERS[: len(lead)]
        made = as_array(_with_units(left, b, letters, kind)).reshape(shape)
    return made[..., 0, :] if a.ndim == 1 else made


def _with_units(a: Array, b: Array, letters: str, kind: "np.dtype[Any]") -> Any:
    """Contract stacks of different shapes: an axis of size 1 beside a longer one is left out of the loops."""
    a, a_letters = _without_units(a, letters[len(letters) - (a.ndim - 2) :] + "YK")
    b, b_letters = _without_units(b, letters[len(letters) - (b.ndim - 2) :] + "KZ")
    output = "".join(x for x in letters + "YZ" if x in a_letters + b_letters)
    return contract(a, a_letters, b, b_letters, output, kind)


def _without_units(x: Array, letters: str) -> tuple[Array, str]:
    lead = x.ndim - 2
    units = [axis for axis in range(lead) if x.shape[axis] == 1]
    kept = "".join(letter for axis, letter in enumerate(letters) if axis not in units)
    return x[tuple(0 if axis in units else slice(None) for axis in range(x.ndim))], kept


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """Multiply numbers, vectors or matrices; sum over the last axis of one and the last but one of the other."""
    x, y = as_operand(a), as_operand(b)
    if x.ndim == 0 or y.ndim == 0:
        return into(out, np.multiply(x, y))
    _check(x, y, x.shape[-1], y.shape[-2 if y.ndim > 1 else 0], "dot")
    if x.ndim <= 2 and y.ndim <= 2:
        return into(out, _product(x, y, result_type(x, y)))
    return into(out, tensordot(x, y, ((x.ndim - 1,), (max(y.ndim - 2, 0),))))


def vdot(a: Any, b: Any, /) -> Any:
    """Multiply the conjugate of one flat array by another and sum."""
    x, y = as_array(a).reshape((-1,)), as_array(b).reshape((-1,))
    return dot(conjugate(x), y)


def inner(a: Any, b: Any, /) -> Any:
    """Sum over the last axes."""
    x, y = as_operand(a), as_operand(b)
    if x.ndim == 0 or y.ndim == 0:
        return np.multiply(x, y)
    return tensordot(x, y, ((x.ndim - 1,), (y.ndim - 1,)))


def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Multiply every element of one flat array by every one of the other."""
    x, y = as_array(a).reshape((-1,)), as_array(b).reshape((-1,))
    return into(out, np.multiply(x[:, None], y[None, :]))


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sum over pairs of axes."""
    x, y = as_array(a), as_array(b)
    if isinstance(axes, int | np.integer):
        left, right = tuple(range(x.ndim - int(axes), x.ndim)), tuple(range(int(axes)))
    else:
        left, right = (
            normal_axes(one, rank, "numpy.tensordot")
            for one, rank in zip(axes, (x.ndim, y.ndim), strict=True)
        )
    if len(left) != len(right):
        raise error("'numpy.tensordot': as many axes of one array as of the other are needed")
    for one, other in zip(left, right, strict=True):
        _check(x, y, x.shape[one], y.shape[other], "tensordot")
    free = iter(_LETTERS)
    x_letters = [next(free) for _ in range(x.ndim)]
    y_letters = [
        x_letters[left[right.index(axis)]] if axis in right else next(free) for axis in range(y.ndim)
    ]
    output = [letter for axis, letter in enumerate(x_letters) if axis not in left]
    output += [letter for axis, letter in enumerate(y_letters) if axis not in right]
    return contracted(x, "".join(x_letters), y, "".join(y_letters), "".join(output))


def contracted(a: Array, a_letters: str, b: Array, b_letters: str, output: str) -> Any:
    """Contract two arrays by letters: as a named product of matrices and vectors where it is one."""
    kind = result_type(a, b)
    summed = [letter for letter in a_letters if letter not in output]
    if not summed or is_empty(a) or is_empty(b):
        return _scaled(a, a_letters, b, b_letters, output, kind)
    rows = output[: len(output) - len([x for x in output if x not in a_letters])]
    columns = output[len(rows) :]
    is_matrices = len(summed) == 1 and len(rows) <= 1 and len(columns) <= 1 and a.ndim <= 2 and b.ndim <= 2
    is_matrices = is_matrices and set(a_letters) == {*rows, *summed} and set(b_letters) == {*columns, *summed}
    if is_matrices:
        left = a if a_letters == rows + summed[0] else a.T
        right = b if b_letters == summed[0] + columns else b.T
        return _product(left, right, kind)
    return contract(a, a_letters, b, b_letters, output, kind)


def _scaled(a: Array, a_letters: str, b: Array, b_letters: str, output: str, kind: "np.dtype[Any]") -> Any:
    """Multiply without a sum, or sums over nothing."""
    summed = [letter for letter in dict.fromkeys(a_letters + b_letters) if letter not in output]
    order = output + "".join(summed)
    found = np.multiply(_spread(a, a_letters, order), _spread(b, b_letters, order), dtype=kind)
    if not summed:
        return found
    from .reductions import reduced

    return reduced(np.add, found, tuple(range(len(output), len(order))), kind)


def _spread(x: Array, letters: str, order: str) -> Array:
    """Bring axes into the order of letters, with new ones for those that are missing."""
    present = [letter for letter in order if letter in letters]
    turned = x.transpose(tuple(letters.index(letter) for letter in present)) if x.ndim else x
    return turned[tuple(slice(None) if letter in letters else None for letter in order)] if order else turned


def kron(a: Any, b: Any) -> Any:
    """Put a scaled copy of one array in the place of each element of the other."""
    x, y = as_array(a), as_array(b)
    rank = max(x.ndim, y.ndim)
    x, y = (one.reshape((1,) * (rank - one.ndim) + tuple(one.shape)) for one in (x, y))
    left = x[tuple(part for _ in range(rank) for part in (slice(None), None))]
    right = y[tuple(part for _ in range(rank) for part in (None, slice(None)))]
    return as_array(np.multiply(left, right)).reshape(
        tuple(m * n for m, n in zip(x.shape, y.shape, strict=True))
    )


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    """Add the elements of a diagonal."""
    from .matrices import diagonal
    from .reductions import sum_

    return into(out, sum_(diagonal(a, offset, axis1, axis2), -1, dtype=dtype))


def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Give the vector product of vectors of three elements."""
    from .joining import stack
    from .shaping import moveaxis

    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    if x.shape[-1] not in (2, 3) or y.shape[-1] not in (2, 3):
        raise error("'numpy.cross': incompatible dimensions for cross product (dimension must be 2 or 3)")
    (u, v), zero = ([one[..., k] for k in range(one.shape[-1])] for one in (x, y)), 0
    planar = u[0] * v[1] - u[1] * v[0]
    if len(u) == len(v) == 2:
        return planar
    u, v = ([*one, zero][:3] for one in (u, v))
    parts = broadcast_all([u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], planar])
    found = stack(parts, -1)
    return moveaxis(found, -1, axisc) if found.ndim > 1 else found


def broadcast_all(parts: Sequence[Any]) -> list[Any]:
    """Repeat results to one shape; numbers stay numbers."""
    from .shaping import broadcast_arrays

    return list(broadcast_arrays(*parts))


def vecdot(x1: Any, x2: Any, /, out: Any = None, *, axis: int = -1, **_: Any) -> Any:
    """Multiply vectors along an axis, the first one conjugated, and sum."""
    from .shaping import broadcast_arrays, moveaxis

    a, b = as_array(x1), as_array(x2)
    a, b = moveaxis(a, normal_axis(axis, a.ndim, "numpy.vecdot"), -1), moveaxis(b, axis, -1)
    _check(a, b, a.shape[-1], b.shape[-1], "vecdot")
    a = conjugate(a)
    if a.ndim == 1 and b.ndim == 1:
        return into(out, dot(a, b))
    a, b = broadcast_arrays(a, b)
    letters = _LETTERS[: a.ndim]
    return into(out, contract(a, letters, b, letters, letters[:-1], result_type(a, b)))


def matvec(x1: Any, x2: Any, /, out: Any = None, **_: Any) -> Any:
    """Multiply matrices by vectors."""
    return into(out, matmul(x1, as_array(x2)[..., None])[..., 0])


def vecmat(x1: Any, x2: Any, /, out: Any = None, **_: Any) -> Any:
    """Multiply conjugated vectors by matrices."""
    a = conjugate(as_array(x1))
    return into(out, matmul(a[..., None, :], x2)[..., 0, :])


TABLE: dict[Any, Any] = {
    np.cross: cross,
    np.dot: dot,
    np.inner: inner,
    np.kron: kron,
    np.linalg.cross: lambda x1, x2, /, *, axis=-1: cross(x1, x2, axis=axis),
    np.linalg.matmul: matmul,
    np.linalg.outer: lambda x1, x2, /: outer(x1, x2),
    np.linalg.tensordot: lambda x1, x2, /, *, axes=2: tensordot(x1, x2, axes),
    np.linalg.vecdot: lambda x1, x2, /, *, axis=-1: vecdot(x1, x2, axis=axis),
    np.matmul: matmul,
    np.outer: outer,
    np.tensordot: tensordot,
    np.trace: trace,
    np.vdot: vdot,
    np.vecdot: vecdot,
    **({np.matvec: matvec, np.vecmat: vecmat} if hasattr(np, "matvec") else {}),
}
