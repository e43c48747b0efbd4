"""Fourier transforms, attention and complex arithmetic against torch in f64."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

import isthmus
from isthmus import CaptureError, Spec

from .conftest import Check

torch.manual_seed(0)


class Transforms(nn.Module):
    def forward(self, x: torch.Tensor) -> Any:
        grid = (-3, -2, -1)
        spectrum = torch.fft.rfftn(x, dim=grid)
        return (
            torch.fft.ifft2(torch.fft.fft2(x)),
            spectrum,
            torch.fft.irfftn(spectrum, s=x.shape[-3:], dim=grid),
            torch.fft.hfft(torch.fft.ihfft(x)),
            torch.fft.rfft(x, norm="ortho"),
            torch.fft.fft(x, n=13),
        )


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 2e-15)])
def test_transforms_of_every_kind(check: Check, dtype: torch.dtype, tolerance: float) -> None:
    check(Transforms(), (torch.randn(2, 3, 6, 10, dtype=dtype),), tolerance=tolerance)


class Lengths(nn.Module):
    def forward(self, *signals: torch.Tensor) -> Any:
        return [torch.fft.fft(x) for x in signals] + [torch.fft.irfft(x) for x in signals]


def test_transforms_of_every_length(check: Check) -> None:
    """One point, small primes, matrix lengths, splits of two and three factors, a long prime, a long semiprime."""
    lengths = (1, 2, 7, 60, 64, 127, 360, 521, 1042, 4096)
    signals = tuple(torch.randn(2, n, dtype=torch.complex128) for n in lengths[1:])
    check(Lengths(), signals, tolerance=3e-15)


def test_a_transform_along_a_varying_size_is_refused() -> None:
    class Varying(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return torch.fft.fft(x, dim=0)

    with pytest.raises(
        CaptureError, match=r"Fourier transform along a size that varies|sizes cannot vary as asked"
    ):
        isthmus.compile(Varying(), (Spec("f64[n,6]"),))


class Attention(nn.Module):
    def forward(self, q: Any, k: Any, v: Any, allowed: Any, bias: Any) -> Any:
        attend = functional.scaled_dot_product_attention
        return (
            attend(q, k, v),
            attend(q, k, v, is_causal=True),
            attend(q, k, v, attn_mask=allowed),
            attend(q, k, v, attn_mask=bias, scale=0.3),
            attend(q, k[:, :2], v[:, :2], enable_gqa=True),
        )


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-6), (torch.float64, 4e-15)])
def test_attention_with_every_mask(check: Check, dtype: torch.dtype, tolerance: float) -> None:
    shapes = ((2, 4, 8, 16), (2, 4, 6, 16), (2, 4, 6, 10))
    q, k, v = (torch.randn(shape, dtype=dtype) for shape in shapes)
    allowed = torch.rand(8, 6) > 0.3
    allowed[:, 0] = True
    check(Attention(), (q, k, v, allowed, torch.randn(4, 8, 6, dtype=dtype)), tolerance=tolerance)


class Complex(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> Any:
        products = (x * y, x / y, x @ y.T, torch.einsum("ij,kj->ik", x, y), 1 / x, x.pow(3), x * 2.0)
        sums = (x + y, x - y * 2, x.sum(), x.mean(0), x + 1j, -x, x.conj() + y)
        functions = (x.abs(), x.angle(), x.exp(), x.log(), x.sqrt(), x.sin())
        shapes = (torch.cat([x, y]), x.reshape(-1)[2:5], torch.where(x.real > 0, x, y), x == y, x.imag)
        return products, sums, functions, shapes


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.complex64, 1e-6), (torch.complex128, 2e-15)])
def test_complex_arithmetic(check: Check, dtype: torch.dtype, tolerance: float) -> None:
    check(Complex(), (torch.randn(3, 4, dtype=dtype), torch.randn(3, 4, dtype=dtype)), tolerance=tolerance)
