"""What the experiment keeps, and the claims that are checked on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from model import Array
from skill import paired_gain, rmse

NONE, QUARTIC, REFIT = "no closure", "quartic, Wilks (2005)", "quartic, refitted"
NETWORK, COMPILED, TWIN = "network, torch", "network, compiled", "network, torch, reordered"
EAGER, WRITTEN = "NumPy + network in torch", "NumPy + network in torch, as written"
WHOLE_MODEL = "model + network, compiled"
"""`TWIN` is torch's network with its hidden units in another order: equal mathematics, other rounding.

`COMPILED` is the network alone, called by the coarse model in NumPy; `WHOLE_MODEL` both and the loop as one program.
`EAGER` couples loosely, without allocating; `WRITTEN` is the function that became `WHOLE_MODEL`, run as it stands.
"""

ROUNDING = 1e-5
"""Largest difference of U allowed between torch and the compiled network, relative to the spread of U."""
ROUNDING_GROWTH = 10.0
"""Largest allowed ratio of two forecast differences: compiled to torch, and reordered to torch."""
CLAIMED_SPEED = 3.0
"""How many times faster than NumPy with torch a step of the compiled model must be."""
CLAIMED_LEAD = 1.0
"""MTU. Up to here errors are far from saturation, and the better closure must have the smaller ones."""


@dataclass(frozen=True)
class Outcome:
    """Hold everything the experiment gave.

    `truth` and `forecasts` are X at the lead times, `[lead, case, K]`; `states` and `true_subgrid` are held-out
    samples `[sample, K]`, `subgrid` each closure's U for them; `climates` holds X of free runs, the truth's
    under `"truth"`; `timings` has `members`, `call` and `step` (microseconds) by closure.
    """

    leads: Array
    truth: Array
    forecasts: dict[str, Array]
    states: Array
    true_subgrid: Array
    subgrid: dict[str, Array]
    climates: dict[str, Array]
    timings: dict[str, list[dict[str, Any]]]
    compiler_half_loaded: list[str]

    def error(self, name: str) -> Array:
        """Give the error of a closure's forecasts by lead time."""
        return rmse(self.forecasts[name], self.truth)

    def apart(self, name: str) -> Array:
        """Give how far a closure's forecasts are from those of the network in torch, by lead time."""
        return rmse(self.forecasts[name], self.forecasts[NETWORK])


@dataclass(frozen=True)
class Check:
    """State a claim, whether it holds, and the numbers that decide; the demo fails with a required one."""

    claim: str
    holds: bool
    evidence: str
    required: bool = True

    @property
    def fails(self) -> bool:
        """Tell whether the demo must fail."""
        return self.required and not self.holds

    def __str__(self) -> str:
        verdict = "PASS" if self.holds else "FAIL" if self.required else "note: does not hold:"
        return f"{verdict} {self.claim}\n     {self.evidence}"


def all_checks(outcome: Outcome) -> list[Check]:
    """Check every claim of the demo."""
    return [
        check_runtime_only(outcome),
        check_same_tendencies(outcome),
        check_same_forecasts(outcome, COMPILED),
        check_same_forecasts(outcome, WHOLE_MODEL),
        check_faster(outcome),
        check_gain(outcome, COMPILED, NONE),
        check_gain(outcome, COMPILED, QUARTIC, required=False),
        check_gain(outcome, COMPILED, REFIT, required=False),
    ]


def check_runtime_only(outcome: Outcome) -> Check:
    """Claim that the process that ran the artifact held neither torch nor a compiler."""
    loaded = outcome.compiler_half_loaded
    evidence = (
        f"loaded: {', '.join(loaded)}" if loaded else "its imports of them were set to fail; none was made"
    )
    return Check("the artifact ran in a process without torch or a compiler", not loaded, evidence)


def check_same_tendencies(outcome: Outcome) -> Check:
    """Claim that compiled and torch give the same U for the same states, to f32 rounding."""
    compiled, torch = outcome.subgrid[COMPILED], outcome.subgrid[NETWORK]
    worst, allowed = float(np.abs(compiled - torch).max()), ROUNDING * float(torch.std())
    evidence = f"largest difference of U {worst:.1e}, allowed {allowed:.1e} ({compiled.size} values)"
    return Check(f"same tendencies: {COMPILED} and {NETWORK}", worst <= allowed, evidence)


def check_same_forecasts(outcome: Outcome, name: str) -> Check:
    """Claim that forecasts differ from torch's no more than rounding, amplified by chaos, lets them."""
    compiled, rounding = outcome.apart(name)[1:], outcome.apart(TWIN)[1:]
    worst = float(np.max(compiled / rounding))
    evidence = (
        f"apart by {compiled[-1]:.1e} at {outcome.leads[-1]:g} MTU, where reordering torch's hidden units gives "
        f"{rounding[-1]:.1e}; largest ratio {worst:.1f}, allowed {ROUNDING_GROWTH:g}"
    )
    return Check(f"same forecasts: {name} and {NETWORK}", worst <= ROUNDING_GROWTH, evidence)


def check_faster(outcome: Outcome) -> Check:
    """Claim that a step of the compiled model takes a fraction of the time of the loosely coupled one's."""
    pairs = list(zip(outcome.timings[EAGER], outcome.timings[WHOLE_MODEL], strict=True))
    gains = {loose["members"]: loose["step"] / whole["step"] for loose, whole in pairs}
    evidence = ", ".join(f"{gain:.1f} times for {members} at once" for members, gain in gains.items())
    claim = f"a step of {WHOLE_MODEL} is {CLAIMED_SPEED:g} times faster than of {EAGER}"
    return Check(claim, all(gain >= CLAIMED_SPEED for gain in gains.values()), evidence)


def check_gain(outcome: Outcome, name: str, reference: str, required: bool = True) -> Check:
    """Claim that one closure's forecasts are better than another's at every lead time up to `CLAIMED_LEAD`."""
    early = (outcome.leads > 0) & (outcome.leads <= CLAIMED_LEAD + 1e-9)
    gain = paired_gain(outcome.forecasts[name], outcome.forecasts[reference], outcome.truth)
    certain = gain.is_certain()[early]
    evidence = (
        f"by more than two standard errors at {certain.sum()} of {certain.size} lead times to {CLAIMED_LEAD:g} MTU; "
        f"{outcome.error(name)[early][-1]:.2f} against {outcome.error(reference)[early][-1]:.2f} there"
    )
    return Check(f"smaller forecast errors: {name} than {reference}", bool(certain.all()), evidence, required)


def as_numbers(outcome: Outcome) -> dict[str, Any]:
    """Give the forecast results as what JSON can hold."""
    return {
        "leads_mtu": outcome.leads.tolist(),
        "cases": outcome.truth.shape[1],
        "rmse": {name: outcome.error(name).tolist() for name in outcome.forecasts},
        "apart_from_torch": {name: outcome.apart(name).tolist() for name in (COMPILED, WHOLE_MODEL, TWIN)},
        "microseconds": outcome.timings,
    }
