"""Running sums and products, differences and their inverses along an axis."""

from typing import Any

import numpy as np

from ..where import error
from .operands import as_array, fresh, into, normal_axes, normal_axis
from .running import running


def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Add up along an axis, flat without one."""
    return _running(np.add, a, axis, dtype, out, "numpy.cumsum")


def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Multiply up along an axis, flat without one."""
    return _running(np.multiply, a, axis, dtype, out, "numpy.cumprod")


def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Add up, NaN taken as 0."""
    return cumsum(_without_nan(a, 0), axis, dtype, out)


def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Multiply up, NaN taken as 1."""
    return cumprod(_without_nan(a, 1), axis, dtype, out)


def _without_nan(a: Any, value: int) -> Any:
    x = as_array(a)
    return np.where(np.isnan(x), value, x).astype(x.dtype) if x.dtype.kind in "fc" else x


def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """Add up along an axis, from 0 with `include_initial`."""
    return _cumulative(np.add, x, axis, dtype, out, include_initial, "numpy.cumulative_sum")


def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """Multiply up along an axis, from 1 with `include_initial`."""
    return _cumulative(np.multiply, x, axis, dtype, out, include_initial, "numpy.cumulative_prod")


def _cumulative(
    ufunc: np.ufunc, x: Any, axis: Any, dtype: Any, out: Any, include_initial: bool, name: str
) -> Any:
    array = as_array(x)
    if axis is None and array.ndim != 1:
        raise error(f"'{name}': an array of {array.ndim} dimensions needs an axis")
    axis = normal_axis(0 if axis is None else axis, array.ndim, name)
    found = _running(ufunc, array, axis, dtype, None, name)
    if include_initial:
        shape = (*found.shape[:axis], found.shape[axis] + 1, *found.shape[axis + 1 :])
        longer = fresh(shape, ufunc.identity, found.dtype)
        longer[(*(slice(None),) * axis, slice(1, None))] = found
        found = longer
    return into(out, found)


def _running(ufunc: np.ufunc, a: Any, axis: Any, dtype: Any, out: Any, name: str) -> Any:
    from .shaping import ravel

    x = as_array(a)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normal_axis(axis, x.ndim, name)
    return into(out, running(ufunc, x.astype(accumulated(x.dtype, dtype)), axis))


def accumulated(kind: "np.dtype[Any]", dtype: Any) -> "np.dtype[Any]":
    """Give the dtype in which sums and products accumulate: integers at least as wide as the machine's."""
    if dtype is not None:
        return np.dtype(dtype)
    if kind.kind == "b" or (kind.kind == "i" and kind.itemsize < 8):
        return np.dtype(np.int64)
    return np.dtype(np.uint64) if kind.kind == "u" else kind


