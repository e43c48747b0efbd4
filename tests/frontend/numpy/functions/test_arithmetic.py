"""Rounding, clean-up, interpolation."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_N = np.where(np.arange(24).reshape(4, 6) % 7 == 3, np.nan, _RANDOM.standard_normal((4, 6)))


def test_rounding_and_interpolation_agree(check: Check) -> None:
    def compute(a: Any, i: Any, n: Any, v: Any) -> Any:
        return (
            np.interp(a, [-1.0, 0.0, 1.0], [3.0, 4.0, 6.0]),
            np.interp(v, np.cumsum(np.abs(v)), v),
            np.interp(a[0, 0], [-1.0, 0.0, 1.0], [3.0, 4.0, 6.0], left=0, right=9),
            np.nan_to_num(n),
            np.nan_to_num(n, nan=5.0),
            np.round(a, 2),
            np.round(a),
            np.around(a * 100, -1),
            np.round(i, -1),
            a.round(1),
            np.fix(a * 3),
            np.sinc(a),
        )

    check(compute, _A, _I, _N, _V, ulps=64)
