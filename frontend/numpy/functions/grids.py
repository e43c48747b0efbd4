"""Grids: the places along every axis, and vectors spread over the grid they span."""

from typing import Any

import numpy as np

from ..reshaping import as_shape
from ..where import error
from .operands import as_array, fresh
from .ranges import arange


def indices(dimensions: Any, dtype: Any = int, sparse: bool = False) -> Any:
    """Make the places of a grid, one array per axis."""
    shape = as_shape(dimensions)
    rank = len(shape)
    lines = [
        arange(size, dtype=dtype).reshape(tuple(size if d == axis else 1 for d in range(rank)))
        for axis, size in enumerate(shape)
    ]
    if sparse:
        return tuple(lines)
    made = fresh((rank, *shape), None, dtype)
    for axis, line in enumerate(lines):
        made[axis] = line
    return made


def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Spread vectors over the grid they span."""
    from .shaping import broadcast_arrays

    if indexing not in ("xy", "ij"):
        raise error("'numpy.meshgrid': valid values for 'indexing' are 'xy' and 'ij'")
    vectors = [as_array(x).reshape((-1,)) for x in xi]
    rank = len(vectors)
    order = [1, 0, *range(2, rank)] if indexing == "xy" and rank > 1 else list(range(rank))
    lines = [
        x.reshape(tuple(x.shape[0] if d == place else 1 for d in range(rank)))
        for x, place in zip(vectors, order, strict=True)
    ]
    if sparse:
        return tuple(line.copy() for line in lines) if copy else tuple(lines)
    spread = broadcast_arrays(*lines)
    return tuple(one.copy() for one in spread) if copy else spread


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, like: Any = None, **kwargs: Any) -> Any:
    """Call a function with the places of a grid."""
    from ..calls import call

    places = indices(shape, dtype=dtype)
    return call(function, *(places[axis] for axis in range(places.shape[0])), **kwargs)


TABLE = {
    np.fromfunction: fromfunction,
    np.indices: indices,
    np.meshgrid: meshgrid,
}
