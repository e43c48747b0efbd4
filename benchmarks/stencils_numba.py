"""The same stencils as an expert writes them for numba: fused by hand, two buffers, rows shared among threads.

Each function takes what the NumPy one takes and gives the arrays that hold the result. `parallel` and `serial` map
names to compiled functions; both come from one source.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import prange

Array = np.ndarray[Any, np.dtype[np.float64]]


def heat_2d(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat on a plate."""
    rows, columns = u.shape
    v = u.copy()
    for _ in range(steps):
        for i in prange(1, rows - 1):
            for j in range(1, columns - 1):
                v[i, j] = u[i, j] + number * (
                    u[i + 1, j] + u[i - 1, j] + u[i, j + 1] + u[i, j - 1] - 4.0 * u[i, j]
                )
        u, v = v, u
    return u


def heat_3d(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat in a block."""
    planes, rows, columns = u.shape
    v = u.copy()
    for _ in range(steps):
        for i in prange(1, planes - 1):
            for j in range(1, rows - 1):
                for k in range(1, columns - 1):
                    v[i, j, k] = u[i, j, k] + number * (
                        u[i + 1, j, k]
                        + u[i - 1, j, k]
                        + u[i, j + 1, k]
                        + u[i, j - 1, k]
                        + u[i, j, k + 1]
                        + u[i, j, k - 1]
                        - 6.0 * u[i, j, k]
                    )
        u, v = v, u
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
    """Step shallow water in two sweeps: mass, then both momenta. Walls carry no flux: `u` and `v` are zero there."""
    n = h.shape[0]
    new_h, new_u, new_v = np.empty_like(h), u.copy(), v.copy()
    slope, share = gravity / dx, 0.5 * dt / dx
    for _ in range(steps):
        for i in prange(n):
            here, west, east = h[i], h[max(i - 1, 0)], h[min(i + 1, n - 1)]
            right, left, target = u[i + 1], u[i], new_h[i]
            for j in range(n):
                flux = (east[j] + here[j]) * right[j] - (here[j] + west[j]) * left[j]
                target[j] = here[j] - share * flux
            south, north, along, inner = here[:-1], here[1:], v[i, 1:-1], target[1:]
            for j in range(n - 1):
                inner[j] += share * (south[j] + north[j]) * along[j]
            for j in range(n - 1):
                target[j] -= share * (south[j] + north[j]) * along[j]
        h, new_h = new_h, h
        for i in prange(n):
            here, middle = h[i], u[i]
            if i > 0:
                west, ahead, behind, target = h[i - 1], v[i], v[i - 1], new_u[i]
                next_ahead, next_behind = ahead[1:], behind[1:]
                for j in range(n):
                    v_at_u = 0.25 * (next_ahead[j] + ahead[j] + next_behind[j] + behind[j])
                    target[j] = middle[j] + dt * (
                        coriolis * v_at_u - slope * (here[j] - west[j]) - drag * middle[j]
                    )
            right, north, along, goal = u[i + 1], here[1:], v[i, 1:], new_v[i, 1:]
            next_right, next_middle = right[1:], middle[1:]
            for j in range(n - 1):
                u_at_v = 0.25 * (next_right[j] + next_middle[j] + right[j] + middle[j])
                goal[j] = along[j] - dt * (coriolis * u_at_v + slope * (north[j] - here[j]) + drag * along[j])
        u, new_u = new_u, u
        v, new_v = new_v, v
    return h, u, v


@numba.njit(fastmath=True, inline="always")
def limited(behind: float, ahead: float) -> float:
    """Limit the slope between two differences, in a form that vectorises."""
    slope = min(2.0 * min(abs(behind), abs(ahead)), 0.5 * abs(behind + ahead))
    slope = slope if behind > 0.0 else -slope
    return slope if behind * ahead > 0.0 else 0.0


def advection_1d(q: Array, steps: int, courant: float) -> Array:
    """Carry a tracer around a ring; both fluxes of a cell are computed where they are needed."""
    n = q.shape[0]
    new = np.empty_like(q)
    half = 0.5 * (1.0 - courant)
    for _ in range(steps):
        a, b, c, d = q[:-3], q[1:-2], q[2:-1], q[3:]
        target = new[2:-1]  # assigned together with the others, numba takes the loop below for dead code
        for i in prange(n - 3):
            before, behind, ahead = b[i] - a[i], c[i] - b[i], d[i] - c[i]
            target[i] = c[i] - courant * (behind + half * (limited(behind, ahead) - limited(before, behind)))
        for i in (0, 1, n - 1):
            before, behind, ahead = q[i - 1] - q[i - 2], q[i] - q[i - 1], q[(i + 1) % n] - q[i]
            new[i] = q[i] - courant * (behind + half * (limited(behind, ahead) - limited(before, behind)))
        q, new = new, q
    return q


def advection_2d(q: Array, steps: int, courant_x: float, courant_y: float) -> Array:
    """Carry a tracer over a plane; both fluxes of a cell are computed where they are needed."""
    rows, columns = q.shape
    new = q.copy()
    half_x, half_y = 0.5 * (1.0 - courant_x), 0.5 * (1.0 - courant_y)
    for _ in range(steps):
        for i in prange(2, rows - 1):
            a, b, d = q[i - 2, 2:-1], q[i - 1, 2:-1], q[i + 1, 2:-1]
            e, f, c, g = q[i, :-3], q[i, 1:-2], q[i, 2:-1], q[i, 3:]
            target = new[i, 2:-1]
            for j in range(columns - 3):
                before, behind, ahead = b[j] - a[j], c[j] - b[j], d[j] - c[j]
                flux_x = behind + half_x * (limited(behind, ahead) - limited(before, behind))
                before, behind, ahead = f[j] - e[j], c[j] - f[j], g[j] - c[j]
                flux_y = behind + half_y * (limited(behind, ahead) - limited(before, behind))
                target[j] = c[j] - courant_x * flux_x - courant_y * flux_y
        q, new = new, q
    return q


def compiled(name: str, parallel: bool) -> Callable[..., Any]:
    """Compile one of the stencils, with its rows shared among threads or not."""
    function: Callable[..., Any] = numba.njit(globals()[name], parallel=parallel, fastmath=True)
    return function
