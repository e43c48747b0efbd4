"""Products of matrices and vectors."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_UNTYPED: Any = np
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_B = _RANDOM.standard_normal((6, 5))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_F = _RANDOM.standard_normal((5, 40)).astype(np.float32)
_T = _RANDOM.standard_normal((2, 3, 4, 5))
_M = _RANDOM.random((4, 6)) > 0.5


def test_matrix_products_of_every_rank_agree(check: Check) -> None:
    def compute(a: Any, b: Any, c: Any, f: Any, i: Any, m: Any, t: Any, v: Any) -> Any:
        return (
            a @ b,
            a.T @ a,
            v @ v,
            a @ v,
            v @ b,
            b.T @ v,
            v @ a.T,
            np.matmul(t, t.swapaxes(-1, -2)),
            np.matmul(t, t[0, 0].T),
            np.matmul(t[0, 0], t.swapaxes(-1, -2)),
            np.matmul(t, v[:5]),
            np.matmul(v[:4], t),
            np.matmul(t[:, :1], t[:1].swapaxes(-1, -2)),
            i @ i.T,
            i @ a.astype(np.int8),
            (m @ m.T),
            f @ f.T,
            c @ c.conj().T,
            c.T @ a,
            c.T @ c,
            np.matvec(a, v),
            np.matmul(a[:, :0], b[:0]),
            f @ f[0],
        )

    check(compute, _A, _B, _C, _F, _I, _M, _T, _V, ulps=2000)


def test_products_over_axes_agree(check: Check) -> None:
    def compute(a: Any, b: Any, c: Any, f: Any, t: Any, v: Any) -> Any:
        return (
            np.dot(a, b),
            np.dot(v, v),
            np.dot(2.0, a),
            np.dot(t, t[0, 0].T),
            np.dot(t[0], v[:5]),
            np.vdot(c, c),
            np.vdot(a, a),
            np.inner(a, a),
            np.inner(v, v),
            np.inner(t, v[:5]),
            np.outer(v, v),
            np.outer(a, v),
            np.add.outer(v, v),
            np.subtract.outer(a, v),
            np.tensordot(a, b, 1),
            np.tensordot(t, a, ([2], [0])),
            np.tensordot(v, v, 0),
            np.tensordot(a, a),
            np.kron(a, b),
            np.kron(v, v),
            np.trace(a),
            np.trace(a, offset=1),
            np.trace(t, axis1=1, axis2=3),
            np.cross(a[:, :3], a[:, 3:]),
            np.cross(v[:3], v[3:]),
            np.vecdot(a, a),
            _UNTYPED.vecdot(c, c, axis=0),
            np.linalg.multi_dot([a, b, b.T]),
            np.dot(f[0], f[1]),
        )

    check(compute, _A, _B, _C, _F, _T, _V, ulps=2000)
