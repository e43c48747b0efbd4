"""Creation functions."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_F = _RANDOM.standard_normal((5, 40)).astype(np.float32)
_T = _RANDOM.standard_normal((2, 3, 4, 5))


def test_filled_arrays_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, i: Any) -> Any:
        return (
            np.zeros((2, 3)),
            np.zeros(4, dtype=np.int32),
            np.ones((2, 2), np.float32),
            np.empty((2, 2)) * 0,
            np.full((2, 3), 3),
            np.full((2, 3), 3.5),
            np.full((2, 3), [1, 2, 3]),
            np.full((2, 2), a[0, 0]),
            np.zeros_like(a),
            np.ones_like(i),
            np.full_like(i, 2.7),
            np.full_like(a, a[0, 0]),
            np.zeros_like(a, dtype=np.int8),
        )

    check(compute, _A, _I)


def test_sequences_agree(check: Check) -> None:
    def compute(a: Any, f: Any) -> Any:
        return (
            np.empty_like(f) * 0,
            np.arange(5),
            np.arange(5.0),
            np.arange(2, 40, 3),
            np.arange(40, 2, -3),
            np.arange(0, 1, 0.1),
            np.arange(100, dtype=np.float32),
            np.arange(3, dtype=np.uint8),
            np.linspace(0, 1, 11),
            np.linspace(0, 1, 5, endpoint=False),
            np.linspace(a[0, 0], a[0, 1], 7),
            np.linspace(a[0], a[1], 4),
            np.linspace(a[0], a[1], 4, axis=1),
            np.linspace(a[0, 0], 2, 7, endpoint=False),
            np.linspace(0, 10, 4, dtype=int),
            np.logspace(0, 2, 5),
            np.logspace(a[0, 0], 2, 5),
            np.geomspace(1, 100, 5),
            np.geomspace(np.abs(a[0, 0]), 2, 5),
        )

    check(compute, _A, _F, ulps=16)


def test_matrices_and_grids_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, t: Any, v: Any) -> Any:
        return (
            np.eye(4),
            np.eye(3, 5, 1),
            np.eye(3, 5, -1, dtype=np.int32),
            np.identity(3),
            np.diag(v),
            np.diag(v, 1),
            np.diag(v, -2),
            np.diag(a),
            np.diag(a, 1),
            np.diag(a, -2),
            np.diagflat(a),
            np.diagonal(t, 0, 1, 3),
            np.diagonal(a, offset=-1),
            np.tri(3, 4, 1),
            np.tril(a),
            np.triu(a, 1),
            np.triu(a, -1),
            np.tril(t, 1),
            np.triu(v),
            np.indices((2, 3)),
            np.indices((2, 3), sparse=True),
            np.meshgrid(v, v[:3]),
            np.meshgrid(v, v[:3], indexing="ij"),
            np.meshgrid(v, v[:3], sparse=True),
            np.array([1, 2, 3]),
            np.array([[1, 2], [3, 4.5]]),
            np.array([v, v * 2]),
            np.array([a[0, 0], 1.0, 2]),
            np.array(v, dtype=np.float32),
            np.array(v, ndmin=2),
            np.asarray(a),
            np.asarray([1, 2, 3]),
            np.ascontiguousarray(a.T),
            np.vander(v, 3),
            np.vander(v, 4, increasing=True),
            np.astype(a, np.int32),
            np.ndarray((2, 3)) * 0,
        )

    check(compute, _A, _T, _V)
