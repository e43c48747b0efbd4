"""Elimination and triangular factors: one loop over the columns, every step vectorised over matrix and stack."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array import Array
from ..scalar import Scalar
from .choosing import chosen
from .extremes import argmax
from .joining import concatenate
from .looping import loop
from .operands import as_array, conjugate, fresh
from .ranges import arange


def eliminated(matrix: Array, right: Array) -> Array:
    """Solve systems by elimination with partial pivoting: stacks `[..., n, n]` and `[..., n, k]`."""
    n = matrix.shape[-1]
    if isinstance(n, int) and n == 0:
        return right.copy()
    start = concatenate([matrix, right], -1)

    def down(k: Scalar, work: Array) -> Sequence[Array]:
        return [_swept(work, *_pivot(work, k), k)]

    def up(step: Scalar, work: Array) -> Sequence[Array]:
        k = n - 1 - step
        above = (..., slice(None, k), slice(n, None))
        work[above] = work[above] - work[..., :k, k, None] * work[..., k, None, n:]
        return [work]

    (triangle,) = loop(n, [start], down)
    return loop(n, [triangle], up)[0][..., n:].copy()


def determinant(matrix: Array) -> Any:
    """Multiply the pivots of an elimination; every exchange of rows turns the sign."""
    lead = matrix.shape[:-2]
    if 0 in matrix.shape:
        found = fresh(lead, 1, matrix.dtype)
        return found if lead else found[()]

    def step(k: Scalar, work: Array, found: Array) -> Sequence[Array]:
        place, pivot_row = _pivot(work, k)
        pivot = pivot_row[..., k]
        sign = chosen(np.equal(place, k), matrix.dtype.type(1), matrix.dtype.type(-1))
        return [_swept(work, place, pivot_row, k), as_array(found * (pivot * sign))]

    found = loop(matrix.shape[-1], [matrix, fresh(lead, 1, matrix.dtype)], step)[1]
    return found if lead else found[()]


def _pivot(work: Array, k: Scalar) -> tuple[Any, Any]:
    """Find, at or below row k, the row with the largest element of column k; give its place and the row."""
    from .selection import take_along_axis

    column = work[..., :, k]
    size = np.abs(column.real) + np.abs(column.imag) if work.dtype.kind == "c" else np.abs(column)
    rows = arange(work.shape[-2])
    place = argmax(chosen(np.less(rows, k), size.dtype.type(-1), size), -1)
    if isinstance(place, Scalar):
        place = _bounded(place, work.shape[-2])
        return place, work[place].copy()
    return place, take_along_axis(work, place[..., None, None], -2)[..., 0, :]


def _bounded(place: Scalar, count: Any) -> Scalar:
    """Note that a place is within the matrix, which spares its reads any clamping."""
    from ..linear import Linear, Symbol
    from ..scalar import linear_of

    symbol = Symbol(Linear(0), linear_of(count) - Linear(1))
    return Scalar(place.value, np.int64, weak=True, linear=Linear.of(symbol))


def _swept(work: Array, place: Any, pivot_row: Any, k: Scalar) -> Array:
    """Exchange rows, divide the pivot's row and subtract multiples of it from the rows below."""
    rows = arange(work.shape[-2])[k + 1 :, None]
    here = place[..., None, None] if isinstance(place, Array) else place
    unit = pivot_row[..., k:] / pivot_row[..., k, None]
    below = (..., slice(k + 1, None), slice(k, None))
    exchanged = as_array(chosen(np.equal(rows, here), work[..., k, None, k:], work[below]))
    work[below] = exchanged - exchanged[..., :1] * unit[..., None, :]
    work[..., k, k:] = unit
    return work


def cholesky_factor(matrix: Array) -> Array:
    """Factor column by column: the outer product of each is taken from what remains."""
    if 0 in matrix.shape:
        return matrix.copy()

    def step(k: Scalar, work: Array, factor: Array) -> Sequence[Array]:
        column = work[..., k:, k]
        root = np.sqrt(column[..., :1].real)
        column = column / root
        factor[..., k:, k] = column
        below = column[..., 1:]
        rest = (..., slice(k + 1, None), slice(k + 1, None))
        work[rest] = work[rest] - below[..., :, None] * conjugate(below)[..., None, :]
        return [work, factor]

    return loop(matrix.shape[-1], [matrix, fresh(matrix.shape, 0, matrix.dtype)], step)[1]
