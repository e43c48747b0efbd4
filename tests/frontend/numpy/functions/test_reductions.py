"""Reductions: values and dtypes are NumPy's."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_F = _RANDOM.standard_normal((5, 40)).astype(np.float32)
_T = _RANDOM.standard_normal((2, 3, 4, 5))
_M = _RANDOM.random((4, 6)) > 0.5
_N = np.where(np.arange(24).reshape(4, 6) % 7 == 3, np.nan, _RANDOM.standard_normal((4, 6)))


def test_sums_and_products_have_the_dtypes_of_numpy(check: Check) -> None:
    def compute(a: Any, c: Any, f: Any, i: Any, m: Any, t: Any) -> Any:
        return (
            np.sum(i),
            np.sum(m),
            np.sum(m, axis=1),
            np.sum(i, axis=0, dtype=np.int32),
            np.sum(f),
            np.sum(f, axis=1),
            np.sum(f, axis=0),
            np.sum(c, axis=0),
            np.sum(a, initial=5.0),
            np.sum(a, where=m),
            np.sum(a, axis=(0, 1), keepdims=True),
            np.sum(t, axis=(1, 3)),
            np.sum(t.T, axis=(1, 3)),
            np.sum(t[:, None, 1:, ::-1], axis=(0, 2)),
            np.sum(t[:, None, 1:, ::-1], axis=1),
            np.prod(i, axis=1),
            np.prod(a),
            np.prod(c, axis=1),
            np.maximum.reduce(a, axis=1),
            np.add.reduce(a, axis=(0, 1)),
        )

    check(compute, _A, _C, _F, _I, _M, _T, ulps=64)


def test_extremes_and_truth_are_exact(check: Check) -> None:
    def compute(a: Any, f: Any, i: Any, m: Any, n: Any) -> Any:
        return (
            np.max(a),
            np.max(n),
            np.max(i, axis=0),
            np.max(a, where=m, initial=-7.0),
            np.min(a, axis=1, keepdims=True),
            np.min(f),
            np.amax(a, 1),
            np.any(m, axis=0),
            np.all(m),
            np.any(a > 1),
            np.all(i, axis=0),
            np.any(n),
            np.count_nonzero(m),
            np.count_nonzero(i, axis=1),
        )

    check(compute, _A, _F, _I, _M, _N)


def test_means_and_variances_agree(check: Check) -> None:
    def compute(a: Any, c: Any, f: Any, i: Any, m: Any) -> Any:
        return (
            np.mean(a),
            np.mean(i, axis=0),
            np.mean(f),
            np.mean(f, axis=0),
            np.mean(c),
            np.mean(m),
            np.mean(a, axis=1, where=m),
            np.var(a),
            np.var(a, axis=0, ddof=1),
            np.var(c, axis=0),
            np.std(f, axis=1),
            np.std(i),
            np.std(a, axis=0, keepdims=True),
            np.var(a, where=m),
            np.mean(f.astype(np.float16)),
        )

    check(compute, _A, _C, _F, _I, _M, ulps=64)
