"""Putting arrays together and taking them apart."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_B = _RANDOM.standard_normal((6, 5))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)


def test_joined_arrays_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, b: Any, i: Any, v: Any) -> Any:
        return (
            np.concatenate([a, a], axis=1),
            np.concatenate([v, i.ravel()]),
            np.concatenate((a, b[:, :1].T), axis=0),
            np.concatenate([a, v[:4, None]], axis=None),
            np.stack([v, v * 2]),
            np.stack([v, v * 2], axis=1),
            np.vstack([a, v]),
            np.hstack([a, a]),
            np.hstack([v, v]),
            np.hstack((a[:, 0:1], a[:, 1:2], a[:, 2:3])),
            np.dstack([a, a]),
            np.dstack([v, v]),
            np.column_stack([v, v]),
            np.column_stack([a, a[:, 0]]),
            np.block([[a, a], [a * 2, a * 3]]),
            np.append(v, [1.0, 2.0]),
            np.append(a, a, axis=0),
        )

    check(compute, _A, _B, _I, _V)


def test_parts_and_insertions_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, v: Any) -> Any:
        return (
            np.split(v, 3),
            np.split(a, [1, 3], axis=1),
            np.array_split(v, 4),
            np.hsplit(a, 2),
            np.vsplit(a, 2),
            np.insert(v, 2, 7.0),
            np.insert(v, [1, 3], [7.0, 8.0]),
            np.insert(a, 1, 5.0, axis=1),
            np.insert(a, 1, v, axis=0),
            np.insert(a, [1, 2], 9.0, axis=0),
            np.delete(v, 2),
            np.delete(v, [0, 3]),
            np.delete(a, 1, axis=0),
            np.delete(a, slice(0, 3), axis=1),
            np.unstack(a),
        )

    check(compute, _A, _V)
