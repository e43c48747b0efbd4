"""Loops that IREE gets wrong are refused; those it gets right are not."""

from typing import Any

import numpy as np
import pytest
import torch

import isthmus
from isthmus.errors import CompileError

NET = torch.nn.Linear(4, 4).double()


def coupled(u: Any, v: Any, steps: int) -> None:
    for _ in range(steps):
        u *= 2.0
        with torch.no_grad():
            v += NET(torch.from_numpy(v[:, :4])).numpy().sum() + u[0, 0]


@pytest.mark.parametrize("spec", ["f64[n,m]", "f64[n,6]", "f64[3,n]"])
def test_loops_that_change_two_arrays_of_sizes_that_vary_are_refused(spec: str) -> None:
    with pytest.raises(CompileError, match="a loop changes 2 arrays") as caught:
        isthmus.compile(coupled, (isthmus.Spec(spec), isthmus.Spec(spec), 1))
    assert "test_check_carried.py" in str(caught.value)
    assert "write the sizes as numbers" in str(caught.value)


def test_known_sizes_are_right() -> None:
    generator = np.random.default_rng(0)
    u, v = generator.standard_normal((3, 6)), generator.standard_normal((3, 6))
    p, q = u.copy(), v.copy()
    isthmus.load(isthmus.compile(coupled, (u, v, 1)))(u, v, 4)
    coupled(p, q, 4)
    np.testing.assert_allclose(u, p, rtol=1e-12)
    np.testing.assert_allclose(v, q, rtol=1e-12)
