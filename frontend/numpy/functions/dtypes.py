"""Questions about dtypes, which are answered while the function is captured."""

from typing import Any

import numpy as np

from ..promotion import result_type as promoted
from ..traced import Traced


def result_type(*arrays_and_dtypes: Any) -> Any:
    """Give the dtype that operands promote to."""
    if any(isinstance(one, Traced) for one in arrays_and_dtypes):
        return promoted(*arrays_and_dtypes)
    return np.result_type(*arrays_and_dtypes)


def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Tell whether a cast obeys a rule."""
    have, want = (one.dtype if isinstance(one, Traced) else one for one in (from_, to))
    return bool(np.can_cast(have, want, casting))


def common_type(*arrays: Any) -> Any:
    """Give the inexact dtype that arrays have in common."""
    return np.common_type(*(np.empty(0, one.dtype) if isinstance(one, Traced) else one for one in arrays))


TABLE = {
    np.can_cast: can_cast,
    np.common_type: common_type,
    np.result_type: result_type,
}
