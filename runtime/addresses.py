"""Addresses: where arguments lie, for compiled code that reads more arrays than IREE hands over."""

from collections.abc import Sequence

import numpy as np

from .memory import Array, address, aligned_empty


def distances(arrays: Sequence[Array]) -> Array:
    """Give bytes that hold, 64 bits each, how far every array lies from these bytes.

    Whoever uses them keeps both alive. Compiled code adds a distance to the place it found the bytes at.
    """
    table = aligned_empty((len(arrays),), np.dtype(np.int64))
    table[:] = [address(array) - address(table) for array in arrays]
    return table.view(np.int8)
