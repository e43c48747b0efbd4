"""IREE's own loops update arrays from themselves: numbers against NumPy, without kernels of ours."""

from typing import Any
from unittest import mock

import numpy as np

import isthmus
from isthmus import compiler, lowered


def without_kernels(common: Any, *, kernels: bool, progress: Any) -> Any:
    return lowered.for_machine(common, kernels=False, progress=progress)


def agrees(function: Any, *inputs: Any) -> None:
    with mock.patch.object(compiler, "for_machine", without_kernels):
        program = isthmus.load(isthmus.compile(function, inputs))
    found = program(*(x.copy() if isinstance(x, np.ndarray) else x for x in inputs))
    wanted = function(*(x.copy() if isinstance(x, np.ndarray) else x for x in inputs))
    for have, want in zip(found, wanted, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-12)


A = np.random.default_rng(0).uniform(-1, 1, 301)


def test_a_run_of_elements_is_computed_before_it_is_written() -> None:
    def function(a: Any, n: int) -> Any:
        b = a * a
        b[1:-1] = 0.25 * b[:-2] + 0.5 * b[2:]
        c = a[::-1] * a
        for _ in range(n):
            c[1:-1] = 0.25 * c[:-2] + 0.5 * c[2:]
        return b, c

    agrees(function, A, 11)


def test_one_element_is_written_and_no_other() -> None:
    def function(a: Any, n: int) -> Any:
        b = a.reshape(7, 43) * 2
        b[6, 3] = n
        b[-1, 42] += 1
        b[n, n] = b[n, n - 1]
        return b[1:] * 2, b[0]

    agrees(function, A, 4)
