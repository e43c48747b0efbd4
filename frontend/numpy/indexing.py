"""Reading and writing `a[key]`."""

from typing import Any

import numpy as np

from . import where
from .array import Array
from .elementwise import as_operand, broadcast_to, scalar_value
from .gathering import gather
from .keys import Key, as_index, parse
from .masked import read_masked, write_masked
from .scalar import Scalar, Size, same_size
from .scattering import scatter
from .sizes import at_least, at_most, ceil_divided, minus, plus, times, wrapped
from .views import Span, View


def read(array: Array, key: Any) -> Any:
    """Give `array[key]`: a view, an element, or a copy, as NumPy does."""
    parsed = parse(key, array)
    if parsed.mask is not None:
        return read_masked(Array(_mask_first(array.view, parsed)), parsed.mask)
    view = basic(array.view, parsed.basic)
    if parsed.arrays:
        return gather(Array(view), parsed.arrays, parsed.place)
    if view.axes or parsed.has_ellipsis:
        return Array(view)
    return Scalar(view.element(), array.dtype)


def write(array: Array, key: Any, value: Any) -> None:
    """Do `array[key] = value`."""
    parsed = parse(key, array)
    if parsed.mask is not None:
        write_masked(Array(_mask_first(array.view, parsed)), parsed.mask, value)
        return
    view, value = basic(array.view, parsed.basic), as_operand(value)
    if parsed.arrays:
        scatter(Array(view), parsed.arrays, parsed.place, value)
    elif isinstance(value, Array) and view.same_as(value.view):
        return  # what an augmented assignment has written already
    elif not view.axes:
        view.write_element(_element(value, array.dtype))
    else:
        view.write(broadcast_to(value, view.shape, array.dtype))


def _mask_first(view: View, parsed: Key) -> View:
    """Select what the key's other items say, the axes under the mask brought to the front."""
    assert parsed.mask is not None
    chosen = basic(view, parsed.basic)
    covered = list(range(parsed.place, parsed.place + parsed.mask.ndim))
    others = [axis for axis in range(len(chosen.axes)) if axis not in covered]
    return chosen.transposed([*covered, *others])


def _element(value: Any, dtype: np.dtype[Any]) -> Any:
    if isinstance(value, Array):
        if not all(same_size(size, 1) for size in value.shape):
            raise where.error("setting an array element with a sequence")
        value = value[(0,) * value.ndim] if value.ndim else Scalar(value.view.element(), value.dtype)
    return scalar_value(value, dtype)


def basic(view: View, items: list[Any]) -> View:
    """Apply integers, slices and new axes."""
    spans, place = list(view.spans), 0
    axes: list[int | None] = []
    for item in items:
        if item is None:
            axes.append(None)
            continue
        axis = view.axes[place]
        span = Span(0, 1) if axis is None else spans[axis]
        chosen = _slice(item, span) if isinstance(item, slice) else _integer(item, span, place)
        if isinstance(item, slice):
            axes.append(axis)
        if axis is not None:
            spans[axis] = chosen
        elif not same_size(chosen.size, 1):
            raise where.error(
                "a slice of a new axis that may be empty", note="slice the array first, then add the axis"
            )
        place += 1
    return View(view.base, tuple(spans), tuple(axes))


def _integer(item: Any, span: Span, axis: int) -> Span:
    place = as_index(item)
    return Span(plus(span.offset, times(in_range(place, span.size, axis), span.step)), 1)


def in_range(place: Size, size: Size, axis: int) -> Size:
    """Give an index counted from the front; one that is certainly outside is a `CaptureError`."""
    if isinstance(place, int) and isinstance(size, int):
        if not -size <= place < size:
            raise where.error(f"index {place} is out of bounds for axis {axis} with size {size}")
        return place % size
    return at_most(at_least(wrapped(place, size), 0), minus(size, 1))


def _slice(item: slice, span: Span) -> Span:
    start, count, step = resolved(item, span.size)
    return Span(plus(span.offset, times(start, span.step)), count, span.step * step)


def resolved(item: slice, size: Size) -> tuple[Size, Size, int]:
    """Give first index, number of indices and step of a slice over an axis."""
    step = 1 if item.step is None else item.step
    if isinstance(step, Scalar):
        raise where.error("the step of a slice must be known while the function is captured")
    step = step.__index__()
    if step == 0:
        raise where.error("slice step cannot be zero")
    start = None if item.start is None else as_index(item.start)
    stop = None if item.stop is None else as_index(item.stop)
    if not any(isinstance(bound, Scalar) for bound in (start, stop, size)):
        chosen = range(*slice(start, stop, step).indices(size))
        return (chosen.start if len(chosen) else 0), len(chosen), step
    if step > 0:
        first = 0 if start is None else _bound(start, size, 0, size)
        last = size if stop is None else _bound(stop, size, 0, size)
        return first, ceil_divided(at_least(minus(last, first), 0), step), step
    end = minus(size, 1)
    first = end if start is None else _bound(start, size, -1, end)
    last = -1 if stop is None else _bound(stop, size, -1, end)
    return first, ceil_divided(at_least(minus(first, last), 0), -step), step


def _bound(place: Size, size: Size, low: int, high: Size) -> Size:
    return at_most(at_least(wrapped(place, size), low), high)
