"""Reading `a[indices]`: gathers, and slices where the indices are known to be regular."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...dialects.mlir import arith, ir, linalg, tensor
from . import where
from .array import Array
from .elements import is_unsigned
from .elementwise import broadcast, read_broadcast
from .emitter import current_trace, index
from .scalar import Size, index_value
from .structured import generic
from .views import Span, View

Indices = Sequence[tuple[int, Any]]
"""Pairs of an axis and the array of integers that indexes it."""


def gather(array: Array, indices: Indices, place: int) -> Array:
    """Give the elements at `indices`, which broadcast; the axes of their shape stand at `place` of the result."""
    known = [(axis, checked(one, array.shape[axis], axis)) for axis, one in indices]
    if (view := as_slices(array, known, place)) is not None:
        return Array(view).copy()
    arrays = [(axis, one if isinstance(one, Array) else Array.constant(one)) for axis, one in known]
    chosen = broadcast([one.shape for _, one in arrays])
    shape, free = result_shape(array, arrays, chosen, place)
    source, own = array.view.addressed()
    element = current_trace().element_type(array.dtype)
    inputs, maps = zip(*[_read(one, len(chosen), place, len(shape)) for _, one in arrays], strict=True)

    def body(*values: ir.Value) -> ir.Value:
        places = {axis: linalg.IndexOp(loop).result for axis, loop in free.items()}
        for (axis, one), value in zip(arrays, values, strict=True):
            places[axis] = wrapped_index(value, one.dtype, array.shape[axis])
        return tensor.ExtractOp(source, own(places)).result

    return Array.of(generic(body, inputs, maps, shape, element), array.dtype, shape)


def result_shape(
    array: Array, indices: Indices, chosen: Sequence[Size], place: int
) -> tuple[tuple[Size, ...], dict[int, int]]:
    """Give the shape of a gather, and for each axis that is not indexed its axis of the result."""
    indexed = {axis for axis, _ in indices}
    free = [axis for axis in range(array.ndim) if axis not in indexed]
    loops = {axis: i if i < place else i + len(chosen) for i, axis in enumerate(free)}
    sizes = [array.shape[axis] for axis in free]
    return (*sizes[:place], *chosen, *sizes[place:]), loops


def _read(one: Array, rank: int, place: int, loops: int) -> tuple[ir.Value, ir.AffineMap]:
    value, access = read_broadcast(one, rank)
    moved = ir.AffineMap.get(loops, 0, [ir.AffineDimExpr.get(place + axis) for axis in range(rank)])
    return value, ir.AffineMap.get(loops, 0, [expression.compose(moved) for expression in access.results])


def wrapped_index(value: ir.Value, dtype: np.dtype[Any], size: Size) -> ir.Value:
    """Turn an integer into an index; negative ones count from the end."""
    if is_unsigned(dtype):
        return arith.IndexCastUIOp(ir.IndexType.get(), value).result
    place = arith.IndexCastOp(ir.IndexType.get(), value).result
    is_negative = arith.CmpIOp(arith.CmpIPredicate.slt, place, index(0)).result
    return arith.SelectOp(is_negative, arith.AddIOp(place, index_value(size)).result, place).result


def checked(indices: Any, size: Size, axis: int) -> Any:
    """Check indices that are known, and count them from the front."""
    if isinstance(indices, Array) or not isinstance(size, int) or not indices.size:
        return indices
    low, high = int(indices.min()), int(indices.max())
    if low < -size or high >= size:
        outside = low if low < -size else high
        raise where.error(f"index {outside} is out of bounds for axis {axis} with size {size}")
    return np.where(indices < 0, indices.astype(np.int64) + size, indices)


def as_slices(array: Array, indices: Indices, place: int) -> View | None:
    """Show regular indices as a view: each an arithmetic progression along a dimension of its own, in order."""
    if any(isinstance(one, Array) or not isinstance(array.shape[axis], int) for axis, one in indices):
        return None
    axes = [axis for axis, _ in indices]
    rank = max(one.ndim for _, one in indices)
    runs = [_run(one, rank) for _, one in indices]
    if None in runs or axes != list(range(axes[0], axes[0] + len(axes))) or axes[0] != place:
        return None
    dimensions = [run[0] for run in runs if run is not None]
    if dimensions != list(range(rank)):
        return None
    spans, view = list(array.view.spans), array.view
    for axis, run in zip(axes, runs, strict=True):
        base = view.axes[axis]
        if base is None or run is None:
            return None
        old = spans[base]
        if not isinstance(old.offset, int):
            return None
        spans[base] = Span(old.offset + run[1] * old.step, run[2], run[3] * old.step)
    return View(view.base, tuple(spans), view.axes)


def _run(indices: "np.ndarray[Any, Any]", rank: int) -> tuple[int, int, int, int] | None:
    """Give dimension, start, length and step of a progression along one dimension; None for anything else."""
    long = [axis for axis, size in enumerate(indices.shape) if size != 1]
    if len(long) != 1 or not indices.size:
        return None
    values = indices.reshape(-1).astype(np.int64)
    steps = np.diff(values)
    if steps[0] == 0 or (steps != steps[0]).any():
        return None
    return long[0] + rank - indices.ndim, int(values[0]), len(values), int(steps[0])
