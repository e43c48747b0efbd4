"""Arrays from nested lists that hold traced values."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from . import where
from .array import Array
from .elementwise import as_operand, broadcast_to, scalar_value
from .emitter import current_trace
from .promotion import result_type
from .scalar import Size
from .shapes import spelled_shape
from .structured import empty, from_scalars
from .traced import Traced
from .views import Span, View


def from_sequence(values: Sequence[Any], dtype: Any = None) -> Any:
    """Make an array of nested sequences, as `np.array` does: lists of equal length, of numbers or arrays."""
    if not has_traced(values):
        return _ordinary(values, dtype)
    leaves, outer = list(_leaves(values)), _outer_shape(values)
    leaves = [as_operand(leaf) for leaf in leaves]
    kind = np.dtype(dtype) if dtype is not None else result_type(*leaves)
    shapes = [leaf.shape if isinstance(leaf, Array) else () for leaf in leaves]
    if any(not _equal(shape, shapes[0]) for shape in shapes):
        listed = ", ".join(dict.fromkeys(map(spelled_shape, shapes)))
        raise where.error(
            f"the elements of a sequence have different shapes: {listed}", note="make them equal"
        )
    if shapes[0]:
        return _stacked(leaves, outer, kind)
    numbers = [scalar_value(leaf[()] if isinstance(leaf, Array) else leaf, kind) for leaf in leaves]
    return Array.of(from_scalars(numbers, outer), kind, outer)


def has_traced(values: Any) -> bool:
    """Tell whether nested sequences hold a traced value."""
    if isinstance(values, list | tuple):
        return any(has_traced(value) for value in values)
    return isinstance(values, Traced)


def _ordinary(values: Any, dtype: Any) -> Any:
    try:
        array = np.asarray(values, dtype)
    except ValueError as failure:
        raise where.error(
            f"a ragged sequence is no array: {failure}", note="give all rows the same length"
        ) from None
    return Array.constant(array) if array.ndim else array[()]


def _leaves(values: Any) -> Iterator[Any]:
    if not isinstance(values, list | tuple):
        yield values
        return
    for value in values:
        yield from _leaves(value)


def _outer_shape(values: Any) -> tuple[int, ...]:
    if not isinstance(values, list | tuple):
        return ()
    inner = [_outer_shape(value) for value in values]
    if any(shape != inner[0] for shape in inner):
        raise where.error("a ragged sequence is no array", note="give all rows the same length")
    return (len(values), *(inner[0] if inner else ()))


def _equal(left: tuple[Size, ...], right: tuple[Size, ...]) -> bool:
    return len(left) == len(right) and all(
        a == b for a, b in zip(left, right, strict=True) if isinstance(a, int) and isinstance(b, int)
    )


def _stacked(leaves: list[Array], outer: tuple[int, ...], kind: np.dtype[Any]) -> Array:
    inner = leaves[0].shape
    made = Array.of(empty((*outer, *inner), current_trace().element_type(kind)), kind, (*outer, *inner))
    for place, leaf in zip(np.ndindex(*outer), leaves, strict=True):
        spans = (*(Span(at, 1) for at in place), *(Span(0, size) for size in inner))
        axes = tuple(range(len(outer), len(spans)))
        View(made.view.storage, spans, axes).write(broadcast_to(leaf, inner, kind))
    return made
