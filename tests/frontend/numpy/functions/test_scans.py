"""Running sums, differences, convolutions."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_F = _RANDOM.standard_normal((5, 40)).astype(np.float32)
_T = _RANDOM.standard_normal((2, 3, 4, 5))
_M = _RANDOM.random((4, 6)) > 0.5


def test_running_sums_and_products_agree(check: Check) -> None:
    def compute(a: Any, f: Any, i: Any, m: Any, t: Any, v: Any) -> Any:
        return (
            np.cumsum(a),
            np.cumsum(a, axis=0),
            np.cumsum(t, axis=2),
            np.cumsum(i, axis=1),
            np.cumsum(m),
            np.cumprod(a, axis=1),
            np.cumsum(f, axis=1, dtype=np.float64),
            np.cumulative_sum(v, include_initial=True),
            np.cumulative_prod(a, axis=0),
            np.add.accumulate(a, axis=1),
            np.maximum.accumulate(v),
        )

    check(compute, _A, _F, _I, _M, _T, _V, ulps=8)


def test_differences_and_integrals_agree(check: Check) -> None:
    def compute(a: Any, i: Any, m: Any, v: Any) -> Any:
        return (
            np.diff(a),
            np.diff(a, axis=0, n=2),
            np.diff(v, prepend=0.0),
            np.diff(v, append=[1.0, 2.0]),
            np.diff(v, prepend=1, append=2),
            np.diff(m),
            np.ediff1d(a),
            np.ediff1d(v, to_begin=-1, to_end=[1, 2]),
            np.gradient(v),
            np.gradient(a),
            np.gradient(a, 0.5, axis=0),
            np.gradient(v, np.arange(6.0) ** 2),
            np.gradient(v, 2.0, edge_order=2),
            np.gradient(v, np.arange(6.0) ** 2, edge_order=2),
            np.gradient(i),
            np.trapezoid(v),
            np.trapezoid(a, dx=0.1, axis=0),
            np.trapezoid(v, np.arange(6.0) ** 2),
            np.unwrap(v * 5),
            np.unwrap(a * 4, axis=0),
        )

    check(compute, _A, _I, _M, _V, ulps=64)
