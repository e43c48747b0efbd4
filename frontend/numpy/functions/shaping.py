"""Functions that give an array another shape or order: views wherever NumPy gives one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array import Array
from ..elements import real_dtype
from ..elementwise import broadcast
from ..elementwise import broadcast_to as broadcast_tensor
from ..scalar import Scalar, Size
from ..where import error
from .operands import as_array, fresh, normal_axes, normal_axis

_ABSENT = np._NoValue


def reshape(
    a: Any, /, shape: Any = None, order: str = "C", *, newshape: Any = _ABSENT, copy: bool | None = None
) -> Any:
    """Give another shape."""
    wanted = shape if newshape is _ABSENT else newshape
    return as_array(a).reshape(wanted, order=order, copy=copy)


def ravel(a: Any, order: str = "C") -> Any:
    """Give one axis."""
    return as_array(a).ravel(order)


def transpose(a: Any, axes: Any = None) -> Any:
    """Permute the axes; reverse them without an order."""
    x = as_array(a)
    return x.transpose(*([] if axes is None else [tuple(axes)]))


def matrix_transpose(x: Any, /) -> Any:
    """Swap the last two axes."""
    array = as_array(x)
    if array.ndim < 2:
        raise error(f"'numpy.matrix_transpose': an array of {array.ndim} dimensions: expected at least two")
    return array.swapaxes(-1, -2)


def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Swap two axes."""
    return as_array(a).swapaxes(axis1, axis2)


def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Move axes to new places; the others keep their order."""
    x = as_array(a)
    sources = normal_axes(source, x.ndim, "numpy.moveaxis")
    targets = normal_axes(destination, x.ndim, "numpy.moveaxis")
    if len(sources) != len(targets):
        raise error("'numpy.moveaxis': as many destinations as sources are needed")
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for target, axis in sorted(zip(targets, sources, strict=True)):
        order.insert(target, axis)
    return x.transpose(tuple(order)) if x.ndim else x


def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """Move an axis back to before a place."""
    x = as_array(a)
    axis = normal_axis(axis, x.ndim, "numpy.rollaxis")
    start = start + x.ndim if start < 0 else start
    start -= int(axis < start)
    order = [place for place in range(x.ndim) if place != axis]
    order.insert(start, axis)
    return x.transpose(tuple(order))


def squeeze(a: Any, axis: Any = None) -> Any:
    """Remove axes of size 1."""
    x = as_array(a)
    return x.squeeze(axis) if x.ndim else x


def expand_dims(a: Any, axis: Any) -> Any:
    """Add axes of size 1 at places of the result."""
    x = as_array(a)
    count = len(axis) if isinstance(axis, tuple | list) else 1
    axes = normal_axes(axis, x.ndim + count, "numpy.expand_dims")
    key = tuple(None if place in axes else slice(None) for place in range(x.ndim + count))
    return x[key]


def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """Repeat along new axes and those of size 1; the result cannot be written, as in NumPy."""
    x = as_array(array)
    wanted = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    found = Array.of(broadcast_tensor(x, wanted, x.dtype), x.dtype, wanted)
    found.view.storage.read_only = "it was broadcast: its elements share memory in NumPy"
    return found


def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """Repeat arrays to the shape they share."""
    arrays = [as_array(one) for one in args]
    shape = broadcast([x.shape for x in arrays])
    return tuple(broadcast_to(x, shape) for x in arrays)


def broadcast_shapes(*args: Any) -> tuple[Size, ...]:
    """Give the shape that shapes broadcast to."""
    return broadcast([one if isinstance(one, tuple) else (one,) for one in args])


def atleast_1d(*arys: Any) -> Any:
    """Give arrays of at least one axis."""
    return _each(arys, lambda x: x.reshape((1,)) if x.ndim == 0 else x)


def atleast_2d(*arys: Any) -> Any:
    """Give arrays of at least two axes, new ones first."""
    return _each(arys, lambda x: x.reshape((1, 1)) if x.ndim == 0 else x[None, :] if x.ndim == 1 else x)


def atleast_3d(*arys: Any) -> Any:
    """Give arrays of at least three axes."""

    def widen(x: Array) -> Any:
        if x.ndim == 0:
            return x.reshape((1, 1, 1))
        return x[None, :, None] if x.ndim == 1 else x[:, :, None] if x.ndim == 2 else x

    return _each(arys, widen)


def _each(arys: Sequence[Any], widen: Any) -> Any:
    found = tuple(widen(as_array(one)) for one in arys)
    return found[0] if len(found) == 1 else found


def flip(m: Any, axis: Any = None) -> Any:
    """Reverse the order along axes."""
    x = as_array(m)
    axes = normal_axes(axis, x.ndim, "numpy.flip")
    return x[tuple(slice(None, None, -1) if place in axes else slice(None) for place in range(x.ndim))]


def fliplr(m: Any) -> Any:
    """Reverse the second axis."""
    return flip(m, 1)


def flipud(m: Any) -> Any:
    """Reverse the first axis."""
    return flip(m, 0)


def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turn by quarters in the plane of two axes."""
    x = as_array(m)
    first, second = normal_axes(axes, x.ndim, "numpy.rot90")
    k %= 4
    if k == 0:
        return x[...]
    if k == 2:
        return flip(x, (first, second))
    if k == 1:
        return flip(x, second).swapaxes(first, second)
    return flip(x.swapaxes(first, second), second)


