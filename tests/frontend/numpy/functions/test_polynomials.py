"""Polynomials."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)


def test_polynomials_agree(check: Check) -> None:
    def compute(a: Any, v: Any) -> Any:
        return (
            np.polyval([1.0, 2.0, 3.0], a),
            np.polyval(v, 2.0),
            np.polyadd(v, [1.0, 2.0]),
            np.polymul(v, [1.0, 2.0]),
            np.polyder(v),
            np.polyint(v),
        )

    check(compute, _A, _V, ulps=64)
