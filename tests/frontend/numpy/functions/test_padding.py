"""Every mode of `numpy.pad`."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)


def test_padding_by_edges_and_constants_is_exact(check: Check) -> None:
    def compute(a: Any, v: Any) -> Any:
        return (
            np.pad(v, 2),
            np.pad(a, 1),
            np.pad(a, ((1, 2), (0, 3)), constant_values=5),
            np.pad(a, ((1, 2), (3, 4)), constant_values=((1, 2), (3, 4))),
            np.pad(a, 2, mode="edge"),
            np.pad(a, 2, mode="wrap"),
            np.pad(a, 2, mode="reflect"),
            np.pad(v, 9, mode="reflect"),
            np.pad(v, 9, mode="symmetric"),
            np.pad(v, 13, mode="wrap"),
            np.pad(a, 2, mode="symmetric"),
            np.pad(v, 13, mode="wrap"),
        )

    check(compute, _A, _V)


def test_padding_by_ramps_and_statistics_agrees(check: Check) -> None:
    def compute(a: Any, i: Any) -> Any:
        return (
            np.pad(a, 2, mode="linear_ramp", end_values=1.0),
            np.pad(i, 2, mode="linear_ramp"),
            np.pad(a, (1, 2), mode="maximum"),
            np.pad(a, 2, mode="mean"),
            np.pad(i, 2, mode="mean"),
            np.pad(a, 2, mode="minimum", stat_length=2),
        )

    check(compute, _A, _I, ulps=16)
