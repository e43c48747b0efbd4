"""Choosing elements: by conditions, by indices, by lists of functions."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..traced import Traced
from ..where import error
from .choosing import chosen
from .operands import as_array, as_operand, into, normal_axis


def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """Choose between two operands, elementwise; with the condition alone the number of results depends on data."""
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise error("'numpy.where': either both or neither of x and y should be given")
    return chosen(condition, x, y)


def nonzero(a: Any) -> Any:
    """Refuse: how many indices there are depends on data."""
    raise error(
        "'numpy.nonzero' gives a result whose size depends on data: only the run knows it",
        note="use numpy.where(condition, x, y), or a mask: a[mask] = value, numpy.sum(a, where=mask)",
    )


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Choose from the first operand whose condition holds."""
    if len(condlist) != len(choicelist):
        raise error(
            f"'numpy.select': {len(condlist)} conditions for {len(choicelist)} choices",
            note="give one for each",
        )
    if not condlist:
        raise error("'numpy.select': select with an empty condition list is not possible")
    choices = [as_operand(choice) for choice in (*choicelist, default)]
    kind = np.result_type(
        *(choice if _is_weak(choice) else choice.dtype for choice in (*choicelist, default))
    )
    found = choices[-1].astype(kind)
    for condition, choice in zip(reversed(condlist), reversed(choices[:-1]), strict=True):
        found = chosen(condition, choice.astype(kind), found)
    return found


def _is_weak(value: Any) -> bool:
    return isinstance(value, int | float | complex) and not isinstance(value, np.generic)


def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """Choose, elementwise, from the operand whose number `a` holds."""
    index = as_operand(a)
    table = [as_operand(choice) for choice in choices]
    index = bounded(index, len(table), mode)
    kind = np.result_type(*(choice.dtype for choice in table))
    found = table[-1].astype(kind)
    for number in reversed(range(len(table) - 1)):
        found = chosen(np.equal(index, number), table[number].astype(kind), found)
    return into(out, found)


def bounded(index: Any, extent: Any, mode: str) -> Any:
    """Treat indices that are out of range as the mode says."""
    if mode == "wrap":
        return np.mod(index, extent)
    if mode == "clip":
        return np.minimum(np.maximum(index, 0), extent - 1)
    if mode != "raise":
        raise error(f"unknown mode '{mode}': expected 'raise', 'wrap' or 'clip'")
    return index


def take(a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise") -> Any:
    """Take elements along an axis, from the flat array without one; always a copy."""
    from .shaping import ravel

    x = as_array(a)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normal_axis(axis, x.ndim, "numpy.take")
    places: Any = indices if isinstance(indices, Traced) else np.asarray(indices, dtype=np.intp)
    places = bounded(places, x.shape[axis], mode)
    if isinstance(places, np.ndarray) and places.ndim == 0:
        places = int(places)
    found = x[(*(slice(None),) * axis, places)]
    return into(out, found.copy() if getattr(found, "ndim", 0) else found)


def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """Take, at each place, the element along the axis that `indices` names there."""
    x, places, axis = along(arr, indices, axis)
    return x[grid(x, places, axis)]


def along(arr: Any, indices: Any, axis: int | None) -> tuple[Any, Any, int]:
    """Bring array, indices and axis into one form."""
    x, places = as_array(arr), as_array(indices)
    if axis is None:
        return x.reshape((x.size,)), places, 0
    if places.ndim != x.ndim:
        raise error("'numpy.take_along_axis': 'indices' and 'arr' must have the same number of dimensions")
    return x, places, normal_axis(axis, x.ndim, "numpy.take_along_axis")


def grid(x: Any, places: Any, axis: int) -> tuple[Any, ...]:
    """Complete the indices of one axis to those of all."""
    from .ranges import arange

    rank = places.ndim
    return tuple(
        places
        if dimension == axis
        else arange(x.shape[dimension]).reshape(tuple(-1 if d == dimension else 1 for d in range(rank)))
        for dimension in range(rank)
    )


def clip(
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    out: Any = None,
    *,
    min: Any = None,
    max: Any = None,
    **options: Any,
) -> Any:
    """Bound elements from below and above."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    for name in options:
        if name not in ("dtype",):
            raise error(f"'numpy.clip': keyword '{name}' is not supported")
    found = as_operand(a)
    if low is not None:
        found = np.maximum(found, low)
    if high is not None:
        found = np.minimum(found, high)
    if low is None and high is None:
        found = np.positive(found)
    return into(out, found if options.get("dtype") is None else found.astype(options["dtype"]))


def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """Apply, where a condition holds, the function or value beside it; the last such one wins."""
    array = as_array(x)
    conditions = list(condlist) if isinstance(condlist, list | tuple) else [condlist]
    found: Any = np.zeros((), array.dtype)
    functions = list(funclist)
    if len(functions) == len(conditions) + 1:
        found = _piece(functions.pop(), array, args, kw)
    if len(functions) != len(conditions):
        raise error(f"'numpy.piecewise': {len(conditions)} conditions for {len(funclist)} functions")
    for condition, function in zip(conditions, functions, strict=True):
        found = chosen(condition, as_operand(_piece(function, array, args, kw)).astype(array.dtype), found)
    return as_operand(found).astype(array.dtype)


def _piece(function: Any, x: Any, args: Any, kw: Any) -> Any:
    if not callable(function):
        return function
    from ..calls import call

    made: Callable[..., Any] = call
    return made(function, x, *args, **kw)


def compress(condition: Any, a: Any, axis: int | None = None, out: Any = None) -> Any:
    """Take the slices where a condition known at capture holds."""
    if isinstance(condition, Traced):
        return nonzero(condition)
    return take(a, np.nonzero(np.asarray(condition))[0], axis, out)


TABLE = {
    np.choose: choose,
    np.clip: clip,
    np.compress: compress,
    np.flatnonzero: nonzero,
    np.nonzero: nonzero,
    np.piecewise: piecewise,
    np.select: select,
    np.take: take,
    np.take_along_axis: take_along_axis,
    np.where: where,
}
