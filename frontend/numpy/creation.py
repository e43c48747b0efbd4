"""Arrays made of one number."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .array import Array
from .elementwise import scalar_value
from .scalar import Size
from .structured import fill


def full(shape: Sequence[Size], value: Any, dtype: Any) -> Array:
    """Make an array that holds `value` (a number or a `Scalar`) everywhere."""
    return Array.of(fill(shape, scalar_value(value, dtype)), np.dtype(dtype), tuple(shape))


def constant(value: Any, dtype: Any = None) -> Any:
    """Make an `Array` of an ordinary array, or a `Scalar` of a number; a constant of the program either way."""
    from .scalar import Scalar

    data = np.asarray(value, dtype)
    if data.ndim:
        return Array.constant(data)
    return Scalar(scalar_value(data[()], data.dtype), data.dtype)
