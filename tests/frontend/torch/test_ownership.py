"""The caller's arrays are the caller's: compiled code, which updates in place, never writes into them."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import isthmus
from isthmus import Spec

from .conftest import assert_close


class Insert(nn.Module):
    def forward(self, x: Any) -> Any:
        y = x.clone()
        y[1:3] = 7.0
        return y


class Sort(nn.Module):
    def forward(self, x: Any) -> Any:
        return x.sort(0)[0], x.topk(2, 0)[0]


class Scatter(nn.Module):
    def forward(self, x: Any) -> Any:
        return x.scatter(0, torch.tensor([[0, 1, 2, 0]]), 5.0), x.index_add(0, torch.tensor([1, 0]), x[:2])


@pytest.mark.parametrize("module", [Insert(), Sort(), Scatter()])
@pytest.mark.parametrize("spec", [Spec("f32[n,4]"), Spec("f32[6,4]")])
def test_arguments_stay_as_they_were(module: nn.Module, spec: Spec) -> None:
    program = isthmus.load(isthmus.compile(module, (spec,)), threads=1)
    x = torch.randn(6, 4)
    before = x.clone()
    step = program.bind(x)
    for results in (program(x), step(), step()):
        assert_close(results, module(before), 1e-6)
        assert torch.equal(x, before)
    x += 1.0
    assert_close(step(), module(before + 1.0), 1e-6)


def test_arguments_that_are_only_read_are_not_copied() -> None:
    artifact = isthmus.compile(
        nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)), (torch.randn(3, 4),)
    )
    assert artifact.manifest.modules[0].layouts["main"].overwritten == ()


class Window(nn.Module):
    values: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("values", torch.zeros(4))

    def forward(self, x: Any, i: Any) -> Any:
        self.values[i] = x
        return self.values.sum()


def test_state_survives_a_call_that_fails() -> None:
    program = isthmus.load(isthmus.compile(Window(), (torch.ones(1), torch.tensor([0]))))
    assert program(np.ones(1, np.float32), np.array([2])) == 1.0
    with pytest.raises(isthmus.RunError, match="an index is out of range"):
        program(np.full(1, 5, np.float32), np.array([9]))
    assert program.state["values"].tolist() == [0, 0, 1, 0]
    assert program(np.ones(1, np.float32), np.array([0])) == 2.0
