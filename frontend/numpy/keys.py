"""What stands between the brackets of `a[…]`, sorted into slices, integers, arrays of integers and masks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import where
from .array import Array
from .elementwise import as_operand
from .scalar import Scalar, Size
from .sequences import has_traced
from .shapes import spelled_shape


@dataclass(frozen=True)
class Key:
    """Hold a key in two steps: `basic` items, one per axis and new axis, then arrays of indices or a mask.

    `arrays` pairs an axis of what the basic items give with an array of integers for it. Their result's axes stand
    at `place`. A traced `mask` covers the axes from `place` on.
    """

    basic: list[Any]
    has_ellipsis: bool
    arrays: tuple[tuple[int, Any], ...] = ()
    place: int = 0
    mask: Array | None = None


def parse(key: Any, array: Array) -> Key:
    """Sort a key for an array."""
    items = [_item(item) for item in (key if isinstance(key, tuple) else (key,))]
    items = [one for item in items for one in _unmasked(item)]
    items, has_ellipsis = _expanded(items, array.ndim)
    masks = [item for item in items if _is_mask(item)]
    if masks:
        return _with_mask(items, masks, array, has_ellipsis)
    if not any(isinstance(item, Array | np.ndarray) for item in items):
        return Key(items, has_ellipsis)
    return _with_arrays(items, has_ellipsis)


def _item(item: Any) -> Any:
    """Bring one item into the form of an int, a slice, None, Ellipsis, an ordinary array or an `Array`."""
    if item is None or item is Ellipsis or isinstance(item, slice | Scalar):
        return item
    if isinstance(item, bool | np.bool_):
        raise where.error("a boolean scalar is no index", note="use np.where, or an 'if' on a static value")
    if isinstance(item, Array):
        return _without_axes(item) if not item.ndim else _checked(item)
    if isinstance(item, np.ndarray):
        return _ordinary(item)
    if isinstance(item, list | tuple | range):
        return _checked(as_operand(list(item))) if has_traced(item) else _ordinary(np.asarray(item))
    return as_index(item)


def _ordinary(item: "np.ndarray[Any, Any]") -> Any:
    if not item.size and item.dtype == np.float64:
        return item.astype(np.int64)
    return _checked(item) if item.ndim else as_index(_checked(item)[()])


def _without_axes(item: Array) -> Scalar:
    return Scalar(item.view.element(), item.dtype)


def _checked(item: Any) -> Any:
    if item.dtype.kind not in "iub":
        raise where.error(f"arrays used as indices must be of integer or boolean type, got {item.dtype}")
    return item


def as_index(item: Any) -> Size:
    """Take an integer, traced or not."""
    if isinstance(item, Scalar):
        if item.dtype.kind not in "iu":
            raise where.error(
                f"{item!r} is no index: expected an integer", note="convert it with astype(int)"
            )
        return item if item.dtype == np.int64 else item.astype(np.int64)
    try:
        return int(item.__index__())
    except (AttributeError, TypeError):
        raise where.error(
            f"an object of type '{type(item).__name__}' is no index",
            note="expected integers, slices, np.newaxis, '...', integer or boolean arrays",
        ) from None


def _is_mask(item: Any) -> bool:
    return isinstance(item, Array | np.ndarray) and item.dtype.kind == "b"


def _unmasked(item: Any) -> Sequence[Any]:
    """Replace a mask that is known by the places where it holds; their number is known, too."""
    return np.nonzero(item) if isinstance(item, np.ndarray) and item.dtype.kind == "b" else [item]


def _expanded(items: Sequence[Any], rank: int) -> tuple[list[Any], bool]:
    """Let the Ellipsis stand for as many slices as are missing."""
    used = sum(item.ndim if _is_mask(item) else item is not None and item is not Ellipsis for item in items)
    if used > rank:
        raise where.error(f"too many indices for array: array is {rank}-dimensional, but {used} were indexed")
    ellipses = [place for place, item in enumerate(items) if item is Ellipsis]
    if len(ellipses) > 1:
        raise where.error("an index can only have a single ellipsis ('...')")
    rest = [slice(None)] * (rank - used)
    if not ellipses:
        return [*items, *rest], False
    return [*items[: ellipses[0]], *rest, *items[ellipses[0] + 1 :]], True


def _with_mask(items: list[Any], masks: list[Array], array: Array, has_ellipsis: bool) -> Key:
    others = [item for item in items if isinstance(item, Array | np.ndarray) and not _is_mask(item)]
    if len(masks) > 1 or others:
        raise where.error(
            "a mask that only the run knows cannot be combined with other arrays in one index",
            note="use np.where, or index in two steps",
        )
    place = next(place for place, item in enumerate(items) if _is_mask(item))
    mask = masks[0]
    before = items[:place]
    axis = sum(item is not None for item in before)
    covered = array.shape[axis : axis + mask.ndim]
    if any(
        isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(mask.shape, covered, strict=True)
    ):
        raise where.error(
            f"boolean index of shape {spelled_shape(mask.shape)} does not match the indexed axes, "
            f"{spelled_shape(covered)}"
        )
    shown = sum(item is None or isinstance(item, slice) for item in before)
    basic = [*before, *[slice(None)] * mask.ndim, *items[place + 1 :]]
    return Key(basic, has_ellipsis, place=shown, mask=mask)


def _with_arrays(items: list[Any], has_ellipsis: bool) -> Key:
    """Find the axes the arrays index, and where NumPy puts the result's: integers count as arrays here."""
    kinds = ["s" if item is None or isinstance(item, slice) else "a" for item in items]
    first = kinds.index("a")
    together = "s" not in kinds[first : len(kinds) - kinds[::-1].index("a")]
    basic, arrays, shown = [], [], 0
    place = kinds[:first].count("s") if together else 0
    for item in items:
        if isinstance(item, Array | np.ndarray):
            basic.append(slice(None))
            arrays.append((shown, item))
            shown += 1
        else:
            basic.append(item)
            shown += item is None or isinstance(item, slice)
    return Key(basic, has_ellipsis, tuple(arrays), place)
