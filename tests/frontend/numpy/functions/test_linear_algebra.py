"""Linear systems, factors and norms."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_F = _RANDOM.standard_normal((5, 40)).astype(np.float32)
_T = _RANDOM.standard_normal((2, 3, 4, 5))


def test_systems_inverses_and_determinants_agree(check: Check) -> None:
    def compute(a: Any, f: Any, t: Any, v: Any) -> Any:
        return (
            np.linalg.solve(a[:, :4], v[:4]),
            np.linalg.solve(a[:, :4], a[:, 4:]),
            np.linalg.inv(a[:, :4]),
            np.linalg.inv(np.stack([a[:, :4], a[:, 1:5], a[:, 2:]])),
            np.linalg.solve(np.stack([a[:, :4], a[:, 1:5]]), np.stack([v[:4], v[:4] ** 2], axis=1)),
            np.linalg.det(a[:, :4]),
            np.linalg.det(np.stack([a[:, :4], a[:, 1:5], a[:, 2:]])),
            np.linalg.inv(f[:5, :5]),
            np.linalg.trace(t),
            np.linalg.diagonal(t),
            np.linalg.matrix_power(a @ a.T, 3),
        )

    check(compute, _A, _F, _T, _V, ulps=20000)


def test_factors_and_norms_agree(check: Check) -> None:
    def compute(a: Any, c: Any, t: Any, v: Any) -> Any:
        return (
            np.linalg.cholesky(a @ a.T),
            np.linalg.cholesky(c.T.conj() @ c),
            np.linalg.cholesky(np.stack([a @ a.T, a @ a.T * 2])),
            np.linalg.cholesky(a @ a.T, upper=True),
            np.linalg.norm(a),
            np.linalg.norm(v),
            np.linalg.norm(a, axis=1),
            np.linalg.norm(a, 1),
            np.linalg.norm(a, np.inf),
            np.linalg.norm(v, 3),
            np.linalg.norm(v, np.inf),
            np.linalg.norm(c, axis=0),
            np.linalg.vector_norm(a, axis=1, keepdims=True),
            np.linalg.matrix_norm(t),
        )

    check(compute, _A, _C, _T, _V, ulps=20000)
