"""Functions that put arrays together or take them apart."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..where import error
from .operands import as_array, as_arrays, common_dtype, fresh, into, normal_axis, total


def concatenate(
    arrays: Any, axis: int | None = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Copy arrays one after the other along an axis, or flat for axis None."""
    parts = as_arrays(arrays)
    if not parts:
        raise error("'numpy.concatenate': needs at least one array")
    if axis is None:
        from .shaping import ravel

        parts, axis = [ravel(part) for part in parts], 0
    rank = parts[0].ndim
    if rank == 0:
        raise error("'numpy.concatenate': arrays of zero dimensions", note="use numpy.stack")
    axis = normal_axis(axis, rank, "numpy.concatenate")
    kind = np.dtype(dtype) if dtype is not None else common_dtype(parts)
    for part in parts:
        _check(part, parts[0], axis)
    shape = (*parts[0].shape[:axis], total([part.shape[axis] for part in parts]), *parts[0].shape[axis + 1 :])
    made = fresh(shape, None, kind)
    place: Any = 0
    for part in parts:
        end = place + part.shape[axis]
        made[(*(slice(None),) * axis, slice(place, end))] = part
        place = end
    return into(out, made)


def _check(part: Any, first: Any, axis: int) -> None:
    if part.ndim != first.ndim:
        raise error(f"'numpy.concatenate': arrays of {first.ndim} and of {part.ndim} dimensions")
    for place, (a, b) in enumerate(zip(first.shape, part.shape, strict=True)):
        if place != axis and isinstance(a, int) and isinstance(b, int) and a != b:
            raise error(f"'numpy.concatenate': sizes {a} and {b} differ along axis {place}")


def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Put arrays of one shape side by side along a new axis."""
    parts = as_arrays(arrays)
    if not parts:
        raise error("'numpy.stack': needs at least one array")
    if any(part.ndim != parts[0].ndim for part in parts):
        raise error("'numpy.stack': the arrays differ in shape")
    place = normal_axis(axis, parts[0].ndim + 1, "numpy.stack")
    made = fresh(
        (*parts[0].shape[:place], len(parts), *parts[0].shape[place:]),
        None,
        np.dtype(dtype) if dtype is not None else common_dtype(parts),
    )
    for number, part in enumerate(parts):
        _check(part, parts[0], -1)
        made[(*(slice(None),) * place, number)] = part
    return into(out, made)


def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Stack rows."""
    from .shaping import atleast_2d

    return concatenate([atleast_2d(part) for part in as_arrays(tup)], 0, dtype=dtype)


def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Stack columns; vectors one after the other."""
    from .shaping import atleast_1d

    parts = [atleast_1d(part) for part in as_arrays(tup)]
    return concatenate(parts, 0 if parts and parts[0].ndim == 1 else 1, dtype=dtype)


def dstack(tup: Any) -> Any:
    """Stack along the third axis."""
    from .shaping import atleast_3d

    return concatenate([atleast_3d(part) for part in as_arrays(tup)], 2)


def column_stack(tup: Any) -> Any:
    """Stack vectors as columns."""
    parts = as_arrays(tup)
    columns = [
        part if part.ndim > 1 else part.reshape((total([*part.shape]) if part.ndim else 1, 1))
        for part in parts
    ]
    return concatenate(columns, 1)


def block(arrays: Any) -> Any:
    """Assemble an array from nested lists of blocks."""
    depth = _depth(arrays)
    if depth == 0:
        return as_array(arrays).copy()
    rank = max(depth, *(leaf.ndim for leaf in _leaves(arrays)))
    return _block(arrays, depth, rank)


def _depth(arrays: Any) -> int:
    return 1 + max(map(_depth, arrays)) if isinstance(arrays, list) else 0


def _leaves(arrays: Any) -> list[Any]:
    if not isinstance(arrays, list):
        return [as_array(arrays)]
    return [leaf for entry in arrays for leaf in _leaves(entry)]


def _block(arrays: Any, depth: int, rank: int) -> Any:
    if depth == 0:
        part = as_array(arrays)
        return part.reshape((1,) * (rank - part.ndim) + tuple(part.shape))
    return concatenate([_block(entry, depth - 1, rank) for entry in arrays], rank - depth)


def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """Put values behind an array; flat without an axis."""
    from .shaping import ravel

    if axis is None:
        return concatenate([ravel(arr), ravel(values)], 0)
    return concatenate([arr, values], axis)


def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Take views of an array, into parts of about equal size or at the given places."""
    x = as_array(ary)
    axis = normal_axis(axis, x.ndim, "numpy.array_split")
    extent = x.shape[axis]
    if isinstance(indices_or_sections, int | np.integer):
        if not isinstance(extent, int):
            raise error(
                "'numpy.array_split': the size is not known at capture", note="split at places instead"
            )
        count = int(indices_or_sections)
        if count <= 0:
            raise error("'numpy.array_split': number sections must be larger than 0")
        small, rest = divmod(extent, count)
        places = np.cumsum([0] + [small + 1] * rest + [small] * (count - rest)).tolist()
    else:
        places = [0, *(int(place) for place in indices_or_sections), None]
    before = (slice(None),) * axis
    return [x[(*before, slice(a, b))] for a, b in pairwise(places)]


