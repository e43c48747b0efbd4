"""Symbolic sizes: named, derived, equal, and those the program fixes."""

import pytest
import torch
from torch import nn
from torch.nn import functional

import isthmus
from isthmus import CaptureError, RunError, Spec

from .conftest import assert_close


def test_one_artifact_serves_every_batch_size() -> None:
    module = nn.Linear(64, 3)
    program = isthmus.load(isthmus.compile(module, (Spec("f32[?,64]"),)))
    for batch in (1, 5, 64):
        x = torch.randn(batch, 64)
        assert_close(program(x), module(x), 1e-6)


class Halve(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        half = functional.avg_pool1d(x, 2)
        return torch.cat([functional.interpolate(half, scale_factor=2), x], 1)


def test_a_size_the_program_needs_even_is_checked_at_the_call() -> None:
    program = isthmus.load(isthmus.compile(Halve(), (Spec("f32[1,3,n]"),)))
    x = torch.randn(1, 3, 10)
    assert_close(program(x), Halve()(x), 1e-6)
    with pytest.raises(RunError, match="has size 11"):
        program(torch.randn(1, 3, 11))


class Add(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


def test_sizes_of_one_name_must_agree() -> None:
    program = isthmus.load(isthmus.compile(Add(), (Spec("f64[n,3]"), Spec("f64[n,3]"))))
    with pytest.raises(RunError, match="sizes that must agree do not"):
        program(torch.zeros(4, 3).double(), torch.zeros(5, 3).double())


def test_a_size_the_program_fixes_is_an_error() -> None:
    class Fixed(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.reshape(4, 4)

    with pytest.raises(CaptureError, match="size 'n' cannot vary: the program makes it 16"):
        isthmus.compile(Fixed(), (Spec("f32[n]"),))


@pytest.mark.parametrize("text", ["f32[a b]", "f32[", "float[3]", "f32[-1]", "", "f32[3]]"])
def test_malformed_specs_are_errors(text: str) -> None:
    with pytest.raises(CaptureError, match="malformed spec"):
        Spec(text)


def test_an_example_must_fit_its_spec() -> None:
    with pytest.raises(CaptureError, match="does not fit the spec"):
        isthmus.compile(nn.Linear(3, 4), (Spec("f32[n,3]", example=torch.zeros(5, 4)),))
