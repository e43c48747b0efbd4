"""The arguments of NumPy functions in one form: arrays, axes, shapes, destinations."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array import Array
from ..elementwise import as_operand as plain_operand
from ..elementwise import dtype_of, scalar_value
from ..emitter import current_trace, number
from ..promotion import is_weak
from ..scalar import Scalar, Size
from ..sizes import plus, product
from ..structured import empty, fill
from ..traced import Traced
from ..where import error

Dtype = np.dtype[Any]


def as_operand(value: Any) -> Any:
    """Give an `Array`, or a `Scalar` for what has no axes."""
    found = plain_operand(value)
    if isinstance(found, Array | Scalar):
        return found
    kind = dtype_of(found)
    return Scalar(scalar_value(found, kind), kind, weak=is_weak(found))


def as_array(value: Any) -> Array:
    """Give an `Array`, of no axes for a number."""
    found = as_operand(value)
    return found if isinstance(found, Array) else found.as_array()


def as_arrays(values: Any) -> list[Array]:
    """Give the arrays of a sequence, or the rows of one array."""
    return [as_array(value) for value in values]


def is_static(*values: Any) -> bool:
    """Tell whether nothing among nested arguments is traced."""
    return not any(
        isinstance(value, Traced) or (isinstance(value, list | tuple) and not is_static(*value))
        for value in values
    )


def fresh(shape: Sequence[Size], value: Any, dtype: Any) -> Array:
    """Make an array that holds `value` everywhere; None leaves it to whoever writes every element."""
    kind = np.dtype(dtype)
    element = current_trace().element_type(kind)
    made = empty(shape, element) if value is None else fill(shape, scalar_value(as_number(value), kind))
    return Array.of(made, kind, tuple(shape))


def as_number(value: Any) -> Any:
    """Take an array of no axes for the number it holds."""
    return value[()] if isinstance(value, Array) else value


def into(out: Any, result: Any) -> Any:
    """Write a result into the destination the user gave, if any, and give that."""
    if out is None:
        return result
    target = out[0] if isinstance(out, tuple) else out
    if not isinstance(target, Array):
        raise error(
            "'out' is an array made outside of the captured function",
            note="create it inside, or pass it as an argument",
        )
    if tuple(target.shape) != tuple(result.shape) and all(
        isinstance(n, int) for n in (*target.shape, *result.shape)
    ):
        raise error(f"'out' has shape {tuple(target.shape)}, the result {tuple(result.shape)}")
    target[...] = result
    return target


def normal_axis(axis: Any, rank: int, name: str) -> int:
    """Count an axis from the front; one out of bounds is a `CaptureError`."""
    if isinstance(axis, Traced):
        raise error(f"'{name}': the axis must be known at capture", note="name it in 'static='")
    try:
        place = int(axis)
    except TypeError:
        raise error(f"'{name}': '{axis}' is no axis") from None
    if not -rank <= place < rank:
        raise error(f"'{name}': axis {place} is out of bounds for array of dimension {rank}")
    return place % rank


def normal_axes(axis: Any, rank: int, name: str) -> tuple[int, ...]:
    """Count axes from the front; None means all of them."""
    if axis is None:
        return tuple(range(rank))
    listed = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    axes = tuple(normal_axis(one, rank, name) for one in listed)
    if len(set(axes)) != len(axes):
        raise error(f"'{name}': duplicate value in 'axis'")
    return axes


def total(sizes: Sequence[Size]) -> Size:
    """Add sizes."""
    found: Size = 0
    for size in sizes:
        found = plus(found, size)
    return found


def total_size(x: Array, axes: Sequence[int]) -> Size:
    """Count the elements along axes."""
    return product([x.shape[axis] for axis in axes])


def common_dtype(parts: Sequence[Array]) -> Dtype:
    """Give the dtype that arrays promote to."""
    return np.result_type(*(part.dtype for part in parts))


def conjugate(x: Array) -> Array:
    """Give the complex conjugate; real numbers are their own."""
    return as_array(np.conjugate(x)) if x.dtype.kind == "c" else x


def typed_number(value: Any, dtype: Any) -> Any:
    """Emit a number as an SSA value of a dtype."""
    return number(value, current_trace().element_type(np.dtype(dtype)))
