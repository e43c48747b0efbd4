"""Convolution and correlation of vectors."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))


def test_convolutions_agree(check: Check) -> None:
    def compute(a: Any, c: Any, v: Any) -> Any:
        return (
            np.convolve(v, [1.0, 2.0, 3.0]),
            np.convolve(v, [1.0, 2.0, 3.0], "same"),
            np.convolve(v, [1.0, 2.0], "valid"),
            np.convolve([1.0, 2.0], v, "valid"),
            np.convolve(v, a[0]),
            np.correlate(v, [1.0, 2.0, 3.0]),
            np.correlate(v, [1.0, 2.0, 3.0], "full"),
            np.correlate(v, [1.0, 2.0, 3.0, 5.0], "same"),
            np.correlate([1.0, 2.0, 3.0], v, "full"),
            np.correlate([1.0, 2.0, 3.0], v, "same"),
            np.correlate([1.0, 2.0, 3.0], v, "valid"),
            np.correlate(c[:, 0], c[:, 1], "full"),
        )

    check(compute, _A, _C, _V, ulps=500)


def test_long_ones_are_one_sum(check: Check) -> None:
    def compute(x: Any, y: Any, z: Any) -> Any:
        return np.convolve(x, y), np.convolve(x, y, "same"), np.correlate(x, y), np.convolve(z, z, "valid")

    x, y = np.sin(np.arange(50.0)), np.cos(np.arange(20.0) ** 2)
    check(compute, x, y, np.exp(1j * np.arange(30.0)), ulps=2000)
    check(compute, x, y, np.exp(1j * np.arange(30.0)), ulps=2000, compiled=True)
