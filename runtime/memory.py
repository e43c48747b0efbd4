"""Host memory as compiled code needs it: alignment, byte ranges and overlap of NumPy arrays."""

from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import RunError

Array = npt.NDArray[Any]

ALIGNMENT = 16
"""Bytes; modules are compiled to expect no more (`--iree-stream-resource-min-offset-alignment=16`)."""

_GENEROUS = 64


def address(array: Array) -> int:
    """Give the address of the first element."""
    return int(array.__array_interface__["data"][0])


def is_aligned(array: Array) -> bool:
    """Tell whether compiled code may read the array where it lies (an empty one is never read)."""
    return array.size == 0 or address(array) % ALIGNMENT == 0


def aligned_empty(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> Array:
    """Allocate an uninitialised array on a cache line."""
    array: Array = np.empty(shape, dtype)
    if is_aligned(array):
        return array
    block = np.empty(array.nbytes + _GENEROUS, np.uint8)
    start = -address(block) % _GENEROUS
    return block[start : start + array.nbytes].view(dtype).reshape(shape)


def aligned_copy(array: Array) -> Array:
    """Copy into a new contiguous array on an aligned address."""
    try:
        copy = aligned_empty(array.shape, array.dtype)
    except MemoryError as error:
        raise RunError(f"memory exhausted: {error}", note="use smaller arrays") from error
    copy[...] = array
    return copy


def overlaps(first: Array, second: Array) -> bool:
    """Tell whether two contiguous arrays share any byte."""
    a, b = address(first), address(second)
    return first.nbytes > 0 and second.nbytes > 0 and a < b + second.nbytes and b < a + first.nbytes
