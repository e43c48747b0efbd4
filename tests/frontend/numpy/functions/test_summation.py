"""Index notation."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_B = _RANDOM.standard_normal((6, 5))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_T = _RANDOM.standard_normal((2, 3, 4, 5))


def test_einsum_in_every_notation_agrees(check: Check) -> None:
    def compute(a: Any, b: Any, c: Any, i: Any, t: Any, v: Any) -> Any:
        return (
            np.einsum("ij,jk->ik", a, b),
            np.einsum("ij,jk", a, b),
            np.einsum("ij->ji", a),
            np.einsum("ij->i", a),
            np.einsum("ij->", a),
            np.einsum("ii->i", t[0, 0][:, :4]),
            np.einsum("ii", t[0, 0][:, :4]),
            np.einsum("i,i", v, v),
            np.einsum("i,j->ij", v, v),
            np.einsum("...ij,...kj->...ik", t, t),
            np.einsum("...i->...", t),
            np.einsum("...i,i->...", t, v[:5]),
            np.einsum("abcd,abce->de", t, t),
            np.einsum("ij,jk,kl->il", a, b, b.T, optimize=True),
            np.einsum("ij,jk,kl->il", a, b, b.T),
            np.einsum(a, [0, 1], b, [1, 2], [0, 2]),
            np.einsum(a, [0, 1], b, [1, 2]),
            np.einsum("ij,ij->ij", a, a),
            np.einsum("ij,ij->i", a, a),
            np.einsum("ij,j->i", a, v),
            np.einsum("i,ij,jk->k", v[:4], a, b),
            np.einsum("ij,ik->jk", c, c),
            np.einsum("ij,jk->ik", i, i.T),
            np.einsum("bij,bjk->bik", t[0], t[0].swapaxes(1, 2)),
            np.einsum("ab,cd->acbd", a, b),
        )

    check(compute, _A, _B, _C, _I, _T, _V, ulps=4000)
