"""Places of extremes, and reductions that pass over NaN."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_M = _RANDOM.random((4, 6)) > 0.5
_N = np.where(np.arange(24).reshape(4, 6) % 7 == 3, np.nan, _RANDOM.standard_normal((4, 6)))


def test_places_of_extremes_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, i: Any, m: Any, n: Any) -> Any:
        return (
            np.argmax(a),
            np.argmax(n, axis=1),
            np.argmin(i, axis=0),
            np.argmin(a, axis=1, keepdims=True),
            np.argmax(m, axis=1),
            np.argmax(a.T, axis=0),
        )

    check(compute, _A, _I, _M, _N)


def test_nan_is_passed_over(check: Check) -> None:
    def compute(n: Any) -> Any:
        return (
            np.nansum(n, axis=0),
            np.nanmean(n, axis=0),
            np.nanmax(n, axis=0),
            np.nanmin(n[:3], axis=1),
            np.nanstd(n[:3]),
            np.nanvar(n[:3], axis=0, ddof=1),
            np.nanprod(n),
            np.nanargmax(n[:3], axis=1),
        )

    check(compute, _N, ulps=64)
