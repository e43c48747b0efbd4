"""The same stencils for JAX: one jitted function each, the time loop inside it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.lax import fori_loop

Array = Any  # jax.Array, where JAX is installed


@partial(jax.jit, donate_argnums=0)
def heat_2d(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat on a plate."""

    def step(_: Any, u: Array) -> Array:
        around = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        return u.at[1:-1, 1:-1].add(number * around)

    return fori_loop(0, steps, step, u)


@partial(jax.jit, donate_argnums=0)
def heat_3d(u: Array, steps: int, number: float) -> Array:
    """Diffuse heat in a block."""

    def step(_: Any, u: Array) -> Array:
        inner = slice(1, -1)
        around = u[2:, inner, inner] + u[:-2, inner, inner] + u[inner, 2:, inner] + u[inner, :-2, inner]
        around += u[inner, inner, 2:] + u[inner, inner, :-2] - 6.0 * u[inner, inner, inner]
        return u.at[inner, inner, inner].add(number * around)

    return fori_loop(0, steps, step, u)


@partial(jax.jit, donate_argnums=(0, 1, 2))
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
    """Step shallow water; walls come from padding the fluxes."""

    def step(_: Any, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        h, u, v = state
        flux_x = jnp.pad(0.5 * (h[1:, :] + h[:-1, :]) * u[1:-1, :], ((1, 1), (0, 0)))
        flux_y = jnp.pad(0.5 * (h[:, 1:] + h[:, :-1]) * v[:, 1:-1], ((0, 0), (1, 1)))
        h = h - dt / dx * (flux_x[1:, :] - flux_x[:-1, :] + flux_y[:, 1:] - flux_y[:, :-1])
        v_at_u = 0.25 * (v[1:, 1:] + v[1:, :-1] + v[:-1, 1:] + v[:-1, :-1])
        u_at_v = 0.25 * (u[1:, 1:] + u[:-1, 1:] + u[1:, :-1] + u[:-1, :-1])
        more_u = coriolis * v_at_u - gravity / dx * (h[1:, :] - h[:-1, :]) - drag * u[1:-1, :]
        less_v = coriolis * u_at_v + gravity / dx * (h[:, 1:] - h[:, :-1]) + drag * v[:, 1:-1]
        return h, u.at[1:-1, :].add(dt * more_u), v.at[:, 1:-1].add(-dt * less_v)

    return fori_loop(0, steps, step, (h, u, v))


def limited(behind: Array, ahead: Array) -> Array:
    """Limit the slope between two differences."""
    steepest = 2.0 * jnp.minimum(jnp.abs(behind), jnp.abs(ahead))
    slope = jnp.minimum(steepest, 0.5 * jnp.abs(behind + ahead))
    return jnp.where(behind * ahead > 0.0, jnp.copysign(slope, behind), 0.0)


@partial(jax.jit, donate_argnums=0)
def advection_1d(q: Array, steps: int, courant: float) -> Array:
    """Carry a tracer around a ring."""

    def step(_: Any, q: Array) -> Array:
        behind = q - jnp.roll(q, 1)
        flux = courant * (q + 0.5 * (1.0 - courant) * limited(behind, jnp.roll(behind, -1)))
        return q - (flux - jnp.roll(flux, 1))

    return fori_loop(0, steps, step, q)


@partial(jax.jit, donate_argnums=0)
def advection_2d(q: Array, steps: int, courant_x: float, courant_y: float) -> Array:
    """Carry a tracer over a plane."""

    def step(_: Any, q: Array) -> Array:
        across = q[1:, :] - q[:-1, :]
        along = q[:, 1:] - q[:, :-1]
        flux_x = courant_x * (q[1:-1, :] + 0.5 * (1.0 - courant_x) * limited(across[:-1, :], across[1:, :]))
        flux_y = courant_y * (q[:, 1:-1] + 0.5 * (1.0 - courant_y) * limited(along[:, :-1], along[:, 1:]))
        change = flux_x[1:, 2:-1] - flux_x[:-1, 2:-1] + flux_y[2:-1, 1:] - flux_y[2:-1, :-1]
        return q.at[2:-1, 2:-1].add(-change)

    return fori_loop(0, steps, step, q)


def ready(value: Any) -> Any:
    """Wait until JAX has computed a value."""
    return jax.block_until_ready(value)  # type: ignore[no-untyped-call]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "heat_2d": heat_2d,
    "heat_3d": heat_3d,
    "shallow_water": shallow_water,
    "advection_1d": advection_1d,
    "advection_2d": advection_2d,
}
