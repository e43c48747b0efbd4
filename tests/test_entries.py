"""Several functions in one artifact, sharing state."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import isthmus
from isthmus.errors import CaptureError, RunError

WEIGHTS = np.random.default_rng(0).standard_normal((40, 40)) / 40


def init(u: Any, t: Any, level: float) -> None:
    u[:] = level
    t[...] = 0.0


def step(u: Any, t: Any, dt: float) -> None:
    u[1:-1] += dt * (u[2:] - 2 * u[1:-1] + u[:-2])
    u[0] += dt
    t[...] = t + dt


def mixed(u: Any) -> Any:
    return WEIGHTS @ u


def mix(u: Any) -> None:
    u[:] = WEIGHTS @ u


def diagnose(t: Any, u: Any) -> Any:
    return u[0] * 2, t


@pytest.fixture(scope="module")
def artifact() -> isthmus.Artifact:
    return isthmus.compile(
        {"init": init, "step": step, "diagnose": diagnose, "mix": mix, "mixed": mixed},
        {"init": (1.0,), "step": (0.1,)},
        state={"u": isthmus.Spec("f64[40]"), "t": np.array(0.0)},
    )


@pytest.fixture
def program(artifact: isthmus.Artifact) -> isthmus.Program:
    return isthmus.load(artifact)


def test_entries_share_state(program: isthmus.Program) -> None:
    u, t = np.zeros(40), np.array(0.0)
    init(u, t, 3.0)
    program.init(3.0)
    for dt in (0.1, 0.2, 0.3):
        step(u, t, dt)
        program.step(dt)
        mix(u)
        program.mix()
    np.testing.assert_allclose(program.state["u"], u, rtol=1e-13)
    np.testing.assert_allclose(program.state["t"], t, rtol=1e-15)
    np.testing.assert_allclose(program.diagnose(), diagnose(t, u), rtol=1e-13)
    np.testing.assert_allclose(program.mixed(), mixed(u), rtol=1e-13)


def test_an_entry_that_reads_leaves_the_state_alone(program: isthmus.Program) -> None:
    program.init(3.0)
    before = program.state
    program.diagnose()
    program.mixed()
    for name, value in program.state.items():
        np.testing.assert_array_equal(value, before[name])


def test_the_state_starts_as_given_and_is_reset(artifact: isthmus.Artifact) -> None:
    program = isthmus.load(artifact)
    assert not program.state["u"].any()
    program.step(0.1)
    assert program.state["u"].any()
    program.reset()
    assert not program.state["u"].any()


def test_bound_entries_step(program: isthmus.Program) -> None:
    u, t = np.zeros(40), np.array(0.0)
    bound = program.step.bind(0.1)
    for _ in range(5):
        step(u, t, 0.1)
        bound()
    np.testing.assert_allclose(program.state["u"], u, rtol=1e-13)


def test_two_programs_have_states_of_their_own(artifact: isthmus.Artifact) -> None:
    first, second = isthmus.load(artifact), isthmus.load(artifact)
    first.init(1.0)
    assert not second.state["u"].any()


def test_entries_survive_saving(artifact: isthmus.Artifact, tmp_path: Path) -> None:
    artifact.save(tmp_path / "model.isthmus")
    program = isthmus.load(tmp_path / "model.isthmus")
    assert program.entries == ("init", "step", "diagnose", "mix", "mixed")
    program.init(2.0)
    assert program.diagnose() == (4.0, 0.0)


def test_a_weight_that_entries_share_is_kept_once(artifact: isthmus.Artifact) -> None:
    sizes = [array.size for array in artifact.parameters.values()]
    assert sizes.count(WEIGHTS.size) == 1
    assert {"u", "t"} <= set(artifact.parameters)


def test_an_artifact_without_main_names_its_entries(program: isthmus.Program) -> None:
    with pytest.raises(RunError, match=r"no entry point 'main': expected one of 'init', 'step'"):
        program(1.0)


def test_a_single_function_may_keep_state() -> None:
    program = isthmus.load(isthmus.compile(step, (0.1,), state={"u": np.ones(5), "t": np.array(1.0)}))
    u, t = np.ones(5), np.array(1.0)
    step(u, t, 0.1)
    program(0.1)
    np.testing.assert_allclose(program.state["u"], u, rtol=1e-15)


def test_a_network_may_be_an_entry() -> None:
    net = torch.nn.Linear(5, 2).double()

    def observe(u: Any) -> Any:
        return u * 2

    artifact = isthmus.compile(
        {"observe": observe, "net": net}, {"net": (np.ones(5),)}, state={"u": np.ones(5)}
    )
    program = isthmus.load(artifact)
    x = np.arange(5.0)
    np.testing.assert_allclose(program.net(x), net(torch.from_numpy(x)).detach(), rtol=1e-13)
    np.testing.assert_array_equal(program.observe(), 2 * np.ones(5))


@pytest.mark.parametrize(
    ("functions", "inputs", "state", "message"),
    [
        ({"a b": step}, {}, {}, "entry 'a b' is no name"),
        ({"step": step}, {"stop": ()}, {}, "'inputs' names the entry 'stop': expected 'step'"),
        ({"step": step}, {}, {"u": np.ones(5), "t": np.array(0.0)}, "needs an input for parameter 'dt'"),
        ({"step": step}, {"step": (1.0, 2.0)}, {"u": np.ones(5), "t": np.array(0.0)}, "given 1 inputs more"),
        ({"mix": mix}, {}, {"u": np.ones(5), "v": np.ones(5)}, "state 'v' is a parameter of no entry"),
        ({"mix": mix}, {}, {"u": isthmus.Spec("f64[n]")}, "sizes cannot vary"),
        ({"mix": mix}, {}, {"u": 1.0}, "state 'u' is a 'float': expected an array"),
        ({"mix": 5}, {}, {"u": np.ones(5)}, "entry 'mix' is a 'int': expected a function"),
    ],
)
def test_what_does_not_fit_is_said(functions: Any, inputs: Any, state: Any, message: str) -> None:
    with pytest.raises(CaptureError, match=message):
        isthmus.compile(functions, inputs, state=state)
