"""Methods of ndarray that do something else than the NumPy function of the same name."""

from collections.abc import Callable
from typing import Any

from ..array import Array
from ..where import error
from .sorting import sort


def sort_in_place(
    array: Array, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> None:
    """Sort an array itself."""
    array[...] = sort(array, axis, kind, order, stable=stable)


def partition_in_place(
    array: Array, kth: Any, axis: int = -1, kind: str = "introselect", order: Any = None
) -> None:
    """Sort an array itself, which partitions it at every place."""
    array[...] = sort(array, axis, order=order)


def resize_in_place(array: Array, *_: Any, **__: Any) -> None:
    """Refuse: other views of the array would have to change."""
    raise error("an array cannot be resized in place", note="use numpy.resize, which gives a new one")


METHODS: dict[str, Callable[..., Any]] = {
    "partition": partition_in_place,
    "resize": resize_in_place,
    "sort": sort_in_place,
}
