"""Time-stepped stencils as one writes them with NumPy: what Isthmus captures, as it stands."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def heat_2d(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat on a plate: explicit steps with the diffusion number `number`."""
    for _ in range(steps):
        u[1:-1, 1:-1] += number * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        )
    return u


def heat_3d(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat in a block: explicit steps with the diffusion number `number`."""
    for _ in range(steps):
        u[1:-1, 1:-1, 1:-1] += number * (
            u[2:, 1:-1, 1:-1]
            + u[:-2, 1:-1, 1:-1]
            + u[1:-1, 2:, 1:-1]
            + u[1:-1, :-2, 1:-1]
            + u[1:-1, 1:-1, 2:]
            + u[1:-1, 1:-1, :-2]
            - 6.0 * u[1:-1, 1:-1, 1:-1]
        )
    return u


def shallow_water(
    h: Array,
    u: Array,
    v: Array,
    steps: int,
    dt: float,
    dx: float,
    gravity: float,
    coriolis: float,
    drag: float,
) -> tuple[Array, Array, Array]:
    """Step rotating shallow water between walls on a C grid: mass forward, momentum backward.

    `h` is n x n at the centres, `u` (n + 1) x n and `v` n x (n + 1) on the faces.
    """
    flux_x = np.zeros_like(u)
    flux_y = np.zeros_like(v)
    for _ in range(steps):
        flux_x[1:-1, :] = 0.5 * (h[1:, :] + h[:-1, :]) * u[1:-1, :]
        flux_y[:, 1:-1] = 0.5 * (h[:, 1:] + h[:, :-1]) * v[:, 1:-1]
        h -= dt / dx * (flux_x[1:, :] - flux_x[:-1, :] + flux_y[:, 1:] - flux_y[:, :-1])
        v_at_u = 0.25 * (v[1:, 1:] + v[1:, :-1] + v[:-1, 1:] + v[:-1, :-1])
        u_at_v = 0.25 * (u[1:, 1:] + u[:-1, 1:] + u[1:, :-1] + u[:-1, :-1])
        u[1:-1, :] += dt * (coriolis * v_at_u - gravity / dx * (h[1:, :] - h[:-1, :]) - drag * u[1:-1, :])
        v[:, 1:-1] -= dt * (coriolis * u_at_v + gravity / dx * (h[:, 1:] - h[:, :-1]) + drag * v[:, 1:-1])
    return h, u, v


def limited(behind: Array, ahead: Array) -> Array:
    """Limit the slope between two differences: monotonised central."""
    steepest = 2.0 * np.minimum(np.abs(behind), np.abs(ahead))
    slope = np.minimum(steepest, 0.5 * np.abs(behind + ahead))
    return np.where(behind * ahead > 0.0, np.copysign(slope, behind), 0.0)


def advection_1d(q: Array, steps: int, courant: float) -> Array:
    """Carry a tracer around a ring with a flux limiter."""
    for _ in range(steps):
        behind = q - np.roll(q, 1)
        flux = courant * (q + 0.5 * (1.0 - courant) * limited(behind, np.roll(behind, -1)))
        q -= flux - np.roll(flux, 1)
    return q


def advection_2d(q: Array, steps: int, courant_x: float, courant_y: float) -> Array:
    """Carry a tracer over a plane with flux limiters; two cells at the edges stay as they are."""
    for _ in range(steps):
        across = q[1:, :] - q[:-1, :]
        along = q[:, 1:] - q[:, :-1]
        flux_x = courant_x * (q[1:-1, :] + 0.5 * (1.0 - courant_x) * limited(across[:-1, :], across[1:, :]))
        flux_y = courant_y * (q[:, 1:-1] + 0.5 * (1.0 - courant_y) * limited(along[:, :-1], along[:, 1:]))
        q[2:-1, 2:-1] -= flux_x[1:, 2:-1] - flux_x[:-1, 2:-1] + flux_y[2:-1, 1:] - flux_y[2:-1, :-1]
    return q
