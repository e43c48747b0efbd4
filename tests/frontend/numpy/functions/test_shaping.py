"""Shapes, orders and repetitions."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_T = _RANDOM.standard_normal((2, 3, 4, 5))


def test_shapes_and_orders_are_those_of_numpy(check: Check) -> None:
    def compute(a: Any, i: Any, t: Any, v: Any) -> Any:
        return (
            np.reshape(a, (3, 8)),
            a.reshape(-1, 4),
            np.ravel(a),
            a.T.ravel(),
            np.transpose(t, (1, 0, 3, 2)),
            np.moveaxis(t, 0, -1),
            np.moveaxis(t, [0, 1], [-1, 0]),
            np.rollaxis(t, 2),
            np.swapaxes(t, 0, 2),
            np.squeeze(t[:, :1]),
            np.expand_dims(a, (0, 2)),
            np.broadcast_to(v, (3, 6)),
            np.broadcast_arrays(a, v),
            np.atleast_2d(v),
            np.atleast_3d(v),
            np.atleast_3d(a),
            np.flip(a),
            np.flip(a, 1),
            np.flip(v[:4]),
            np.fliplr(a),
            np.flipud(a),
            np.rot90(a),
            np.rot90(a, 2),
            np.rot90(a, 3),
            np.rot90(t, 1, (1, 3)),
            np.roll(v, 2),
            np.roll(v, -1),
            np.roll(a, 3),
            np.roll(a, (1, 2), (0, 1)),
            np.roll(a, 1, axis=0),
            np.roll(a, 0, axis=1),
            np.roll(v, i[0, 0]),
            np.roll(a, i[1, 1], axis=1),
            np.repeat(v, 3),
            np.repeat(a, 2, axis=0),
            np.repeat(a, [1, 0, 2, 3], axis=0),
            np.tile(v, 3),
            np.tile(a, (2, 1)),
            np.tile(a, (2, 1, 3)),
            np.resize(v, (4, 5)),
        )

    check(compute, _A, _I, _T, _V)


def test_parts_of_complex_numbers_agree(check: Check) -> None:
    def compute(a: Any, c: Any) -> Any:
        return (
            np.real(c),
            np.imag(c),
            np.imag(a),
            np.angle(c),
            np.angle(c, deg=True),
            np.angle(a),
        )

    check(compute, _A, _C, ulps=4)
