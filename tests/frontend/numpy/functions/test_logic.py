"""Comparisons with one answer."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_N = np.where(np.arange(24).reshape(4, 6) % 7 == 3, np.nan, _RANDOM.standard_normal((4, 6)))


def test_comparisons_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, c: Any, n: Any, v: Any) -> Any:
        return (
            np.isclose(a, a + 1e-9),
            np.allclose(a, a + 1e-9),
            np.allclose(a, a + 1),
            np.array_equal(a, a),
            np.array_equal(a, v),
            np.isclose(n, n, equal_nan=True),
            np.iscomplexobj(c),
            np.isreal(c),
            np.isposinf(a / 0.0),
            np.isneginf(a),
            np.shape(a),
            np.ndim(a),
            np.size(a, 1),
        )

    check(compute, _A, _C, _N, _V)
