"""Functions that write into an array they are given."""

from typing import Any

import numpy as np

from ..array import Array
from ..traced import Traced
from ..where import error
from .choosing import chosen
from .operands import as_array, as_operand
from .selection import along, bounded, grid


def _target(a: Any, name: str) -> Array:
    if not isinstance(a, Array):
        raise error(
            f"'{name}' writes into an array made outside of the captured function",
            note="create it inside, or pass it as an argument",
        )
    return a


def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    """Write, at each place, the element along the axis that `indices` names there."""
    x, places, axis = along(_target(arr, "numpy.put_along_axis"), indices, axis)
    x[grid(x, places, axis)] = values


def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Write elements of the flat array; values repeat when they are fewer."""
    x = _target(a, "numpy.put")
    places = ind if isinstance(ind, Traced) else np.asarray(ind, dtype=np.intp).reshape(-1)
    places = as_array(bounded(places, x.size, mode)).reshape((-1,))
    values = as_array(v).reshape((-1,))
    if values.shape[0] != places.shape[0]:
        from .joining import concatenate

        count = -(-places.shape[0] // values.shape[0])
        values = concatenate([values] * count)[: places.shape[0]]
    flat = x.reshape((x.size,))
    flat[places] = values
    if flat.view.storage is not x.view.storage:
        x[...] = flat.reshape(x.shape)


def putmask(a: Any, mask: Any, values: Any) -> None:
    """Write where the mask holds; the values have the array's shape, or are one number."""
    x, new = _target(a, "numpy.putmask"), as_operand(values)
    if getattr(new, "ndim", 0) and tuple(new.shape) != tuple(x.shape):
        raise error("'numpy.putmask': values of another shape than the array", note="use a[mask] = value")
    x[...] = chosen(mask, new.astype(x.dtype), x)


def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Copy into an array, where the mask holds."""
    x = _target(dst, "numpy.copyto")
    if where is True:
        x[...] = src
    else:
        x[...] = chosen(where, as_operand(src).astype(x.dtype), x)


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write the main diagonal in place."""
    from .ranges import arange

    x = _target(a, "numpy.fill_diagonal")
    sizes = set(x.shape)
    if x.ndim < 2 or (x.ndim > 2 and len(sizes) > 1) or wrap:
        raise error("'numpy.fill_diagonal': expected a matrix, or equal sizes, and no wrap")
    places = arange(min(x.shape[0], x.shape[1]))
    x[(places,) * x.ndim] = val


TABLE = {
    np.copyto: copyto,
    np.fill_diagonal: fill_diagonal,
    np.put: put,
    np.put_along_axis: put_along_axis,
    np.putmask: putmask,
}
