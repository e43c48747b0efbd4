"""The truth: an ensemble of long two-scale runs, cut into a training and a later verification period."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from model import WILKS, Array, Parameters, RungeKutta4, TwoScaleDynamics, random_state, subgrid_tendency

TRUTH_STEP = 0.001
"""MTU. Arnold et al. (2013) use the same; a Y of the largest size turns over in about 0.05 MTU."""


@dataclass(frozen=True)
class Periods:
    """Say how long the ensemble runs, in MTU, and how often it is sampled.

    The training period follows a spin-up. The verification period follows a gap, twice as long as it takes
    a forecast to lose its skill, so that nothing of it was seen in training.
    """

    members: int = 64
    spin_up: float = 5.0
    training: float = 15.0
    gap: float = 10.0
    starts: int = 4
    lead: float = 3.0
    interval: float = 0.05
    seed: int = 1996

    @property
    def verification(self) -> float:
        """Give the length of the verification period: forecasts one after another."""
        return self.starts * self.lead

    @property
    def leads(self) -> Array:
        """Give the lead times at which forecasts are compared with the truth, from 0."""
        return np.arange(round(self.lead / self.interval) + 1, dtype=np.float64) * self.interval


@dataclass(frozen=True)
class Record:
    """Hold samples of a run: X and the subgrid tendency U, both `[time, member, K]`."""

    x: Array
    subgrid: Array

    def states(self) -> tuple[Array, Array]:
        """Give X and U as `[sample, K]`, whatever the time and member."""
        size = self.x.shape[-1]
        return self.x.reshape(-1, size), self.subgrid.reshape(-1, size)


@dataclass(frozen=True)
class Truth:
    """Hold what is taken from the truth: a training record and a later verification record."""

    training: Record
    verification: Record

    def forecast_cases(self, periods: Periods) -> tuple[Array, Array]:
        """Give the starts `[case, K]` and what then happened `[lead, case, K]` in the verification period."""
        samples = len(periods.leads) - 1
        x = self.verification.x
        runs = [x[i * samples : (i + 1) * samples + 1] for i in range(periods.starts)]
        truth = np.concatenate(runs, axis=1)
        return truth[0].copy(), truth

    def save(self, path: Path) -> None:
        """Write the truth as one `.npz` file."""
        np.savez(
            path,
            training_x=self.training.x,
            training_subgrid=self.training.subgrid,
            verification_x=self.verification.x,
            verification_subgrid=self.verification.subgrid,
        )


def simulate(
    periods: Periods, parameters: Parameters = WILKS, progress: Callable[[str], None] = lambda text: None
) -> Truth:
    """Integrate the two-scale equations through all periods and keep the records."""
    state = random_state(periods.members, periods.seed, parameters)
    solver = RungeKutta4(TwoScaleDynamics(periods.members, parameters), state.shape, TRUTH_STEP)

    def run(length: float) -> Record:
        return _record(solver, state, round(length / periods.interval), periods.interval, parameters)

    progress(f"spin-up, {periods.spin_up:g} MTU")
    run(periods.spin_up)
    progress(f"training period, {periods.training:g} MTU")
    training = run(periods.training)
    progress(f"gap, {periods.gap:g} MTU")
    run(periods.gap)
    progress(f"verification period, {periods.verification:g} MTU")
    return Truth(training, run(periods.verification))


def _record(
    solver: RungeKutta4, state: Array, samples: int, interval: float, parameters: Parameters
) -> Record:
    x = np.empty((samples + 1, len(state), parameters.slow))
    subgrid = np.empty_like(x)
    for sample in range(samples + 1):
        if sample:
            solver.advance(state, round(interval / TRUTH_STEP))
        x[sample] = state[:, : parameters.slow]
        subgrid[sample] = subgrid_tendency(state, parameters)
    return Record(x, subgrid)
