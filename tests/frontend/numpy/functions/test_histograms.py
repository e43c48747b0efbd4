"""Counting."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)


def test_counts_and_edges_agree(check: Check) -> None:
    def compute(a: Any, i: Any) -> Any:
        return (
            np.histogram(a, 5),
            np.histogram(a, 5, range=(-1, 1)),
            np.histogram(a, [-2.0, -1.0, 0.0, 3.0]),
            np.histogram(a, 5, weights=a * a)[0],
            np.histogram(a, 5, density=True),
            np.histogram(i, 4),
            np.bincount(np.abs(i).ravel(), minlength=9),
            np.bincount(np.abs(i).ravel(), weights=a.ravel()[:12], minlength=9),
        )

    check(compute, _A, _I, ulps=16)
