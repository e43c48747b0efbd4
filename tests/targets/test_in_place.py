"""Arguments that kernels change where they lie, and memory that they compute in."""

from typing import Any

import numpy as np
import pytest
import torch
from tests.runtime.conftest import signature

from isthmus.runtime import loader
from isthmus.runtime.artifact import Artifact
from isthmus.runtime.loader import load
from isthmus.runtime.memory import Array, aligned_empty
from isthmus.runtime.transfer import Copied
from isthmus.signature import Tree

from .launches import artifact, launch

MOVED = b"hal.command_buffer.copy_buffer"
ALLOCATED = b"hal.device.queue.alloca"

# Each element becomes the mean of its two neighbours, old values read first; the ends stay.
SMOOTH = """
func.func private @kernel(%t: memref<?xf64>, %u: memref<?xf64>, %s: memref<?xf64>,
    %workgroup: index, %workgroups: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %half = arith.constant 0.5 : f64
  %size = memref.dim %u, %c0 : memref<?xf64>
  %last = arith.subi %size, %c1 : index
  scf.for %i = %c1 to %last step %c1 {
    %below = arith.subi %i, %c1 : index
    %above = arith.addi %i, %c1 : index
    %a = memref.load %u[%below] : memref<?xf64>
    %b = memref.load %u[%above] : memref<?xf64>
    %c = arith.addf %a, %b : f64
    %d = arith.mulf %c, %half : f64
    memref.store %d, %s[%i] : memref<?xf64>
  }
  scf.for %i = %c1 to %last step %c1 {
    %a = memref.load %s[%i] : memref<?xf64>
    %b = memref.load %t[%i] : memref<?xf64>
    %c = arith.addf %a, %b : f64
    memref.store %c, %u[%i] : memref<?xf64>
  }
  return
}
"""
OPERANDS = "%t, %u, %s", "tensor<?xf64> ; tensor<?xf64> ; tensor<?xf64>", (1, 2, 0)
WORKSPACE = '%s: tensor<?xf64> {hpc.workspace = ["n"]}'
STEP = f"""
func.func @main(%t: tensor<?xf64>, %u: tensor<?xf64> {{hpc.output = 0 : index}}, {WORKSPACE}) -> tensor<?xf64> {{
  %w:2 = {launch(*OPERANDS)}
  return %w#0 : tensor<?xf64>
}}
"""
UPDATES: Any = {"updates": ((0, 1),), "results": Tree("constant", None)}
KIND = signature("t: f64[n]; u: f64[n]", "u: f64[n]", **UPDATES)


def smooth(t: Array, u: Array) -> Array:
    new = u.copy()
    new[1:-1] = 0.5 * (u[:-2] + u[2:]) + t[1:-1]
    return new


@pytest.fixture(scope="module")
def step() -> Artifact:
    return artifact(SMOOTH + STEP, {"main": KIND})


def arrays(size: int = 9) -> tuple[Array, Array]:
    random = np.random.default_rng(size)
    made = [aligned_empty((size,), np.dtype(np.float64)) for _ in range(2)]
    for array in made:
        array[:] = random.random(size)
    return made[0], made[1]


def test_the_module_neither_copies_nor_allocates(step: Artifact) -> None:
    (code,) = step.modules.values()
    assert MOVED not in code and ALLOCATED not in code
    old_value = STEP.replace("return %w#0 :", "%o = arith.addf %w#0, %u : tensor<?xf64>\nreturn %o :")
    (control,) = artifact(SMOOTH + old_value, {"main": KIND}).modules.values()
    assert MOVED in control or ALLOCATED in control, "the control reads the old value afterwards"


@pytest.mark.parametrize("threads", [1, None])
def test_an_argument_changes_where_it_lies(step: Artifact, threads: int | None) -> None:
    program = load(step, threads=threads)
    t, u = arrays()
    expected = smooth(t, smooth(t, u))
    assert program(t, u) is None
    program(t, u)
    np.testing.assert_array_equal(u, expected)


def test_a_bound_argument_changes_where_it_lies(step: Artifact) -> None:
    t, u = arrays()
    bound = load(step, threads=1).bind(t, u)
    for _ in range(3):
        expected = smooth(t, u)
        bound()
        np.testing.assert_array_equal(u, expected)


@pytest.mark.parametrize("bound", [False, True])
def test_a_device_with_memory_of_its_own_gives_the_change_back(
    step: Artifact, monkeypatch: pytest.MonkeyPatch, bound: bool
) -> None:
    monkeypatch.setattr(loader, "transfer_for", Copied)
    program = loader.load(step, threads=1)
    t, u = arrays()
    expected = smooth(t, smooth(t, u))
    step_bound = program.bind(t, u)
    for _ in range(2):
        _ = step_bound() if bound else program(t, u)
    np.testing.assert_array_equal(u, expected)


def test_a_tensor_and_a_strided_array_change(step: Artifact) -> None:
    program = load(step, threads=1)
    t, u = arrays()
    tensor, strided = torch.from_numpy(u.copy()), np.repeat(u, 2)[::2]
    expected = smooth(t, u)
    program(torch.from_numpy(t), tensor)
    program(t, strided)
    np.testing.assert_array_equal(tensor.numpy(), expected)
    np.testing.assert_array_equal(strided, expected)


@pytest.mark.parametrize("bound", [False, True])
def test_an_argument_given_twice_is_read_as_it_was(step: Artifact, bound: bool) -> None:
    program = load(step, threads=1)
    _, u = arrays()
    expected = smooth(u, u)
    _ = program.bind(u, u)() if bound else program(u, u)
    np.testing.assert_array_equal(u, expected)


def test_workspace_grows_with_the_sizes(step: Artifact) -> None:
    program = load(step, threads=1)
    small, large = arrays(5), arrays(5000)
    bound = program.bind(*small)
    for t, u in (small, large, small):
        expected = smooth(t, u)
        program(t, u)
        np.testing.assert_array_equal(u, expected)
    expected = smooth(*small)
    bound()
    np.testing.assert_array_equal(small[1], expected)


def test_state_changes_where_it_lies() -> None:
    text = SMOOTH + STEP.replace("?", "9").replace('["n"]', "unit")
    text = text.replace("memref<?", "memref<9")
    kind = signature("t: f64[9]", "", state=signature("u: f64[9]", "").inputs, results=Tree("constant", None))
    t, u = arrays()
    made = artifact(text.replace("?", "9"), {"main": kind}, {"u": u})
    program = load(made, threads=1)
    program(t)
    bound = program.bind(t)
    bound(), bound()
    np.testing.assert_array_equal(program.state["u"], smooth(t, smooth(t, smooth(t, u))))
    program.reset()
    np.testing.assert_array_equal(program.state["u"], u)
    assert MOVED not in next(iter(made.modules.values()))
