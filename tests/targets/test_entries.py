"""Several entry points in one module: one state between them, each array on its own side."""

import numpy as np
import pytest
from tests.runtime.conftest import signature

from isthmus.errors import RunError
from isthmus.runtime import loader
from isthmus.runtime.artifact import Artifact
from isthmus.runtime.program import Program
from isthmus.runtime.transfer import Copied
from isthmus.signature import Signature, Tree

from .launches import artifact

NOTHING = Tree("constant", None)
T = "tensor<4xf64>"
OUT = "{hpc.output = %d : index}"
TEXT = f"""
func.func @start(%x: {T}, %u: {T}, %du: {T} {OUT % 0}) -> {T} {{
  %n = arith.addf %x, %x : {T}
  return %n : {T}
}}
func.func @step(%dt: tensor<f64>, %v: {T} {OUT % 1}, %u: {T}, %y: {T} {OUT % 0}, %du: {T} {OUT % 2})
    -> ({T}, {T}, {T}) {{
  %s = tensor.extract %dt[] : tensor<f64>
  %b = tensor.empty() : {T}
  %a = linalg.fill ins(%s : f64) outs(%b : {T}) -> {T}
  %p = arith.mulf %a, %v : {T}
  %n = arith.addf %u, %p : {T}
  return %n, %v, %n : {T}, {T}, {T}
}}
func.func @energy(%u: {T} {OUT % 1}, %e: {T} {OUT % 0}) -> ({T}, {T}) {{
  %n = arith.mulf %u, %u : {T}
  return %n, %u : {T}, {T}
}}
"""
U, V = signature("u: f64[4]", "").inputs, signature("v: f64[4]", "").inputs
ENTRIES = {
    "start": signature("x: f64[4]", "", state=U, results=NOTHING),
    "step": signature("dt: f64!", "y: f64[4]", state=V + U),
    "energy": signature("", "e: f64[4]", state=U),
}


@pytest.fixture(scope="module")
def made() -> Artifact:
    return artifact(TEXT, ENTRIES, {"u": np.arange(4.0), "v": np.ones(4)})


@pytest.fixture(params=["in place", "copied"])
def program(made: Artifact, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program, once as if the device had memory of its own."""
    if request.param == "copied":
        monkeypatch.setattr(loader, "transfer_for", Copied)
    return loader.load(made, threads=1)


def test_entry_points_go_by_their_names(program: Program) -> None:
    assert program.entries == ("start", "step", "energy")
    assert program.step is program.entry("step") is program["step"]
    assert program.step.signature is ENTRIES["step"] and isinstance(program.step.signature, Signature)
    assert "step(dt: f64[]) -> (y: f64[4])" in repr(program)
    with pytest.raises(
        RunError, match="'kernels' has no entry point 'jump': expected one of 'start', 'step', 'energy'"
    ):
        program.entry("jump")
    with pytest.raises(RunError, match="no entry point 'main'"):
        program(1.0)
    with pytest.raises(AttributeError, match="'Program' object has no attribute 'jump'"):
        _ = program.jump


def test_entry_points_share_their_state(program: Program) -> None:
    np.testing.assert_array_equal(program.step(0.5), np.arange(4.0) + 0.5)
    np.testing.assert_array_equal(program.energy(), (np.arange(4.0) + 0.5) ** 2)
    program.step(0.5)
    assert program.start(np.ones(4)) is None
    np.testing.assert_array_equal(program.step(1.0), np.full(4, 3.0))
    np.testing.assert_array_equal(program.state["u"], np.full(4, 3.0))
    np.testing.assert_array_equal(program.state["v"], np.ones(4))


def test_bound_entry_points_follow_the_state(program: Program) -> None:
    dt, e = 1.0, np.zeros(4)
    step, energy = program.step.bind(dt), program.energy.bind(out=e)
    start = program.start.bind(np.full(4, 5.0))
    for _ in range(2):
        step()
        energy()
    np.testing.assert_array_equal(e, (np.arange(4.0) + 2) ** 2)
    start(), energy(), step(), step(), step(), energy()
    np.testing.assert_array_equal(e, np.full(4, 13.0**2))


def test_the_state_can_be_set_and_reset(program: Program) -> None:
    energy = program.energy.bind()
    program.step(1.0)
    program.set_state(u=np.full(4, 3.0))
    np.testing.assert_array_equal(energy(), np.full(4, 9.0))
    program.reset()
    np.testing.assert_array_equal(energy(), np.arange(4.0) ** 2)
    with pytest.raises(RunError, match="there is no state 'w': expected 'u', 'v'"):
        program.set_state(u=np.zeros(4), w=np.zeros(4))
    with pytest.raises(RunError, match=r"state 'u: f64\[4\]' cannot be float32\[4\]"):
        program.set_state(u=np.zeros(4, np.float32))
    np.testing.assert_array_equal(energy(), np.arange(4.0) ** 2)


def test_a_state_that_nobody_writes_out_of_place_has_one_buffer(program: Program) -> None:
    state = program.step._engine.state.shared
    assert [len(rows) for rows in state.arrays] == [2, 1]


def test_flat_calls_give_flat_results(program: Program) -> None:
    (given,) = program.step.call_flat([np.array(1.0)])
    np.testing.assert_array_equal(given, np.arange(4.0) + 1)
