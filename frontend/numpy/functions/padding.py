"""`numpy.pad`: every mode whose values follow from the edges, one axis after the other."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..where import error
from .joining import concatenate
from .operands import as_array, fresh

_BY_INDEX = ("edge", "reflect", "symmetric", "wrap")
_BY_STATISTIC = {"maximum": "max", "mean": "mean", "minimum": "min", "median": "median"}
_KEYWORDS = {
    "constant": ("constant_values",),
    "linear_ramp": ("end_values",),
    "empty": (),
    **{mode: ("reflect_type",) if mode in ("reflect", "symmetric") else () for mode in _BY_INDEX},
    **dict.fromkeys(_BY_STATISTIC, ("stat_length",)),
}


def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """Surround an array; `mode` is one of NumPy's names, or a function only in NumPy."""
    x = as_array(array)
    if mode not in _KEYWORDS:
        raise error(
            f"'numpy.pad': unknown mode '{mode}'", note=f"use one of {', '.join(map(repr, _KEYWORDS))}"
        )
    for name in options:
        if name not in _KEYWORDS[mode]:
            raise error(f"'numpy.pad': mode '{mode}' has no keyword '{name}'")
    if options.pop("reflect_type", "even") != "even":
        raise error("'numpy.pad': reflect_type 'odd' is not supported", note="subtract from twice the edge")
    widths = _pairs(pad_width, x.ndim)
    if mode in ("constant", "empty"):
        return _constant(x, widths, _pairs(options.get("constant_values", 0), x.ndim))
    values = _pairs(next(iter(options.values()), None), x.ndim)
    for axis, (before, after) in enumerate(widths):
        if before or after:
            x = _along(x, axis, (before, after), str(mode), values[axis])
    return x if any(map(any, widths)) else x.copy()


def _pairs(value: Any, rank: int) -> list[tuple[Any, Any]]:
    """Broadcast `3`, `(1, 2)`, `((1, 2), (3, 4))` or a dict by axis to one pair for each axis."""
    if isinstance(value, dict):
        table: list[tuple[Any, Any]] = [(0, 0)] * rank
        for axis, entry in value.items():
            table[axis] = (entry, entry) if np.ndim(entry) == 0 else tuple(entry)
        return table
    if value is None or np.ndim(value) == 0:
        return [(value, value)] * rank
    rows = [tuple(row) if isinstance(row, tuple | list | np.ndarray) else row for row in value]
    if all(not isinstance(row, tuple) for row in rows):
        pair = rows * 2 if len(rows) == 1 else rows
        return [(pair[0], pair[1])] * rank
    rows = [row * 2 if len(row) == 1 else row for row in rows]
    if len(rows) not in (1, rank):
        raise error(f"'numpy.pad': {len(rows)} pairs of widths for an array of {rank} dimensions")
    return rows * rank if len(rows) == 1 else rows


def _constant(x: Any, widths: Sequence[tuple[Any, Any]], values: Sequence[tuple[Any, Any]]) -> Any:
    shape = tuple(n + before + after for n, (before, after) in zip(x.shape, widths, strict=True))
    same = all(value is values[0][0] or value == values[0][0] for pair in values for value in pair)
    made = fresh(shape, values[0][0] if same else 0, x.dtype)
    box = tuple(slice(before, before + n) for n, (before, _) in zip(x.shape, widths, strict=True))
    made[box] = x
    if not same:
        _fill_sides(made, x.shape, widths, values)
    return made


def _fill_sides(made: Any, inner: Sequence[Any], widths: Sequence[Any], values: Sequence[Any]) -> None:
    """Write the sides axis by axis: a later axis owns the corners, as in NumPy."""
    for axis, ((before, after), (low, high)) in enumerate(zip(widths, values, strict=True)):
        rest = (slice(None),) * axis
        if before:
            made[(*rest, slice(0, before))] = low
        if after:
            made[(*rest, slice(before + inner[axis], None))] = high