def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Subtract neighbours `n` times."""
    from .joining import concatenate
    from .shaping import broadcast_to

    x = as_array(a)
    axis = normal_axis(axis, x.ndim, "numpy.diff")
    if n < 0:
        raise error(f"'numpy.diff': order must be non-negative but got {n}")
    parts: list[Any] = []
    for extra in (prepend, None, append):
        if extra is None:
            parts += [x] if len(parts) in (0, 1) and not any(part is x for part in parts) else []
            continue
        piece = as_array(extra)
        if piece.ndim == 0:
            piece = broadcast_to(piece, (*x.shape[:axis], 1, *x.shape[axis + 1 :]))
        parts.append(piece)
    x = concatenate(parts, axis) if len(parts) > 1 else x
    before = (slice(None),) * axis
    subtract = np.not_equal if x.dtype == bool else np.subtract
    for _ in range(n):
        x = subtract(x[(*before, slice(1, None))], x[(*before, slice(None, -1))])
    return x if n else x.copy()


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Subtract neighbours of the flat array, with values put around."""
    from .joining import concatenate
    from .shaping import ravel

    found = diff(ravel(ary))
    parts = [
        *([] if to_begin is None else [ravel(to_begin)]),
        found,
        *([] if to_end is None else [ravel(to_end)]),
    ]
    return concatenate(parts, 0, dtype=found.dtype) if len(parts) > 1 else found


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Take second-order differences inside and one-sided ones at the edges."""
    x = as_array(f)
    axes = tuple(range(x.ndim)) if axis is None else normal_axes(axis, x.ndim, "numpy.gradient")
    if len(varargs) not in (0, 1, len(axes)):
        raise error(f"'numpy.gradient': {len(varargs)} spacings for {len(axes)} axes")
    if edge_order not in (1, 2):
        raise error("'numpy.gradient': 'edge_order' greater than 2 not supported")
    spacings = [1.0] * len(axes) if not varargs else list(varargs) * (len(axes) // len(varargs))
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    found = [_slope(x, place, h, edge_order) for place, h in zip(axes, spacings, strict=True)]
    return found[0] if len(axes) == 1 else tuple(found)


def _slope(x: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    extent = x.shape[axis]
    if isinstance(extent, int) and extent < edge_order + 1:
        raise error(
            f"'numpy.gradient': size {extent} is too small: at least {edge_order + 1} elements are needed"
        )
    made = fresh(x.shape, None, x.dtype)

    def at(*cut: int | None) -> tuple[Any, ...]:
        return (*(slice(None),) * axis, slice(*cut))

    steps = None if np.ndim(spacing) == 0 else diff(as_array(spacing))
    if steps is None:
        made[at(1, -1)] = (x[at(2, None)] - x[at(None, -2)]) / (2.0 * spacing)
    else:
        steps = steps.astype(np.float64) if steps.dtype.kind in "iu" else steps
        column = steps.reshape(tuple(steps.shape[0] if d == axis else 1 for d in range(x.ndim)))
        before, after = column[at(None, -1)], column[at(1, None)]
        low, high = -after / (before * (before + after)), before / (after * (before + after))
        middle = (after - before) / (before * after)
        made[at(1, -1)] = low * x[at(None, -2)] + middle * x[at(1, -1)] + high * x[at(2, None)]
    _slope_at_edges(made, x, at, spacing if steps is None else steps, edge_order)
    return made


def _slope_at_edges(made: Any, x: Any, at: Any, spacing: Any, edge_order: int) -> None:
    is_even = np.ndim(spacing) == 0
    if edge_order == 1:
        first, last = (spacing, spacing) if is_even else (spacing[0], spacing[-1])
        made[at(0, 1)] = (x[at(1, 2)] - x[at(0, 1)]) / first
        made[at(-1, None)] = (x[at(-1, None)] - x[at(-2, -1)]) / last
        return
    left = (-1.5 / spacing, 2.0 / spacing, -0.5 / spacing) if is_even else _second(spacing[0], spacing[1])
    right = left if is_even else _second(spacing[-1], spacing[-2])
    made[at(0, 1)] = left[0] * x[at(0, 1)] + left[1] * x[at(1, 2)] + left[2] * x[at(2, 3)]
    made[at(-1, None)] = -(right[0] * x[at(-1, None)] + right[1] * x[at(-2, -1)] + right[2] * x[at(-3, -2)])


def _second(near: Any, far: Any) -> tuple[Any, Any, Any]:
    """Weigh three unevenly spaced points for the slope at the first of them."""
    return (
        -(2.0 * near + far) / (near * (near + far)),
        (near + far) / (near * far),
        -near / (far * (near + far)),
    )


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Integrate by the trapezoidal rule."""
    from .reductions import sum_

    values = as_array(y)
    axis = normal_axis(axis, values.ndim, "numpy.trapezoid")
    before = (slice(None),) * axis
    width: Any = dx
    if x is not None:
        places = as_array(x)
        if places.ndim == 1:
            steps = diff(places)
            width = steps.reshape(tuple(steps.shape[0] if d == axis else 1 for d in range(values.ndim)))
        else:
            width = diff(places, axis=axis)
    return sum_(width * (values[(*before, slice(1, None))] + values[(*before, slice(None, -1))]) / 2.0, axis)


def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """Take jumps of more than half a period out of angles."""
    x = as_array(p)
    axis = normal_axis(axis, x.ndim, "numpy.unwrap")
    steps = diff(x, axis=axis)
    discont = period / 2 if discont is None else discont
    half = period / 2
    wrapped = np.mod(steps + half, period) - half
    wrapped = np.where((wrapped == -half) & (steps > 0), half, wrapped)
    correction = np.where(np.abs(steps) < discont, 0, wrapped - steps)
    made = x.astype(np.result_type(x.dtype, correction.dtype)).copy()
    inside = (*(slice(None),) * axis, slice(1, None))
    made[inside] = x[inside] + cumsum(correction, axis)
    return made


TABLE = {
    np.cumprod: cumprod,
    np.cumsum: cumsum,
    np.cumulative_prod: cumulative_prod,
    np.cumulative_sum: cumulative_sum,
    np.diff: diff,
    np.ediff1d: ediff1d,
    np.gradient: gradient,
    np.nancumprod: nancumprod,
    np.nancumsum: nancumsum,
    np.trapezoid: trapezoid,
    np.unwrap: unwrap,
}
