"""LAPACK's tridiagonal solver, captured: alone, with row exchanges, and in flattened stacks."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from isthmus.dialects.mlir import context
from isthmus.frontend.numpy import capture

lapack = pytest.importorskip("scipy.linalg").lapack

Check = Callable[..., Any]
RANDOM = np.random.default_rng(3)
BANDS = [RANDOM.standard_normal(size) for size in (11, 12, 11, 12)]


def test_a_system_is_solved_with_row_exchanges(check: Check) -> None:
    def solve(dl: Any, d: Any, du: Any, b: Any) -> Any:
        return lapack.dgtsv(dl, d, du, b)[1:4]

    check(solve, *BANDS, ulps=64)


def test_the_right_side_may_be_a_column(check: Check) -> None:
    check(lambda dl, d, du, b: lapack.dgtsv(dl, d, du, b[:, None])[3], *BANDS, ulps=64)


def uncoupled(a: Any, b: Any, c: Any, d: Any) -> Any:
    a[..., 0] = c[..., -1] = 0
    flat = lapack.dgtsv(a.flatten()[1:], b.flatten(), c.flatten()[:-1], d.flatten())[3]
    return flat.reshape(a.shape)


def coupled(a: Any, b: Any, c: Any, d: Any) -> Any:
    return lapack.dgtsv(a.flatten()[1:], b.flatten(), c.flatten()[:-1], d.flatten())[3]


@pytest.mark.parametrize(
    ("solve", "carried"), [(uncoupled, "tensor<3x4x6xf64>"), (coupled, "tensor<72xf64>")]
)
def test_flattened_stacks_are_solved_side_by_side(solve: Any, carried: str, check: Check) -> None:
    stacks = tuple(RANDOM.standard_normal((3, 4, 6)) for _ in range(4))
    check(solve, *stacks, ulps=256)
    loops = [
        line for line in str(capture(solve, stacks, None, context()).module).splitlines() if "scf.for" in line
    ]
    assert loops and all(carried in line for line in loops)
