"""Decompositions of arithmetic on dtypes that the lowering mistypes or lacks."""

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten

_SAME_WIDTH = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
_NARROW = (torch.int8, torch.uint8, torch.int16)


def arithmetic_rules() -> dict[Any, Callable[..., Any]]:
    """Map operators to rules that act on the dtypes named in them only."""
    return {
        aten.mm.default: _mm,
        aten.bmm.default: _bmm,
        aten.clamp.default: _clamp,
        aten.pow.Tensor_Tensor: _integer_power,
        aten.conv_tbc.default: _conv_tbc,
        aten._scaled_mm.default: _scaled_mm,
        aten.view.dtype: _view_narrower,
        aten.isfinite.default: _isfinite,
        aten.threshold_backward.default: _threshold_backward,
        aten.signbit.default: _signbit,
        aten.copysign.Tensor: _copysign,
        aten.copysign.Scalar: _copysign,
    }


def _mm(a: torch.Tensor, b: torch.Tensor) -> Any:
    """Multiply narrow integers in 32 bits: wrapping the sum once equals wrapping each term."""
    if a.dtype not in _NARROW:
        return NotImplemented
    return aten.mm(a.to(torch.int32), b.to(torch.int32)).to(a.dtype)


def _bmm(a: torch.Tensor, b: torch.Tensor) -> Any:
    if a.dtype not in _NARROW:
        return NotImplemented
    return aten.bmm(a.to(torch.int32), b.to(torch.int32)).to(a.dtype)


def _clamp(source: torch.Tensor, low: Any = None, high: Any = None) -> Any:
    """Promote first: bounds of another kind (float on integers) decide the result's dtype."""
    dtype = source.dtype
    for bound in (low, high):
        if bound is not None:
            dtype = torch.result_type(torch.empty((), dtype=dtype), bound)
    if dtype == source.dtype:
        return NotImplemented
    return aten.clamp.default(source.to(dtype), low, high)


def _integer_power(base: torch.Tensor, exponent: torch.Tensor) -> Any:
    """Raise integers by squaring, wrapping like torch; a negative exponent leaves 1, -1 or 0."""
    dtype = torch.result_type(base, exponent)
    if dtype.is_floating_point or dtype.is_complex or dtype == torch.bool:
        return NotImplemented
    base, exponent = torch.broadcast_tensors(base.to(dtype), exponent.to(dtype))
    odd = torch.bitwise_and(exponent, 1) == 1
    unit = torch.where(odd, base, torch.ones_like(base))
    inverse = torch.where(base * base == 1, unit, torch.zeros_like(base))
    result, square, left, step = torch.ones_like(base), base, exponent, torch.ones_like(exponent)
    for _ in range(torch.iinfo(dtype).bits - 1):
        result = torch.where(torch.bitwise_and(left, 1) == 1, result * square, result)
        square, left = square * square, torch.bitwise_right_shift(left, step)
    return torch.where(exponent < 0, inverse, result)


def _conv_tbc(source: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, padding: int = 0) -> Any:
    """Convolve with time first, through the usual order of axes."""
    result = aten.convolution(
        source.permute(1, 2, 0), weight.permute(2, 1, 0), bias, [1], [padding], [1], False, [0], 1
    )
    return result.permute(2, 0, 1)


def _scaled_mm(
    a: torch.Tensor,
    b: torch.Tensor,
    scale_a: torch.Tensor,
    scale_b: torch.Tensor,
    bias: torch.Tensor | None = None,
    scale_result: torch.Tensor | None = None,
    out_dtype: torch.dtype | None = None,
    fast: bool = False,
) -> Any:
    """Multiply 8-bit floats in f32 and scale the product."""
    result = aten.mm(a.to(torch.float32), b.to(torch.float32)) * scale_a * scale_b
    if bias is not None:
        result = result + bias
    return result.to(out_dtype or a.dtype)


def _signbit(source: torch.Tensor) -> torch.Tensor:
    """Read the sign bit itself, so that -0 and NaN have theirs too."""
    if not source.dtype.is_floating_point:
        return source < 0
    return source.view(_SAME_WIDTH[source.dtype.itemsize]) < 0


def _copysign(source: torch.Tensor, sign: Any) -> torch.Tensor:
    dtype = torch.result_type(source, sign)
    dtype = dtype if dtype.is_floating_point else torch.get_default_dtype()
    number = sign if isinstance(sign, torch.Tensor) else torch.full((), sign, dtype=dtype)
    size = source.to(dtype).abs()
    return torch.where(_signbit(number), -size, size)


def _isfinite(source: torch.Tensor) -> torch.Tensor:
    """Compare with infinity; integers always are finite, and a NaN compares false."""
    if source.dtype.is_complex:
        return _isfinite(torch.real(source)) & _isfinite(torch.imag(source))
    if not source.dtype.is_floating_point:
        return torch.ones_like(source, dtype=torch.bool)
    return source.abs() < float("inf")


def _threshold_backward(gradient: torch.Tensor, source: torch.Tensor, threshold: float) -> Any:
    """Promote where the two dtypes differ."""
    dtype = torch.result_type(gradient, source)
    if gradient.dtype == dtype:
        return NotImplemented
    wide = gradient.to(dtype)
    return torch.where(source <= threshold, torch.zeros_like(wide), wide)


def _view_narrower(source: torch.Tensor, dtype: torch.dtype) -> Any:
    """Cut each element into narrower ones, the lowest bits first."""
    wide, narrow = source.dtype.itemsize, dtype.itemsize
    if narrow >= wide or source.dtype.is_complex or dtype.is_complex or dtype == torch.bool:
        return NotImplemented
    bits = source.view(_SAME_WIDTH[wide])
    shifts = [torch.full_like(bits, 8 * narrow * place) for place in range(wide // narrow)]
    parts = [torch.bitwise_right_shift(bits, shift).to(_SAME_WIDTH[narrow]) for shift in shifts]
    return torch.stack(parts, -1).flatten(-2).view(dtype)
