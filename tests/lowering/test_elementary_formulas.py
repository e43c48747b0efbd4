"""The formulas themselves, evaluated with NumPy: dense sweeps without a compiler, without fused operations."""

import numpy as np
import pytest
from tests.lowering import fit_elementary
from tests.lowering.elementary_evaluation import (
    DTYPES,
    FORMATS,
    arguments,
    errors_in_ulp,
    evaluate,
    reference,
)

from isthmus.lowering.elementary import coefficients
from isthmus.lowering.elementary.table import FORMULAS

NAMES = sorted(name.removeprefix("math.") for name in FORMULAS)
TOLERANCE = 4.0


def worst(name: str, kind: str, count: int) -> float:
    """Give the largest error in ulp of a formula over all magnitudes."""
    given = arguments(name, kind, count)
    got = evaluate(FORMULAS[f"math.{name}"], FORMATS[kind], *given)
    return float(errors_in_ulp(got, *reference(name, *given)).max())


@pytest.mark.parametrize("kind", ["f32", "f64"])
@pytest.mark.parametrize("name", NAMES)
def test_every_formula_keeps_four_ulp_over_all_magnitudes(name: str, kind: str) -> None:
    assert worst(name, kind, 120) <= TOLERANCE


def test_single_precision_coefficients_do_not_pass_in_f64(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = coefficients.COEFFICIENTS["exp"]
    rounded = tuple(float(np.float32(value)) for value in rows["f64"])
    monkeypatch.setitem(rows, "f64", rounded)
    assert worst("exp", "f64", 120) > TOLERANCE


def test_the_coefficients_are_those_the_fit_gives() -> None:
    fitted = fit_elementary.table("exp", "sin")
    assert fitted == {name: coefficients.COEFFICIENTS[name] for name in fitted}


@pytest.mark.parametrize("kind", ["f32", "f64"])
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_sine_degrades_gracefully_beyond_its_range(name: str, kind: str) -> None:
    draw = np.random.default_rng(5)
    x = (draw.choice([-1, 1], 2000) * 10 ** draw.uniform(9, 38, 2000)).astype(DTYPES[kind])
    got = evaluate(FORMULAS[f"math.{name}"], FORMATS[kind], x).astype(np.float64)
    near = np.abs(x) <= 2.0**40
    exact = getattr(np, name)(x.astype(np.float64))
    assert np.all(np.abs(got) <= 1)
    assert np.all(np.abs(got - exact)[near] <= np.abs(x[near]) * 2.0**-52 + 1e-7 * (kind == "f32"))
