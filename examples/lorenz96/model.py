"""The Lorenz-96 equations, two-scale (the truth) and single-scale with a closure (the coarse model).

Time is in model time units; 1 MTU is about 5 atmospheric days (Lorenz 1996, from the growth rate of errors).
Arrays are `[member, variable]`, f64: every equation is evaluated for a whole ensemble at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Tendency = Callable[[Array, Array], None]
"""Write the tendency of the state (first argument) into the second."""
Closure = Callable[[Array, Array], None]
"""Write the subgrid tendency U of the resolved state X (first argument) into the second."""

DAYS_PER_MTU = 5


@dataclass(frozen=True)
class Parameters:
    """Hold the constants of the equations; the defaults are the setting of Wilks (2005) with F = 20."""

    slow: int = 8
    """K, the number of resolved variables X (on a latitude circle)."""
    fast_per_slow: int = 32
    """J, the number of unresolved variables Y beside each X."""
    forcing: float = 20.0
    """F, large enough that X is chaotic."""
    coupling: float = 1.0
    """h, how strongly the scales are coupled."""
    space_ratio: float = 10.0
    """b, how much smaller Y is than X."""
    time_ratio: float = 10.0
    """c, how much faster Y is than X."""

    @property
    def exchange(self) -> float:
        """Give h c / b, the factor of the coupling terms in both equations."""
        return self.coupling * self.time_ratio / self.space_ratio


WILKS = Parameters()


class Circle:
    """Give shifted views of `[member, size]` values that lie on a circle, by keeping a halo on both sides."""

    def __init__(self, members: int, size: int, left: int, right: int) -> None:
        self._left, self._right, self._size = left, right, size
        self._padded = np.empty((members, left + size + right))

    def fill(self, values: Array) -> None:
        """Copy the values in and close the circle."""
        left, size = self._left, self._size
        self._padded[:, left : left + size] = values
        self._padded[:, :left] = values[:, -left:]
        self._padded[:, left + size :] = values[:, : self._right]

    def at(self, offset: int) -> Array:
        """View the values `offset` places further round the circle."""
        start = self._left + offset
        return self._padded[:, start : start + self._size]


class ResolvedDynamics:
    """Compute the resolved terms of the X equation (Wilks 2005, eq. 1), without the subgrid tendency.

    dX_k/dt = X_{k-1} (X_{k+1} - X_{k-2}) - X_k + F
    """

    def __init__(self, members: int, parameters: Parameters = WILKS) -> None:
        self._forcing = parameters.forcing
        circle = Circle(members, parameters.slow, left=2, right=1)
        self._fill = circle.fill
        self._two_back, self._back, self._ahead = circle.at(-2), circle.at(-1), circle.at(1)

    def __call__(self, x: Array, out: Array) -> None:
        """Write the resolved tendency of `x` into `out`."""
        self._fill(x)
        np.subtract(self._ahead, self._two_back, out=out)
        out *= self._back
        out -= x
        out += self._forcing


class TwoScaleDynamics:
    """Compute the full system (Wilks 2005, eqs. 1 and 2) on a state `[member, K + J K]`, X first, then Y.

    dX_k/dt = X_{k-1} (X_{k+1} - X_{k-2}) - X_k + F - (h c / b) sum_j Y_{j,k}
    dY_j/dt = c b Y_{j+1} (Y_{j-1} - Y_{j+2}) - c Y_j + (h c / b) X_k

    The Y of all sectors form one circle: Y_{J+1,k} is Y_{1,k+1}.
    """

    def __init__(self, members: int, parameters: Parameters = WILKS) -> None:
        self._parameters = parameters
        self._resolved = ResolvedDynamics(members, parameters)
        fast = parameters.slow * parameters.fast_per_slow
        circle = Circle(members, fast, left=1, right=2)
        self._fill = circle.fill
        self._back, self._ahead, self._two_ahead = circle.at(-1), circle.at(1), circle.at(2)
        self._scratch = np.empty((members, fast))

    def __call__(self, state: Array, out: Array) -> None:
        """Write the tendency of both scales into `out`."""
        p = self._parameters
        x, y, dx, dy = state[:, : p.slow], state[:, p.slow :], out[:, : p.slow], out[:, p.slow :]
        self._resolved(x, dx)
        dx -= subgrid_tendency(state, p)
        self._fill(y)
        np.subtract(self._back, self._two_ahead, out=dy)
        dy *= self._ahead
        dy *= p.time_ratio * p.space_ratio
        dy -= np.multiply(y, p.time_ratio, out=self._scratch)
        by_sector = dy.reshape(-1, p.slow, p.fast_per_slow)
        by_sector += p.exchange * x[:, :, None]


class CoarseDynamics:
    """Compute the coarse model: the resolved terms of the X equation, and a closure U(X) for the rest.

    dX_k/dt = X_{k-1} (X_{k+1} - X_{k-2}) - X_k + F - U_k(X) (Wilks 2005, eq. 3)
    """

    def __init__(self, closure: Closure, members: int, parameters: Parameters = WILKS) -> None:
        self._closure = closure
        self._resolved = ResolvedDynamics(members, parameters)
        self._subgrid = np.empty((members, parameters.slow))

    def __call__(self, x: Array, out: Array) -> None:
        """Write the tendency of `x` into `out`."""
        self._resolved(x, out)
        self._closure(x, self._subgrid)
        out -= self._subgrid


class Solver(Protocol):
    """What advances a state in place by a number of steps."""

    def advance(self, state: Array, steps: int = 1) -> None: ...


class RungeKutta4:
    """Take classical fourth-order Runge-Kutta steps, in place and without allocating."""

    def __init__(self, tendency: Tendency, shape: tuple[int, ...], step: float) -> None:
        self._tendency, self._step = tendency, step
        self._slope, self._sum, self._trial = np.empty(shape), np.empty(shape), np.empty(shape)

    def advance(self, state: Array, steps: int = 1) -> None:
        """Advance `state` by that many steps."""
        for _ in range(steps):
            self._advance_once(state)

    def _advance_once(self, state: Array) -> None:
        slope, total, trial, step = self._slope, self._sum, self._trial, self._step
        self._tendency(state, total)
        np.multiply(total, step / 2, out=trial)
        for weight, reach in ((2.0, step / 2), (2.0, step)):
            trial += state
            self._tendency(trial, slope)
            np.multiply(slope, reach, out=trial)
            slope *= weight
            total += slope
        trial += state
        self._tendency(trial, slope)
        total += slope
        total *= step / 6
        state += total


def subgrid_tendency(state: Array, parameters: Parameters = WILKS) -> Array:
    """Compute what the unresolved scale does to X: U_k = (h c / b) sum_j Y_{j,k}, `[member, K]`."""
    fast = state[:, parameters.slow :].reshape(-1, parameters.slow, parameters.fast_per_slow)
    return np.asarray(parameters.exchange * fast.sum(axis=2))


def random_state(members: int, seed: int, parameters: Parameters = WILKS) -> Array:
    """Draw states to start from: X from N(0, 5^2), Y from N(0, 0.1^2). They need a spin-up."""
    generator = np.random.default_rng(seed)
    fast = parameters.slow * parameters.fast_per_slow
    x = generator.normal(0.0, 5.0, (members, parameters.slow))
    return np.concatenate([x, generator.normal(0.0, 0.1, (members, fast))], axis=1)
