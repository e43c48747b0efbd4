"""The Lorenz-96 example: its equations, its pieces at small sizes, and the demo from end to end."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import isthmus

EXAMPLE = Path(__file__).parents[2] / "examples" / "lorenz96"
MODULES = ("model", "truth", "closures", "skill", "train", "forecast", "coupled", "experiment")


@pytest.fixture(scope="module")
def l96() -> Iterator[Any]:
    """Import the example's scripts the way they import each other, and leave no trace."""
    sys.path.insert(0, str(EXAMPLE))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the demo does: the network is too small for more
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    finally:
        torch.set_num_threads(threads)
        sys.path.remove(str(EXAMPLE))
        for name in MODULES:
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def periods(l96: Any) -> Any:
    return l96.truth.Periods(members=16, spin_up=2.0, training=3.0, gap=0.5, starts=2, lead=0.5)


@pytest.fixture(scope="module")
def truth(l96: Any, periods: Any) -> Any:
    return l96.truth.simulate(periods)


def tendency(dynamics: Any, state: Any) -> Any:
    out = np.empty_like(state)
    dynamics(state, out)
    return out


def published_tendency(state: Any, p: Any) -> Any:
    """Evaluate Wilks (2005), eqs. 1 and 2, index by index."""
    slow, fast = p.slow, p.slow * p.fast_per_slow
    x, y = state[:slow], state[slow:]
    coupling = p.coupling * p.time_ratio / p.space_ratio
    dx = [
        -x[k - 1] * (x[k - 2] - x[(k + 1) % slow]) - x[k] + p.forcing
        - coupling * sum(y[p.fast_per_slow * k : p.fast_per_slow * (k + 1)])
        for k in range(slow)
    ]  # fmt: skip
    dy = [
        -p.time_ratio * p.space_ratio * y[(j + 1) % fast] * (y[(j + 2) % fast] - y[j - 1])
        - p.time_ratio * y[j]
        + coupling * x[j // p.fast_per_slow]
        for j in range(fast)
    ]
    return np.array(dx + dy)


def test_the_two_scale_tendency_is_the_published_one(l96: Any) -> None:
    p = l96.model.Parameters(
        slow=5, fast_per_slow=3, forcing=18.0, coupling=0.7, space_ratio=8.0, time_ratio=4.0
    )
    state = l96.model.random_state(4, seed=1, parameters=p)
    expected = np.array([published_tendency(member, p) for member in state])
    actual = tendency(l96.model.TwoScaleDynamics(4, p), state)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


def test_only_forcing_and_damping_change_the_energy(l96: Any) -> None:
    p, state = l96.model.WILKS, l96.model.random_state(8, seed=2)
    change = (state * tendency(l96.model.TwoScaleDynamics(8), state)).sum(axis=1)
    x, y = state[:, : p.slow], state[:, p.slow :]
    expected = p.forcing * x.sum(1) - (x**2).sum(1) - p.time_ratio * (y**2).sum(1)
    np.testing.assert_allclose(change, expected, rtol=1e-11)


def test_the_integrator_is_of_fourth_order(l96: Any) -> None:
    start = np.random.default_rng(3).normal(0.0, 3.0, (8, 8))

    def after(steps: int) -> Any:
        x = start.copy()
        dynamics = l96.model.CoarseDynamics(l96.closures.WILKS_QUARTIC, 8)
        l96.model.RungeKutta4(dynamics, x.shape, 0.2 / steps).advance(x, steps)
        return x

    exact = after(2560)
    errors = [np.abs(after(steps) - exact).max() for steps in (20, 40, 80)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 4.0, atol=0.25)


def test_the_coarse_model_is_the_truth_without_coupling(l96: Any) -> None:
    p = l96.model.Parameters(coupling=0.0)
    state = l96.model.random_state(4, seed=4, parameters=p)
    x = state[:, : p.slow].copy()
    l96.model.RungeKutta4(l96.model.TwoScaleDynamics(4, p), state.shape, 0.001).advance(state, 300)
    coarse = l96.model.CoarseDynamics(l96.closures.no_closure, 4, p)
    l96.model.RungeKutta4(coarse, x.shape, 0.001).advance(x, 300)
    np.testing.assert_array_equal(x, state[:, : p.slow])


def test_the_coupled_model_is_the_coarse_model_with_its_network(l96: Any) -> None:
    torch.manual_seed(9)
    network, x = l96.train.ClosureNetwork().eval(), np.random.default_rng(9).normal(0.0, 5.0, (3, 8))
    y, z = x.copy(), x.copy()
    l96.coupled.CoupledModel(network).advance(y, 5)
    l96.forecast.coarse_model(l96.train.TorchClosure(network, 3, 8), 3).advance(z, 5)
    np.testing.assert_allclose(y, z, rtol=1e-6, atol=1e-6)


def test_the_compiled_model_is_the_function_it_was_compiled_from(l96: Any) -> None:
    torch.manual_seed(10)
    model = l96.coupled.CoupledModel(l96.train.ClosureNetwork().eval())
    program = isthmus.load(isthmus.compile(model.advance, (isthmus.Spec("f64[members, 8]"), 1)))
    compiled = l96.closures.CompiledModel(program)
    for members in (1, 5):
        x = np.random.default_rng(members).normal(0.0, 5.0, (members, 8))
        y = x.copy()
        for steps in (1, 4):
            compiled.advance(x, steps)
            model.advance(y, steps)
        np.testing.assert_allclose(x, y, rtol=1e-6, atol=1e-6)


def test_the_quartic_is_that_of_wilks(l96: Any) -> None:
    x = np.linspace(-8.0, 15.0, 24).reshape(3, 8)
    expected = 0.262 + 1.45 * x - 0.0121 * x**2 - 0.00713 * x**3 + 0.000296 * x**4
    np.testing.assert_allclose(l96.skill.evaluate(l96.closures.WILKS_QUARTIC, x), expected, rtol=1e-12)


def test_a_fit_recovers_its_polynomial(l96: Any) -> None:
    x = np.random.default_rng(5).uniform(-8.0, 15.0, (100, 8))
    fitted = l96.closures.fit_polynomial(x, l96.skill.evaluate(l96.closures.WILKS_QUARTIC, x))
    np.testing.assert_allclose(fitted.coefficients, l96.closures.WILKS_QUARTIC.coefficients, rtol=1e-8)


def test_the_truth_is_reproducible(l96: Any) -> None:
    short = l96.truth.Periods(members=4, spin_up=0.2, training=0.2, gap=0.1, starts=1, lead=0.2)
    first, second, other = (l96.truth.simulate(periods) for periods in (short, short, replace(short, seed=1)))
    np.testing.assert_array_equal(first.verification.x, second.verification.x)
    assert not np.array_equal(first.verification.x, other.verification.x)


def test_training_and_verification_do_not_overlap(truth: Any) -> None:
    assert not np.isin(truth.verification.x, truth.training.x).any()


def test_forecast_cases_start_where_the_truth_is(truth: Any, periods: Any) -> None:
    starts, happened = truth.forecast_cases(periods)
    assert happened.shape == (len(periods.leads), periods.starts * periods.members, 8)
    np.testing.assert_array_equal(starts, happened[0])
    np.testing.assert_array_equal(happened[-1, : periods.members], starts[periods.members :])


def test_scores_know_a_perfect_forecast(l96: Any, truth: Any, periods: Any) -> None:
    starts, happened = truth.forecast_cases(periods)
    assert not l96.skill.rmse(happened, happened).any()
    persistence = np.broadcast_to(starts, happened.shape)
    assert l96.skill.paired_gain(happened, persistence, happened).is_certain()[1:].all()
    assert not l96.skill.paired_gain(persistence, happened, happened).is_certain().any()


def test_the_hellinger_distance_spans_nought_to_one(l96: Any) -> None:
    low, high = (l96.skill.climate_density(np.full(9, value)) for value in (-5.0, 5.0))
    assert l96.skill.hellinger(low, low) == pytest.approx(0.0, abs=1e-7)
    assert l96.skill.hellinger(low, high) == pytest.approx(1.0)


def test_training_explains_more_than_a_quartic(l96: Any, truth: Any) -> None:
    x, subgrid = truth.training.states()
    network, losses = l96.train.train(x, subgrid, epochs=8)
    assert losses[-1] < 0.5 * losses[0]
    held_out, true = truth.verification.states()
    learned = l96.skill.evaluate(l96.train.TorchClosure(network, *held_out.shape), held_out)
    quartic = l96.skill.evaluate(l96.closures.fit_polynomial(x, subgrid), held_out)
    assert l96.skill.explained_variance(learned, true) > l96.skill.explained_variance(quartic, true)


def test_training_is_reproducible(l96: Any, truth: Any) -> None:
    x, subgrid = truth.training.states()
    first, second = (l96.train.train(x[:256], subgrid[:256], epochs=2)[1] for _ in range(2))
    assert first == second


def test_the_network_is_the_same_at_every_k(l96: Any) -> None:
    torch.manual_seed(6)
    network, x = l96.train.ClosureNetwork(), torch.randn(5, 8)
    with torch.no_grad():
        torch.testing.assert_close(network(x.roll(3, 1)), network(x).roll(3, 1), rtol=1e-5, atol=1e-6)


def test_reordering_hidden_units_changes_rounding_only(l96: Any) -> None:
    torch.manual_seed(7)
    network, x = l96.train.ClosureNetwork(), torch.randn(500, 8)
    with torch.no_grad():
        first, second = network(x), l96.train.reorder_hidden_units(network)(x)
    assert not torch.equal(first, second)
    torch.testing.assert_close(first, second, rtol=1e-5, atol=1e-6)


def outcome(l96: Any, compiled_error: float, slow_step: float = 20.0) -> Any:
    """Make up an outcome in which the compiled network is off by a given amount, and rounding is 1e-7.

    A step takes 100 µs with torch, and `slow_step` compiled.
    """
    e, generator = l96.experiment, np.random.default_rng(8)
    leads, truth = np.arange(21) * 0.05, generator.normal(0.0, 5.0, (21, 6, 8))
    near = truth + 0.1 * generator.normal(size=truth.shape)
    forecasts = {e.NONE: truth + 5, e.QUARTIC: truth + 2, e.REFIT: truth + 1}
    forecasts |= {e.NETWORK: near, e.TWIN: near + 1e-7}
    forecasts |= dict.fromkeys((e.COMPILED, e.WHOLE_MODEL), near + compiled_error)
    subgrid = {e.NETWORK: truth[0], e.COMPILED: truth[0] + compiled_error}
    timings = {
        name: [{"members": members, "step": step, "call": None} for members in (1, 256)]
        for name, step in ((e.EAGER, 100.0), (e.WHOLE_MODEL, slow_step))
    }
    return e.Outcome(leads, truth, forecasts, truth[0], truth[0], subgrid, {}, timings, [])


def test_claims_hold_when_only_rounding_differs(l96: Any) -> None:
    checks = l96.experiment.all_checks(outcome(l96, compiled_error=2e-7))
    assert all(check.holds for check in checks)


@pytest.mark.parametrize(
    ("compiled_error", "claims_that_fail"),
    [
        (
            1e-3,
            {
                "same tendencies: network, compiled and network, torch",
                "same forecasts: network, compiled and network, torch",
            },
        ),
        (6.0, {"smaller forecast errors: network, compiled than no closure"}),
    ],
)
def test_claims_fail_when_the_compiled_network_is_wrong(
    l96: Any, compiled_error: float, claims_that_fail: set[str]
) -> None:
    checks = l96.experiment.all_checks(outcome(l96, compiled_error))
    assert claims_that_fail <= {check.claim for check in checks if check.fails}


def test_a_slow_step_fails_the_claim(l96: Any) -> None:
    checks = l96.experiment.all_checks(outcome(l96, 0.0, slow_step=40.0))
    (failed,) = [check for check in checks if check.fails]
    assert "times faster" in failed.claim
    assert "2.5 times for 1 at once" in failed.evidence


def test_a_loaded_compiler_fails_the_claim(l96: Any) -> None:
    loaded = replace(outcome(l96, 0.0), compiler_half_loaded=["torch"])
    check = l96.experiment.check_runtime_only(loaded)
    assert check.fails
    assert "torch" in check.evidence


def test_the_import_guard_refuses_the_compiler_half(l96: Any) -> None:
    guard = l96.forecast.RefuseCompilerHalf()
    for name in ("torch", "torch.nn", "iree.compiler", "isthmus.lowering.pipeline"):
        with pytest.raises(ImportError, match="only the runtime"):
            guard.find_spec(name)
    assert guard.find_spec("iree.runtime") is None
    assert guard.find_spec("isthmus.runtime.loader") is None


@pytest.mark.slow
def test_the_demo_runs_end_to_end(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLE / "demo.py"), "--quick", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    picture = (tmp_path / "forecast_error.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 50_000
    assert isthmus.load(tmp_path / "model.isthmus").entries == ("advance", "closure")
    results = json.loads((tmp_path / "results.json").read_text())
    rmse = {name: np.array(values) for name, values in results["rmse"].items()}
    assert (rmse["network, compiled"][1:] < rmse["no closure"][1:]).all()
    np.testing.assert_allclose(rmse["network, compiled"], rmse["network, torch"], rtol=1e-4)
