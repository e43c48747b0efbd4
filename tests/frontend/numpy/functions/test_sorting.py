"""Sorting and search."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_F = _RANDOM.standard_normal((5, 40)).astype(np.float32)
_M = _RANDOM.random((4, 6)) > 0.5
_N = np.where(np.arange(24).reshape(4, 6) % 7 == 3, np.nan, _RANDOM.standard_normal((4, 6)))


def test_sorted_arrays_and_their_order_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, i: Any, m: Any, n: Any, v: Any) -> Any:
        return (
            np.take_along_axis(a, np.argsort(a, axis=1), axis=1),
            np.sort(a),
            np.sort(a, axis=0),
            np.sort(a, axis=None),
            np.sort(i, axis=1),
            np.sort(n, axis=1),
            np.sort(m, axis=1),
            np.argsort(a),
            np.argsort(i, axis=0, kind="stable"),
            np.argsort(n, axis=1, kind="stable"),
            np.partition(v, 2)[2],
            np.lexsort((i[0], i[1])),
            np.interp(v, np.sort(v), v),
            np.take_along_axis(a, np.argsort(a, axis=1), axis=1),
        )

    check(compute, _A, _I, _M, _N, _V, compiled=True)


def test_places_in_tables_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, f: Any, v: Any) -> Any:
        return (
            np.searchsorted(np.cumsum(np.abs(v)), a),
            np.searchsorted(np.cumsum(np.abs(v)), a[0, 0]),
            np.searchsorted([0.0, 1.0, 2.0], a, side="right"),
            np.searchsorted(np.cumsum(np.abs(f.ravel())), v),
            np.searchsorted(np.linspace(-3, 3, 101), a),
            np.searchsorted(np.linspace(-3, 3, 128), a, side="right"),
            np.searchsorted(np.linspace(-3, 3, 101), a[0, 0]),
            np.digitize(a, [-1.0, 0.0, 1.0]),
            np.digitize(a, [1.0, 0.0, -1.0]),
            np.digitize(a, [-1.0, 0.0, 1.0], right=True),
        )

    check(compute, _A, _F, _V)
