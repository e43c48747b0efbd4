"""NumPy's promotion rules: which dtypes a ufunc computes in."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import where
from .scalar import Scalar

_WEAK: dict[str, Any] = {"i": int, "u": int, "f": float, "c": complex}


def promoted(
    ufunc: np.ufunc, operands: Sequence[Any], dtype: Any = None, casting: Any = "same_kind"
) -> tuple[np.dtype[Any], ...]:
    """Give the dtypes that the ufunc's loop takes and gives; operands it has no loop for are a `CaptureError`."""
    kinds = (*[promotion_type(operand) for operand in operands], *(None,) * ufunc.nout)
    try:
        if dtype is None:
            found = ufunc.resolve_dtypes(kinds)
            if np.dtype(object) not in found:
                return found
            # NumPy compares Python's ints as they are; 64 bits hold all that matter.
            kinds = tuple(np.dtype(np.int64) if kind is int else kind for kind in kinds)
            return ufunc.resolve_dtypes(kinds)
        wanted = (None,) * ufunc.nin + (np.dtype(dtype),) * ufunc.nout
        return ufunc.resolve_dtypes(kinds, signature=wanted, casting=casting)
    except TypeError as failure:
        text = str(failure).splitlines()[0]
        raise where.error(text, note="convert with astype() first") from None


def promotion_type(operand: Any) -> Any:
    """Give what stands for an operand in promotion: its dtype, or Python's type for a Python number."""
    if isinstance(operand, bool):
        return np.dtype(bool)
    if isinstance(operand, int | float | complex) and not isinstance(operand, np.generic):
        return type(operand)
    if isinstance(operand, Scalar) and operand.weak:
        return _WEAK.get(operand.dtype.kind, operand.dtype)
    return np.asarray(operand).dtype if not hasattr(operand, "dtype") else operand.dtype


def is_weak(operand: Any) -> bool:
    """Tell whether an operand is a Python number, traced or not."""
    if isinstance(operand, Scalar):
        return operand.weak
    return isinstance(operand, bool | int | float | complex) and not isinstance(operand, np.generic)


def result_type(*operands: Any) -> np.dtype[Any]:
    """Do what `np.result_type` does, for traced operands too."""
    examples: dict[Any, Any] = {int: 0, float: 0.0, complex: 0j}
    kinds = [one if isinstance(one, np.dtype | type) else promotion_type(one) for one in operands]
    return np.result_type(*[examples.get(kind, kind) for kind in kinds])