def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Take views of an array in equal parts, or at the given places."""
    x = as_array(ary)
    if isinstance(indices_or_sections, int | np.integer):
        extent = x.shape[normal_axis(axis, x.ndim, "numpy.split")]
        if isinstance(extent, int) and extent % int(indices_or_sections):
            raise error(f"'numpy.split': {extent} does not divide into {indices_or_sections} equal parts")
    return array_split(x, indices_or_sections, axis)


def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split along the second axis; a vector along its own."""
    x = as_array(ary)
    return split(x, indices_or_sections, 1 if x.ndim > 1 else 0)


def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split along the first axis."""
    return split(ary, indices_or_sections, 0)


def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Split along the third axis."""
    return split(ary, indices_or_sections, 2)


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """Take the views along an axis apart."""
    array = as_array(x)
    axis = normal_axis(axis, array.ndim, "numpy.unstack")
    extent = array.shape[axis]
    if not isinstance(extent, int):
        raise error("'numpy.unstack': the size is not known at capture")
    return tuple(array[(*(slice(None),) * axis, place)] for place in range(extent))


def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """Insert values before places known at capture."""
    x, axis = _flat(arr, axis, "numpy.insert")
    extent = _known(x.shape[axis], "numpy.insert")
    if isinstance(obj, int | np.integer):
        return _insert_block(x, int(obj), values, axis, extent)
    places = _places(obj, extent, "numpy.insert", extent + 1)
    order = np.argsort(places, kind="stable")
    new = np.array(places)
    new[order] += np.arange(len(places))
    kept = np.ones(extent + len(places), bool)
    kept[new] = False
    made = fresh((*x.shape[:axis], len(kept), *x.shape[axis + 1 :]), None, x.dtype)
    before = (slice(None),) * axis
    _copy_runs(made, x, before, np.nonzero(kept)[0], np.arange(extent))
    spread = as_array(values)
    from .shaping import broadcast_to

    spread = broadcast_to(spread, (*x.shape[:axis], len(places), *x.shape[axis + 1 :]))
    _copy_runs(made, spread, before, new, np.arange(len(places)))
    return made


def _insert_block(x: Any, place: int, values: Any, axis: int, extent: int) -> Any:
    """Insert at one place: the values may be many, as NumPy moves their first axis to the place."""
    from .shaping import broadcast_to, moveaxis

    if not -extent <= place <= extent:
        raise error(f"'numpy.insert': index {place} is out of range for size {extent}")
    place += extent if place < 0 else 0
    block = as_array(values)
    block = block.reshape((1,) * (x.ndim - block.ndim) + tuple(block.shape))
    block = moveaxis(block, 0, axis)
    shape = (*x.shape[:axis], block.shape[axis], *x.shape[axis + 1 :])
    block = broadcast_to(block, shape).astype(x.dtype)
    before = (slice(None),) * axis
    return concatenate([x[(*before, slice(0, place))], block, x[(*before, slice(place, None))]], axis)


def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """Leave out places known at capture."""
    x, axis = _flat(arr, axis, "numpy.delete")
    extent = _known(x.shape[axis], "numpy.delete")
    kept = np.ones(extent, bool)
    if isinstance(obj, slice):
        kept[obj] = False
    elif isinstance(obj, np.ndarray | list) and np.asarray(obj).dtype == bool:
        kept[np.asarray(obj)] = False
    else:
        kept[_places([obj] if isinstance(obj, int | np.integer) else obj, extent, "numpy.delete", extent)] = (
            False
        )
    rest = np.nonzero(kept)[0]
    made = fresh((*x.shape[:axis], len(rest), *x.shape[axis + 1 :]), None, x.dtype)
    _copy_runs(made, x, (slice(None),) * axis, np.arange(len(rest)), rest)
    return made


def _flat(arr: Any, axis: int | None, name: str) -> tuple[Any, int]:
    from .shaping import ravel

    x = as_array(arr)
    return (ravel(x), 0) if axis is None else (x, normal_axis(axis, x.ndim, name))


def _known(extent: Any, name: str) -> int:
    if not isinstance(extent, int):
        raise error(f"'{name}': the size is not known at capture", note="write the result with slices")
    return extent


def _places(obj: Any, extent: int, name: str, bound: int) -> list[int]:
    try:
        places = [int(place) for place in (range(*obj.indices(extent)) if isinstance(obj, slice) else obj)]
    except TypeError:
        raise error(f"'{name}': the places must be known at capture") from None
    for place in places:
        if not -extent <= place < bound:
            raise error(f"'{name}': index {place} is out of range for size {extent}")
    return [place + extent if place < 0 else place for place in places]


def _copy_runs(made: Any, x: Any, before: Sequence[Any], targets: Any, sources: Any) -> None:
    """Copy elements in runs that are consecutive on both sides."""
    start = 0
    for end in range(1, len(targets) + 1):
        if (
            end == len(targets)
            or targets[end] - targets[start] != end - start
            or sources[end] - sources[start] != end - start
        ):
            count = end - start
            made[(*before, slice(int(targets[start]), int(targets[start]) + count))] = x[
                (*before, slice(int(sources[start]), int(sources[start]) + count))
            ]
            start = end


TABLE = {
    np.append: append,
    np.array_split: array_split,
    np.block: block,
    np.column_stack: column_stack,
    np.concatenate: concatenate,
    np.delete: delete,
    np.dsplit: dsplit,
    np.dstack: dstack,
    np.hsplit: hsplit,
    np.hstack: hstack,
    np.insert: insert,
    np.split: split,
    np.stack: stack,
    np.unstack: unstack,
    np.vsplit: vsplit,
    np.vstack: vstack,
}
