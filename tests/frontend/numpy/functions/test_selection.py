"""Choosing elements."""

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
_M = _RANDOM.random((4, 6)) > 0.5


def test_choices_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, c: Any, f: Any, i: Any, m: Any, v: Any) -> Any:
        return (
            np.where(a > 0, a, 0),
            np.where(a > 0, 1, 0),
            np.where(a > 0, i[0, 0], 2.5),
            np.where(m, f[:4, :6], 1.0),
            np.where(m, c[0, 0], a),
            np.where(v > 0, a, v),
            np.select([a > 1, a < -1], [a, a**2], 7),
            np.select([a > 1, a < -1], [1, 2]),
            np.choose(i % 3, [i, i * 2, i * 3]),
            np.choose(i, [i, i * 2, i * 3], mode="clip"),
            np.choose(i, [i, i * 2, i * 3], mode="wrap"),
            np.take(v, [0, 2, 5]),
            np.take(a, [0, 2], axis=1),
            np.take(a, np.abs(i) % 4, axis=0),
            np.take(a, i, mode="wrap"),
            np.take(a, i, mode="clip", axis=1),
            np.take(a, 3),
            np.take_along_axis(a, np.argmax(a, axis=0, keepdims=True), axis=0),
            np.clip(a, -0.5, 0.5),
            np.clip(i, 0, None),
            np.clip(a, None, v),
            a.clip(0, 1),
            np.clip(i, 0.5, 3),
            np.compress([True, False, True], a, axis=1),
        )

    check(compute, _A, _C, _F, _I, _M, _V)
