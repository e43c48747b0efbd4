"""Functions that change their arguments, where old values are read after, or while, new ones are written."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import isthmus
from isthmus.runtime.memory import Array


def swap(u: Array, v: Array) -> None:
    old = u.copy()
    u[:] = v
    v[:] = old


def shift(u: Array, v: Array) -> None:
    u[1:] = u[:-1]
    v[:] = u


def cross(u: Array, v: Array) -> None:
    total, difference = u + v, u - v
    u[:] = difference[::-1]
    v[:] = total


def turn(u: Array, v: Array) -> None:
    u[:] = u[::-1]
    v[:] = v[::-1].copy()


def old_value(u: Array, v: Array) -> Array:
    old = u.copy()
    u[:] = v
    return old


def both_ways(u: Array, v: Array) -> tuple[Array, Array, Array]:
    u[:] = 2 * u
    return u, v, u + v


def relax(u: Array, v: Array) -> None:
    for _ in range(9):
        u[1:-1] = 0.5 * (v[:-2] + v[2:])
        v[1:-1] = 0.5 * (u[:-2] + u[2:])


def branch(u: Array, v: Array) -> None:
    if u[0] > v[0]:
        u[:] = v
    else:
        v[:] = 2 * u


def normalise(u: Array, v: Array) -> Any:
    u -= u.mean()
    v /= v.sum()
    return u.max()


FUNCTIONS = (swap, shift, cross, turn, old_value, both_ways, relax, branch, normalise)


@pytest.mark.parametrize("function", FUNCTIONS, ids=[function.__name__ for function in FUNCTIONS])
def test_arguments_change_as_numpy_changes_them(function: Callable[[Array, Array], Any]) -> None:
    first = np.random.default_rng(0).random((2, 200))
    program = isthmus.load(isthmus.compile(function, tuple(first.copy())), threads=1)
    wanted, called, bound = first.copy(), first.copy(), first.copy()
    for given, expected in zip(_flat(program(*called)), _flat(function(*wanted)), strict=True):
        np.testing.assert_allclose(given, expected, rtol=1e-14, atol=1e-15)
    program.bind(*bound)()
    np.testing.assert_allclose(called, wanted, rtol=1e-14, atol=1e-15)
    np.testing.assert_array_equal(bound, called)


def _flat(results: Any) -> tuple[Any, ...]:
    if results is None:
        return ()
    return results if isinstance(results, tuple) else (results,)
