"""Float arithmetic that a lowering easily gets wrong: NaN, remainders, order, dtypes that must not mix."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import isthmus
from isthmus import CaptureError, Spec

from .conftest import Check, assert_close

NAN = float("nan")


def same(module: nn.Module, *inputs: torch.Tensor) -> None:
    """Compare bit for bit, NaN equal to NaN."""
    got = isthmus.load(isthmus.compile(module, inputs), threads=1)(*inputs)
    for one, other in zip(got, module(*inputs), strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


class Bounds(nn.Module):
    def forward(self, x: Any, y: Any) -> Any:
        clamped = (
            x.clamp(0, 1),
            x.clamp(min=0.5),
            x.clamp(max=y),
            functional.relu6(x),
            functional.hardtanh(x),
        )
        return *clamped, torch.maximum(x, y), torch.minimum(x, y), torch.maximum(y, x)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_nan_is_within_no_bounds(dtype: torch.dtype) -> None:
    same(
        Bounds(),
        torch.tensor([NAN, 0.5, 2.0, -3.0], dtype=dtype),
        torch.tensor([1.0, NAN, -1.0, 0.0], dtype=dtype),
    )


class Remainders(nn.Module):
    def forward(self, x: Any, y: Any) -> Any:
        return torch.fmod(x, y), torch.fmod(x, 360.0), torch.remainder(x, y)


def test_remainders_are_exact_at_any_ratio() -> None:
    x = torch.tensor([1e10, 1e5, 7.0, 1e18, -1e22, -7.0], dtype=torch.float64)
    y = torch.tensor([7.1, 0.1, 11.0, 7.0, 721.0, 3.0], dtype=torch.float64)
    same(Remainders(), x, y)


class Sort(nn.Module):
    def forward(self, x: Any) -> Any:
        return x.sort().values, x.sort(descending=True).values


def test_nans_sort_as_the_largest() -> None:
    same(Sort(), torch.tensor([NAN, 1, NAN, 2, -1, 0, NAN, 3], dtype=torch.float64))


def test_group_norm_of_any_batch() -> None:
    module = nn.GroupNorm(4, 8).double()
    nn.init.uniform_(module.weight)
    program = isthmus.load(isthmus.compile(module, (Spec("f64[n,8,4,4]"),)))
    for batch in (1, 3):
        x = torch.randn(batch, 8, 4, 4).double()
        assert_close(program(x), module(x), 1e-14)


class Weights(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 5, dtype=torch.complex128))
        self.register_buffer("table", torch.randn(64, dtype=torch.complex128))

    def forward(self, x: Any) -> Any:
        return x @ self.weight, self.get_buffer("table").sum()


def test_complex_weights_of_double_precision(check: Check) -> None:
    check(Weights(), (torch.randn(3, 4, dtype=torch.complex128),), tolerance=1e-14)


def test_products_of_mixed_precision_are_refused_as_in_torch() -> None:
    with pytest.raises(CaptureError, match="mixes float32 and float64"):
        isthmus.compile(nn.Linear(3, 2), (Spec("f64[2,3]"),))
