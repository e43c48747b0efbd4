"""Weighted means, covariances and order statistics."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_N = np.where(np.arange(24).reshape(4, 6) % 7 == 3, np.nan, _RANDOM.standard_normal((4, 6)))


def test_covariances_and_weighted_means_agree(check: Check) -> None:
    def compute(a: Any, c: Any, i: Any, v: Any) -> Any:
        return (
            np.ptp(a, axis=1),
            np.average(a, weights=v, axis=1),
            np.average(a),
            np.average(i, axis=0, weights=[1, 2, 3]),
            np.cov(a),
            np.cov(a, rowvar=False),
            np.cov(np.transpose(a)),
            np.cov(a, bias=True),
            np.cov(v),
            np.cov(v, v * 2 + 1),
            np.cov(c),
            np.corrcoef(a),
            np.cov(a, fweights=[1, 2, 1, 3, 1, 1]),
            np.cov(a, aweights=np.abs(v)),
        )

    check(compute, _A, _C, _I, _V, ulps=2000)


def test_order_statistics_agree(check: Check) -> None:
    def compute(a: Any, i: Any, n: Any) -> Any:
        return (
            np.median(a),
            np.median(a, axis=0),
            np.median(n, axis=1),
            np.median(i, axis=1),
            np.quantile(a, 0.3),
            np.quantile(a, [0.1, 0.5, 0.77], axis=1),
            np.percentile(a, 75, axis=0, keepdims=True),
            np.percentile(i, [10, 90]),
        )

    check(compute, _A, _I, _N, ulps=16, compiled=True)
