"""What the array-API standard spells otherwise than NumPy: signatures and kinds of results."""

from typing import Any

import numpy as np

from .fourier import fftfreq as numpy_fftfreq
from .fourier import rfftfreq as numpy_rfftfreq
from .grids import meshgrid as numpy_meshgrid
from .operands import as_array, normal_axis
from .ranges import arange as numpy_arange
from .selection import clip as numpy_clip
from .shaping import broadcast_arrays as numpy_broadcast_arrays
from .shaping import flip
from .sorting import argsort as numpy_argsort
from .sorting import sort as numpy_sort


def arange(start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None) -> Any:
    """Make evenly spaced numbers of the half-open interval [start, stop)."""
    bounds = (0, start) if stop is None else (start, stop)
    return numpy_arange(*bounds, step, dtype=dtype)


def argsort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """Give the places that would sort an array; equal elements keep their order."""
    if not descending:
        return numpy_argsort(x, axis)
    array = as_array(x)
    axis = normal_axis(axis, array.ndim, "argsort")
    places = numpy_argsort(flip(array, axis), axis)
    return flip(array.shape[axis] - 1 - places, axis)


def broadcast_arrays(*arrays: Any) -> list[Any]:
    """Repeat arrays to the shape they share."""
    return list(numpy_broadcast_arrays(*arrays))


def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    """Bound elements from below and above; the dtype stays."""
    found = numpy_clip(x, min, max)
    return found.astype(as_array(x).dtype, copy=False) if found.dtype != as_array(x).dtype else found


def fftfreq(n: Any, /, *, d: Any = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """Give the frequencies of a transform's bins."""
    found = numpy_fftfreq(n, d)
    return found if dtype is None else found.astype(dtype)


def rfftfreq(n: Any, /, *, d: Any = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """Give the frequencies of a real transform's bins."""
    found = numpy_rfftfreq(n, d)
    return found if dtype is None else found.astype(dtype)


def meshgrid(*arrays: Any, indexing: str = "xy") -> list[Any]:
    """Spread vectors over the grid they span."""
    return list(numpy_meshgrid(*arrays, indexing=indexing))


def sort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """Give a sorted copy."""
    found = numpy_sort(x, axis)
    return flip(found, axis).copy() if descending else found


STANDARD: dict[Any, Any] = {
    np.arange: arange,
    np.argsort: argsort,
    np.broadcast_arrays: broadcast_arrays,
    np.clip: clip,
    np.fft.fftfreq: fftfreq,
    np.fft.rfftfreq: rfftfreq,
    np.meshgrid: meshgrid,
    np.sort: sort,
}