def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Shift elements around along axes, around the flat array without one."""
    x = as_array(a)
    if axis is None:
        return roll(ravel(x), shift, 0).reshape(x.shape)
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    shifts = tuple(shift) if isinstance(shift, tuple | list) else (shift,)
    count = max(len(axes), len(shifts))
    by_axis: dict[int, Any] = {}
    for one, by in zip(axes * (count // len(axes)), shifts * (count // len(shifts)), strict=True):
        place = normal_axis(one, x.ndim, "numpy.roll")
        by_axis[place] = by_axis.get(place, 0) + by
    for place, by in by_axis.items():
        x = _roll(x, by, place)
    return x if by_axis else x.copy()


def _roll(x: Array, by: Any, axis: int) -> Array:
    size = x.shape[axis]
    if isinstance(size, int) and size == 0:
        return x.copy()
    cut = _modulo(by, size)
    if isinstance(cut, int) and cut == 0:
        return x.copy()
    made = fresh(x.shape, None, x.dtype)
    before = (slice(None),) * axis
    made[(*before, slice(cut, None))] = x[(*before, slice(None, size - cut))]
    made[(*before, slice(None, cut))] = x[(*before, slice(size - cut, None))]
    return made


def _modulo(by: Any, size: Size) -> Size:
    """Bring a shift into [0, size), with the bounds that spare slices their clamping."""
    if isinstance(by, int | np.integer) and isinstance(size, int):
        return int(by) % size
    from ..linear import Linear, Symbol
    from ..scalar import linear_of

    found = np.mod(by, size)
    if not isinstance(found, Scalar):
        raise error("'numpy.roll': a shift must be an integer")
    symbol = Symbol(Linear(0), linear_of(size) - Linear(1))
    return Scalar(found.astype(np.int64).value, np.int64, weak=True, linear=Linear.of(symbol))


def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Repeat each element along an axis, of the flat array without one."""
    x = as_array(a)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normal_axis(axis, x.ndim, "numpy.repeat")
    if isinstance(repeats, list | tuple | np.ndarray):
        counts = np.asarray(repeats).reshape(-1)
        if counts.size != 1:
            return _repeat_each(x, counts, axis)
        repeats = int(counts[0])
    if isinstance(repeats, Array):
        raise error("'numpy.repeat': the counts must be known at capture", note="name them in 'static='")
    wide = x[(*(slice(None),) * (axis + 1), None)]
    shape = (*x.shape[: axis + 1], repeats, *x.shape[axis + 1 :])
    made = Array.of(broadcast_tensor(wide, shape, x.dtype), x.dtype, shape)
    return made.reshape((*x.shape[:axis], x.shape[axis] * repeats, *x.shape[axis + 1 :]))


