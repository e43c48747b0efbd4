"""Periodic programs, from the source to the numbers: one large stencil each, and NumPy's results to the bit."""

from collections.abc import Callable
from functools import cache
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import isthmus
from isthmus.compiler import capture_program
from isthmus.dialects.mlir import collect, ir
from isthmus.lowering.pipeline import Pipeline

Array = npt.NDArray[np.float64]
FORMED = "clean,fuse-elementwise,clean,form-stencils"


def advection(q: Array, steps: int, courant: float) -> Array:
    """Carry a tracer around a ring with a flux limiter."""
    for _ in range(steps):
        behind = q - np.roll(q, 1)
        ahead = np.roll(behind, -1)
        slope = np.where(behind * ahead > 0.0, np.minimum(np.abs(behind), np.abs(ahead)), 0.0)
        flux = courant * (q + 0.5 * (1.0 - courant) * np.copysign(slope, behind))
        q -= flux - np.roll(flux, 1)
    return q


def heat(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat on a torus."""
    for _ in range(steps):
        around = np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, 1) + np.roll(u, -1, 1)
        u += number * (around - 4.0 * u)
    return u


def padded_heat(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat on a torus, its neighbours in a padded copy."""
    for _ in range(steps):
        p = np.pad(u, 1, mode="wrap")
        u += number * (p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2] - 4.0 * u)
    return u


def joined(u: Array, steps: int, number: float) -> Array:
    """Follow a flux around a ring, its ends joined."""
    for _ in range(steps):
        ring = np.concatenate((u[-2:], u, u[:1]))
        slope = ring[1:] - ring[:-1]
        flux = slope[1:] * slope[:-1]
        u -= number * (flux[1:] - flux[:-1])
    return u


def ghosts(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat around a ring whose ends are ghosts, written by hand."""
    for _ in range(steps):
        u[1:-1] = u[1:-1] + number * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u[0] = u[-2]
        u[-1] = u[1]
    return u


CASES: list[tuple[Callable[..., Array], tuple[int, ...], int]] = [
    (advection, (61,), 58),
    (heat, (19, 23), 17 * 21),
    (padded_heat, (19, 23), 17 * 21),
    (joined, (61,), 58),
    (ghosts, (61,), 59),
]


@pytest.mark.parametrize(("program", "shape", "bulk"), CASES)
def test_a_periodic_step_is_one_large_stencil(
    program: Callable[..., Array], shape: tuple[int, ...], bulk: int
) -> None:
    arguments = (np.zeros(shape), 20, 0.1)
    (captured,) = capture_program(program, arguments, None).values()
    Pipeline.parse(f"{FORMED},split-domains,fuse-stencils").run(captured.module)
    points = [
        prod(ir.RankedTensorType(found.results[0].type).shape)
        for found in collect(captured.module, "hpc.stencil")
    ]
    assert max(points) == bulk
    assert sum(count > 25 for count in points) == 1  # the others are edges


@pytest.mark.parametrize(("program", "shape", "bulk"), CASES)
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_periodic_programs_give_what_numpy_gives(
    program: Callable[..., Any], shape: tuple[int, ...], bulk: int, steps: int
) -> None:
    start = np.random.default_rng(bulk).standard_normal(shape)
    expected, changed = start.copy(), start.copy()
    program(expected, steps, 0.1)
    loaded = isthmus.load(_compiled(program, shape))
    np.testing.assert_array_equal(loaded(changed, steps, 0.1), expected)
    np.testing.assert_array_equal(changed, expected)


@cache
def _compiled(program: Callable[..., Any], shape: tuple[int, ...]) -> Any:
    return isthmus.compile(program, (np.zeros(shape), 7, 0.1))
