"""The array-API namespace of traced arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]


def test_code_written_against_the_standard_is_captured(check: Check) -> None:
    def normalised(x: Any) -> Any:
        xp = x.__array_namespace__()
        centred = x - xp.mean(x, axis=0, keepdims=True)
        zero = xp.zeros((2, 3), dtype=xp.float32)
        powers = xp.linalg.matrix_norm(centred[:, :2])
        return centred / xp.std(x, axis=0), zero, powers, xp.concat([x, x]), xp.astype(x, xp.int32), xp.pi * x

    check(normalised, np.arange(12.0).reshape(4, 3) ** 1.5, ulps=64)