def _along(x: Any, axis: int, widths: tuple[int, int], mode: str, values: tuple[Any, Any]) -> Any:
    if mode in _BY_INDEX:
        return _by_index(x, axis, widths, mode)
    if mode == "linear_ramp":
        sides = [
            _ramp(x, axis, width, end, first)
            for width, end, first in zip(widths, values, (True, False), strict=True)
        ]
    else:
        sides = [
            _statistic(x, axis, width, mode, length, first)
            for width, length, first in zip(widths, values, (True, False), strict=True)
        ]
    return concatenate([side for side in (sides[0], x, sides[1]) if side is not None], axis=axis)


def _by_index(x: Any, axis: int, widths: tuple[int, int], mode: str) -> Any:
    """Assemble the axis from slices of itself: NumPy pads the list of indices, its runs are the slices."""
    extent = x.shape[axis]
    if not isinstance(extent, int):
        raise error(f"'numpy.pad': mode '{mode}' needs a size known at capture", note="use mode 'constant'")
    order = np.pad(np.arange(extent), widths, mode=mode)  # type: ignore[call-overload]
    return concatenate([_run(x, axis, *run) for run in runs(order)], axis=axis)


def runs(order: "np.ndarray[Any, Any]") -> list[tuple[int, int, int]]:
    """Cut a list of indices into runs `(first, count, step)` with a step of 1, -1 or 0."""
    found: list[tuple[int, int, int]] = []
    place = 0
    while place < len(order):
        steps = np.diff(order[place:])
        step = int(steps[0]) if len(steps) and abs(steps[0]) <= 1 else 1
        differs = np.nonzero(steps != step)[0]
        count = int(differs[0]) + 1 if len(differs) else len(order) - place
        found.append((int(order[place]), count, step if count > 1 else 1))
        place += count
    return found


def _run(x: Any, axis: int, first: int, count: int, step: int) -> Any:
    rest = (slice(None),) * axis
    if step == 0:
        from .shaping import broadcast_to

        part = x[(*rest, slice(first, first + 1))]
        return broadcast_to(part, (*part.shape[:axis], count, *part.shape[axis + 1 :]))
    if step == 1:
        return x[(*rest, slice(first, first + count))]
    stop = first - count
    return x[(*rest, slice(first, stop if stop >= 0 else None, -1))]


def _edge(x: Any, axis: int, first: bool) -> Any:
    return x[(*(slice(None),) * axis, slice(0, 1) if first else slice(-1, None))]


def _ramp(x: Any, axis: int, width: int, end: Any, first: bool) -> Any:
    """Lead from the edge to `end`, which the outermost element has."""
    if not width:
        return None
    steps = np.arange(width, dtype=np.float64)
    if not first:
        steps = steps[::-1]
    places = np.ascontiguousarray(steps.reshape([-1 if place == axis else 1 for place in range(x.ndim)]))
    end = 0 if end is None else end
    ramp = places * ((_edge(x, axis, first) - end) / width) + end
    return (np.floor(ramp) if x.dtype.kind in "iu" else ramp).astype(x.dtype)


def _statistic(x: Any, axis: int, width: int, mode: str, length: Any, first: bool) -> Any:
    if not width:
        return None
    from ..dispatch import implementation

    statistic: Callable[..., Any] = implementation(getattr(np, _BY_STATISTIC[mode]))
    rest = (slice(None),) * axis
    if length is not None and length < x.shape[axis]:
        x_part = x[(*rest, slice(0, length) if first else slice(x.shape[axis] - length, None))]
    else:
        x_part = x
    value = statistic(x_part, axis=axis, keepdims=True)
    if x.dtype.kind in "iu" and mode in ("mean", "median"):
        value = np.rint(value)
    from .shaping import broadcast_to

    value = value.astype(x.dtype)
    return broadcast_to(value, (*value.shape[:axis], width, *value.shape[axis + 1 :]))


TABLE = {np.pad: pad}
