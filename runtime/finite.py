"""The optional scan of results for inf and nan."""

from collections.abc import Sequence

import numpy as np

from isthmus.errors import RunError
from isthmus.signature import TensorType

from .memory import Array


def check_finite(types: Sequence[TensorType], arrays: Sequence[Array], role: str) -> None:
    """Refuse arrays of floating-point numbers that hold inf or nan with a `RunError` that counts them."""
    for value, array in zip(types, arrays, strict=True):
        if value.dtype[0] in "fbc" and value.dtype != "bool":
            finite = np.isfinite(array)
            if not finite.all():
                count = array.size - int(np.count_nonzero(finite))
                raise RunError(f"{role} '{value.name}' holds inf or nan in {count} of {array.size} elements")
