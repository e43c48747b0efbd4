"""Scores of closures, forecasts and climates against the truth."""

from dataclasses import dataclass

import numpy as np
from model import Array, Closure
from numpy.typing import NDArray

CLIMATE_BINS = np.arange(-15.0, 25.5, 0.5)


def explained_variance(subgrid: Array, truth: Array) -> float:
    """Compute the share of the variance of U that a closure explains (R squared)."""
    return float(1 - np.mean((subgrid - truth) ** 2) / truth.var())


def evaluate(closure: Closure, x: Array) -> Array:
    """Give U of many states."""
    subgrid = np.empty_like(x)
    closure(x, subgrid)
    return subgrid


def rmse(forecast: Array, truth: Array) -> Array:
    """Compute the root of the squared error, averaged over cases and k, for each lead time."""
    return np.asarray(np.sqrt(np.mean((forecast - truth) ** 2, axis=(1, 2))))


@dataclass(frozen=True)
class Gain:
    """Compare two forecasts of the same cases: the mean fall of the squared error, and its standard error."""

    mean: Array
    standard_error: Array

    def is_certain(self) -> NDArray[np.bool_]:
        """Tell at which lead times the fall exceeds two standard errors."""
        return self.mean > 2 * self.standard_error


def paired_gain(forecast: Array, reference: Array, truth: Array) -> Gain:
    """Compare case by case, so that hard and easy cases cancel; arrays are `[lead, case, K]`."""
    fall = np.mean((reference - truth) ** 2 - (forecast - truth) ** 2, axis=2)
    return Gain(fall.mean(axis=1), fall.std(axis=1, ddof=1) / np.sqrt(fall.shape[1]))


def lead_until(error: Array, leads: Array, limit: float) -> float:
    """Give the lead time at which the error first exceeds the limit, between samples by a straight line."""
    above = np.flatnonzero(error > limit)
    if not above.size or above[0] == 0:
        return float(leads[0] if above.size else leads[-1])
    last = above[0]
    share = (limit - error[last - 1]) / (error[last] - error[last - 1])
    return float(leads[last - 1] + share * (leads[last] - leads[last - 1]))


def climate_density(x: Array) -> Array:
    """Estimate the probability density of X over `CLIMATE_BINS`."""
    counts, _ = np.histogram(x, CLIMATE_BINS)
    return np.asarray(counts / (counts.sum() * np.diff(CLIMATE_BINS)))


def hellinger(p: Array, q: Array) -> float:
    """Compute the Hellinger distance of two densities over `CLIMATE_BINS`, from 0 (equal) to 1."""
    overlap = np.sum(np.sqrt(p * q) * np.diff(CLIMATE_BINS))
    return float(np.sqrt(max(0.0, 1 - overlap)))