def _repeat_each(x: Array, counts: "np.ndarray[Any, Any]", axis: int) -> Any:
    from .selection import take

    if isinstance(x.shape[axis], int) and len(counts) != x.shape[axis]:
        raise error(f"'numpy.repeat': {len(counts)} counts for {x.shape[axis]} elements")
    return take(x, np.repeat(np.arange(len(counts)), counts), axis)


def tile(A: Any, reps: Any) -> Any:
    """Repeat a whole array along axes."""
    x = as_array(A)
    counts = tuple(reps) if isinstance(reps, tuple | list | np.ndarray) else (reps,)
    counts = (1,) * (x.ndim - len(counts)) + tuple(counts)
    x = x.reshape((1,) * (len(counts) - x.ndim) + tuple(x.shape)) if len(counts) > x.ndim else x
    if all(isinstance(n, int | np.integer) and n == 1 for n in counts):
        return x.copy()
    key = tuple(part for _ in counts for part in (None, slice(None)))
    shape = tuple(n for pair in zip(counts, x.shape, strict=True) for n in pair)
    made = Array.of(broadcast_tensor(x[key], shape, x.dtype), x.dtype, shape)
    return made.reshape(tuple(count * size for count, size in zip(counts, x.shape, strict=True)))


def resize(a: Any, new_shape: Any) -> Any:
    """Give another shape, with the elements repeated as often as it takes."""
    from .joining import concatenate

    x = ravel(a)
    shape = tuple(new_shape) if isinstance(new_shape, tuple | list) else (new_shape,)
    count = int(np.prod(shape))
    have = x.shape[0]
    if not isinstance(have, int) or have == 0:
        raise error("'numpy.resize': needs a size known at capture and not zero")
    times = -(-count // have)
    return (concatenate([x] * times) if times > 1 else x)[:count].reshape(shape).copy()


def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """Give an array of its own with the same content."""
    return as_array(a).copy()


def real(val: Any) -> Any:
    """Give the real part, a view."""
    return _operand(val).real


def imag(val: Any) -> Any:
    """Give the imaginary part, a view."""
    return _operand(val).imag


def _operand(val: Any) -> Any:
    from .operands import as_operand

    return as_operand(val)


def angle(z: Any, deg: bool = False) -> Any:
    """Give the phase."""
    x = _operand(z)
    if x.dtype.kind == "c":
        found = np.arctan2(x.imag, x.real)
    else:
        kind = real_dtype(x.dtype) if x.dtype.kind == "f" else np.dtype(np.float64)
        found = np.arctan2(np.zeros((), kind)[()], x.astype(kind))
    return found * (180 / np.pi) if deg else found


def real_if_close(a: Any, tol: float = 100) -> Any:
    """Refuse: whether the result is complex depends on data."""
    raise error("'numpy.real_if_close' gives a dtype that depends on data", note="use a.real")


def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Refuse: the size depends on data."""
    raise error("'numpy.trim_zeros' gives a size that depends on data", note="slice with known places")


TABLE = {
    np.angle: angle,
    np.atleast_1d: atleast_1d,
    np.atleast_2d: atleast_2d,
    np.atleast_3d: atleast_3d,
    np.broadcast_arrays: broadcast_arrays,
    np.broadcast_shapes: broadcast_shapes,
    np.broadcast_to: broadcast_to,
    np.copy: copy,
    np.expand_dims: expand_dims,
    np.flip: flip,
    np.fliplr: fliplr,
    np.flipud: flipud,
    np.imag: imag,
    np.matrix_transpose: matrix_transpose,
    np.moveaxis: moveaxis,
    np.ravel: ravel,
    np.real: real,
    np.real_if_close: real_if_close,
    np.repeat: repeat,
    np.reshape: reshape,
    np.resize: resize,
    np.roll: roll,
    np.rollaxis: rollaxis,
    np.rot90: rot90,
    np.squeeze: squeeze,
    np.swapaxes: swapaxes,
    np.tile: tile,
    np.transpose: transpose,
    np.trim_zeros: trim_zeros,
}
