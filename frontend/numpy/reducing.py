"""Reductions over axes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...dialects.mlir import ir, tensor
from .array import Array
from .elements import convert
from .elementwise import as_operand, broadcast_to
from .emitter import current_trace, number
from .scalar import Scalar
from .structured import fill, structured


def reduce(
    body: Callable[[ir.Value, ir.Value], ir.Value],
    init: Any,
    x: Any,
    axes: Sequence[int],
    dtype: Any,
    loop: Any = None,
) -> Any:
    """Combine the elements along `axes` in order, starting from `init`: `body(element, accumulator)`.

    Elements are converted to `loop` (`dtype` without it) first. `init` None starts from the first elements. The
    result lacks the axes; it is a `Scalar` when none is left.
    """
    dtype, x = np.dtype(dtype), as_operand(x)
    loop = dtype if loop is None else np.dtype(loop)
    element = current_trace().element_type(dtype)
    if not isinstance(x, Array):
        x = x.as_array()
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    start = None if init is None else number(init, element)
    if init is None:
        first = x[tuple(0 if axis in axes else slice(None) for axis in range(x.ndim))]
        x = _without_first(x, axes)
    shape = [x.shape[axis] for axis in kept]
    out = broadcast_to(first, shape, dtype) if start is None else fill(shape, start)
    value, access = _read(x)
    target = ir.AffineMap.get(x.ndim, 0, [ir.AffineDimExpr.get(axis) for axis in kept])
    iterators = ["reduction" if axis in axes else "parallel" for axis in range(x.ndim)]
    result = structured(
        lambda e, a: body(convert(e, x.dtype, loop), a), [value], out, [access, target], iterators
    )
    if not kept:
        return Scalar(tensor.ExtractOp(result, []).result, dtype)
    return Array.of(result, dtype, shape)


def _read(x: Array) -> tuple[ir.Value, ir.AffineMap]:
    """Read all axes of an array; a permutation becomes part of the map."""
    if None in x.view.axes:
        return x.tensor(), ir.AffineMap.get_identity(x.ndim)
    value, places = x.view.access()
    return value, ir.AffineMap.get(x.ndim, 0, [ir.AffineDimExpr.get(axis) for axis in places])


def _without_first(x: Array, axes: Sequence[int]) -> Array:
    """Leave out the elements that the accumulator starts from: possible along one axis; several repeat theirs."""
    if len(axes) == 1:
        return x[tuple(slice(1, None) if axis in axes else slice(None) for axis in range(x.ndim))]
    return x
