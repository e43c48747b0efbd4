"""Evenly spaced numbers."""

from typing import Any

import numpy as np

from ..array import Array
from ..elements import convert, real_dtype
from ..elementwise import scalar_value
from ..promotion import result_type
from ..reshaping import as_shape
from ..scalar import Size
from ..where import error
from .indices import from_places
from .operands import as_array, as_operand, is_static

_MANY = 16
"""Sequences longer than this are computed where they are used, instead of read from a constant."""


def arange(*bounds: Any, dtype: Any = None, device: Any = None, like: Any = None, **names: Any) -> Array:
    """Make evenly spaced numbers of the half-open interval [start, stop)."""
    start, stop, step, dtype = _interval(list(bounds), names, dtype)
    if is_static(start, stop, step):
        compute: Any = np.arange
        values = compute(start, stop, step, dtype)
        return _sequence(values)
    return _traced_range(start, stop, step, dtype)


def _interval(bounds: list[Any], names: dict[str, Any], dtype: Any) -> tuple[Any, Any, Any, Any]:
    if len(bounds) == 4:
        dtype = bounds.pop()
    unknown = set(names) - {"start", "stop", "step"}
    if unknown:
        raise error(f"'numpy.arange': keyword '{unknown.pop()}' is not supported")
    named = {"start": None, "stop": None, "step": None, **names}
    for key, value in zip(("start", "stop", "step"), bounds, strict=False):
        named[key] = value
    start, stop, step = named["start"], named["stop"], named["step"]
    if stop is None:
        start, stop = 0, start
    return 0 if start is None else start, stop, 1 if step is None else step, dtype


def _sequence(values: "np.ndarray[Any, Any]") -> Array:
    """Make a sequence as NumPy computed it: from its places where they give exactly these numbers."""
    if values.size > _MANY and values.dtype.kind in "iu":
        first, step = int(values[0]), int(values[1]) - int(values[0])
        return _linear(values.shape[0], first, step, values.dtype)
    return Array.constant(values).copy()


def _linear(count: Size, first: Any, step: Any, kind: "np.dtype[Any]") -> Array:
    from ..ufunc_bodies import BODIES

    integer = np.dtype(np.int64)
    wide = integer if kind.kind in "iub" else kind
    start, by = scalar_value(first, wide), scalar_value(step, wide)
    add, multiply = BODIES[np.add](wide, wide, wide), BODIES[np.multiply](wide, wide, wide)

    def body(place: Any) -> Any:
        return convert(add(multiply(convert(place, integer, wide), by), start), wide, kind)

    return from_places((count,), kind, body)


def _traced_range(start: Any, stop: Any, step: Any, dtype: Any) -> Array:
    kind = np.dtype(dtype) if dtype is not None else result_type(start, stop, step)
    if kind.kind in "iu" and isinstance(step, int | np.integer) and int(step) == 1:
        from ..keys import as_index
        from ..sizes import at_least, minus

        return _linear(at_least(minus(as_index(stop), as_index(start)), 0), start, 1, kind)
    raise error(
        "'numpy.arange' with a step and bounds that only the run knows has a size that depends on data",
        note="use numpy.linspace(start, stop, count), or start + step * numpy.arange(count)",
    )


def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Make `num` evenly spaced numbers from start to stop."""
    if is_static(start, stop, num):
        compute: Any = np.linspace
        values, step = compute(start, stop, num, endpoint, True, dtype, axis)
        made = Array.constant(np.ascontiguousarray(values)).copy()
        return (made, step) if retstep else made
    low, high = as_operand(start), as_operand(stop)
    wide = np.result_type(low.dtype, high.dtype, np.float64)
    kind = wide if dtype is None else np.dtype(dtype)
    low, high = low.astype(wide), high.astype(wide)
    count = as_shape(num)[0]
    parts = count - 1 if endpoint else count
    step = (high - low) / (parts if not isinstance(parts, int) or parts else np.nan)
    places = arange(count, dtype=real_dtype(wide))
    rank = max(getattr(low, "ndim", 0), getattr(high, "ndim", 0))
    places = places.reshape((count, *(1,) * rank))
    made = places * step + low if not isinstance(parts, int) or parts else low + places * 0
    made = as_array(made)
    if endpoint and not (isinstance(count, int) and count <= 1):
        made = made.copy()
        made[-1] = high
    if kind.kind in "iu":
        made = as_array(np.floor(made))
    from .shaping import moveaxis

    made = moveaxis(made.astype(kind), 0, axis) if axis else made.astype(kind)
    return (made, step) if retstep else made


def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Make numbers evenly spaced on a logarithmic scale."""
    if is_static(start, stop, num, base):
        return Array.constant(
            np.ascontiguousarray(np.logspace(start, stop, num, endpoint, base, dtype, axis))
        ).copy()
    made = np.power(base, linspace(start, stop, num, endpoint, axis=axis))
    return made if dtype is None else made.astype(dtype)


def geomspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """Make numbers whose neighbours have one ratio."""
    if is_static(start, stop, num):
        return Array.constant(
            np.ascontiguousarray(np.geomspace(start, stop, num, endpoint, dtype, axis))
        ).copy()
    low, high = as_operand(start), as_operand(stop)
    sign = np.sign(low)
    exponents = linspace(np.log10(low / sign), np.log10(high / sign), num, endpoint, axis=axis)
    made = sign * np.power(10.0, exponents)
    return made if dtype is None else made.astype(dtype)


TABLE = {
    np.arange: arange,
    np.geomspace: geomspace,
    np.linspace: linspace,
    np.logspace: logspace,
}
