"""What forecasts without torch: no closure, a polynomial, and what Isthmus compiled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from model import Array

if TYPE_CHECKING:
    from isthmus.runtime.entry import Entry


def no_closure(x: Array, out: Array) -> None:
    """Leave the unresolved scale out: U = 0."""
    out.fill(0.0)


@dataclass(frozen=True)
class Polynomial:
    """Compute U_k from X_k alone, by a polynomial with the lowest order first."""

    coefficients: tuple[float, ...]

    def __call__(self, x: Array, out: Array) -> None:
        """Evaluate by Horner's rule."""
        out.fill(self.coefficients[-1])
        for coefficient in self.coefficients[-2::-1]:
            out *= x
            out += coefficient

    def __str__(self) -> str:
        return " ".join(f"{value:+.3g} X^{order}" for order, value in enumerate(self.coefficients))


WILKS_QUARTIC = Polynomial((0.262, 1.45, -0.0121, -0.00713, 0.000296))
"""Wilks (2005), the fit for F = 20. (0.275, 1.59, -0.0190, -0.0130, 0.000707 is his fit for F = 18.)"""


def fit_polynomial(x: Array, subgrid: Array, order: int = 4) -> Polynomial:
    """Fit a polynomial to samples of X and U by least squares."""
    fit = np.polynomial.Polynomial.fit(x.ravel(), subgrid.ravel(), order).convert()
    return Polynomial(tuple(float(value) for value in fit.coef))


class CompiledClosure:
    """Call a compiled network on f32 copies of the state, through arrays bound once."""

    def __init__(self, closure: "Entry", members: int, size: int) -> None:
        self._input = np.zeros((members, size), np.float32)
        self._output = np.zeros((members, size), np.float32)
        self.call = closure.bind(self._input, out=self._output)
        """The bound call alone: what the network costs without the copies between f64 and f32."""

    def __call__(self, x: Array, out: Array) -> None:
        """Compute U in f32."""
        np.copyto(self._input, x, casting="same_kind")
        self.call()
        np.copyto(out, self._output)


class CompiledModel:
    """Advance with the compiled model, equations, network and loop in one call, on the caller's own array."""

    def __init__(self, advance: "Entry") -> None:
        self._advance = advance
        self._calls: dict[tuple[int, int], Callable[[], object]] = {}

    def advance(self, state: Array, steps: int = 1) -> None:
        """Advance `state` in place by that many steps; a state that is seen again costs no more checks."""
        key = id(state), steps
        if key not in self._calls:
            self._calls[key] = self._advance.bind(state, steps)  # keeps the array, and with it its id
        self._calls[key]()
