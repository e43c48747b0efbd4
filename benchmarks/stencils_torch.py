"""One step of each stencil for `torch.compile`; the time loop stays in Python, as compiling it unrolls it."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def heat_2d(u: Tensor, number: float) -> None:
    """Diffuse heat on a plate."""
    u[1:-1, 1:-1] += number * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])


def heat_3d(u: Tensor, number: float) -> None:
    """Diffuse heat in a block."""
    inner = slice(1, -1)
    around = u[2:, inner, inner] + u[:-2, inner, inner] + u[inner, 2:, inner] + u[inner, :-2, inner]
    around = around + u[inner, inner, 2:] + u[inner, inner, :-2] - 6.0 * u[inner, inner, inner]
    u[inner, inner, inner] += number * around


def shallow_water(
    h: Tensor, u: Tensor, v: Tensor, dt: float, dx: float, gravity: float, coriolis: float, drag: float
) -> None:
    """Step shallow water; walls come from padding the fluxes."""
    flux_x = torch.nn.functional.pad(0.5 * (h[1:, :] + h[:-1, :]) * u[1:-1, :], (0, 0, 1, 1))
    flux_y = torch.nn.functional.pad(0.5 * (h[:, 1:] + h[:, :-1]) * v[:, 1:-1], (1, 1, 0, 0))
    h -= dt / dx * (flux_x[1:, :] - flux_x[:-1, :] + flux_y[:, 1:] - flux_y[:, :-1])
    v_at_u = 0.25 * (v[1:, 1:] + v[1:, :-1] + v[:-1, 1:] + v[:-1, :-1])
    u_at_v = 0.25 * (u[1:, 1:] + u[:-1, 1:] + u[1:, :-1] + u[:-1, :-1])
    u[1:-1, :] += dt * (coriolis * v_at_u - gravity / dx * (h[1:, :] - h[:-1, :]) - drag * u[1:-1, :])
    v[:, 1:-1] -= dt * (coriolis * u_at_v + gravity / dx * (h[:, 1:] - h[:, :-1]) + drag * v[:, 1:-1])


def limited(behind: Tensor, ahead: Tensor) -> Tensor:
    """Limit the slope between two differences."""
    steepest = 2.0 * torch.minimum(behind.abs(), ahead.abs())
    slope = torch.minimum(steepest, 0.5 * (behind + ahead).abs())
    return torch.where(behind * ahead > 0.0, torch.copysign(slope, behind), 0.0)


def advection_1d(q: Tensor, courant: float) -> None:
    """Carry a tracer around a ring."""
    behind = q - q.roll(1)
    flux = courant * (q + 0.5 * (1.0 - courant) * limited(behind, behind.roll(-1)))
    q -= flux - flux.roll(1)


def advection_2d(q: Tensor, courant_x: float, courant_y: float) -> None:
    """Carry a tracer over a plane."""
    across = q[1:, :] - q[:-1, :]
    along = q[:, 1:] - q[:, :-1]
    flux_x = courant_x * (q[1:-1, :] + 0.5 * (1.0 - courant_x) * limited(across[:-1, :], across[1:, :]))
    flux_y = courant_y * (q[:, 1:-1] + 0.5 * (1.0 - courant_y) * limited(along[:, :-1], along[:, 1:]))
    q[2:-1, 2:-1] -= flux_x[1:, 2:-1] - flux_x[:-1, 2:-1] + flux_y[2:-1, 1:] - flux_y[2:-1, :-1]


STEPS: dict[str, Callable[..., Any]] = {
    "heat_2d": heat_2d,
    "heat_3d": heat_3d,
    "shallow_water": shallow_water,
    "advection_1d": advection_1d,
    "advection_2d": advection_2d,
}
