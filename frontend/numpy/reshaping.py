"""`reshape`: the shapes it takes and whether the result is a view."""

from collections.abc import Sequence
from typing import Any

from . import where
from .array import Array
from .scalar import Scalar, Size, linear_of, same_size
from .shapes import spelled_shape
from .sizes import product


def reshaped(array: Array, shape: Any, order: str = "C", copy: bool | None = None) -> Array:
    """Give the array in another shape; one size may be -1."""
    wanted = as_shape(shape)
    if order == "F":
        return reshaped(array.T, tuple(reversed(_resolved(array, wanted))), "C", copy).T
    sizes = _resolved(array, wanted)
    source = array.copy() if copy else array
    return source.view_as(sizes)


def as_shape(shape: Any) -> tuple[Size, ...]:
    """Take a size or a sequence of sizes, each an int or an integer `Scalar`."""
    sizes = shape if isinstance(shape, Sequence) else (shape,)
    return tuple(as_size(size) for size in sizes)


def as_size(size: Any) -> Size:
    """Take one size; constant `Scalar`s become plain ints."""
    if not isinstance(size, Scalar):
        return size.__index__()
    if size.dtype.kind not in "iu":
        raise where.error(f"'{size!r}' is no size: expected an integer")
    from .elementwise import cast

    linear = linear_of(size)
    return linear.constant if linear.is_constant else cast(size, "int64") if size.dtype != "int64" else size


def _resolved(array: Array, sizes: tuple[Size, ...]) -> tuple[Size, ...]:
    unknown = [place for place, size in enumerate(sizes) if isinstance(size, int) and size == -1]
    rest = [size for place, size in enumerate(sizes) if place not in unknown]
    total = array.size
    if len(unknown) > 1:
        raise where.error("can only specify one unknown dimension")
    if not unknown:
        if isinstance(total, int) and all(isinstance(n, int) for n in rest) and product(rest) != total:
            raise _cannot(array, sizes)
        return sizes
    found = _quotient(array, list(array.shape), rest)
    if found is None:
        raise _cannot(array, sizes)
    return (*sizes[: unknown[0]], found, *sizes[unknown[0] + 1 :])


def _quotient(array: Array, have: list[Size], rest: list[Size]) -> Size | None:
    """Divide the number of elements by the other sizes: equal sizes cancel first."""
    left, right = list(have), []
    for size in rest:
        match = next((i for i, other in enumerate(left) if same_size(size, other)), None)
        if match is None:
            right.append(size)
        else:
            del left[match]
    above, below = product(left), product(right)
    if isinstance(above, int) and isinstance(below, int):
        return above // below if below and above % below == 0 else None
    return above if isinstance(below, int) and below == 1 else above // below


def _cannot(array: Array, sizes: tuple[Size, ...]) -> Exception:
    return where.error(
        f"cannot reshape array of shape {spelled_shape(array.shape)} into shape {spelled_shape(sizes)}"
    )
