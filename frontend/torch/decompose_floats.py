"""Decompositions of float arithmetic where the lowering loses a NaN or digits: bounds, remainders, norms of groups."""

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten


def float_rules(others: dict[Any, Callable[..., Any]]) -> dict[Any, Callable[..., Any]]:
    """Map operators to rules on floats; for other dtypes the rule in `others`, if any, stays."""
    rules: dict[Any, Callable[..., Any]] = {
        aten.maximum.default: _maximum,
        aten.minimum.default: _minimum,
        aten.clamp.default: _clamp,
        aten.clamp.Tensor: _clamp,
        aten.clamp_min.default: _clamp,
        aten.clamp_max.default: lambda source, high: _clamp(source, None, high),
        aten.hardtanh.default: lambda source, low=-1.0, high=1.0: _clamp(source, low, high),
        aten.relu6.default: lambda source: _clamp(source, 0.0, 6.0),
        aten.fmod.Tensor: _fmod,
        aten.fmod.Scalar: _fmod,
        aten.hypot.default: _hypot,
        aten.native_group_norm.default: _group_norm,
    }
    return {operator: _guarded(rule, others.get(operator)) for operator, rule in rules.items()}


def _guarded(rule: Callable[..., Any], other: Callable[..., Any] | None) -> Callable[..., Any]:
    def apply(*args: Any, **kwargs: Any) -> Any:
        tensors = [x for x in (*args, *kwargs.values()) if isinstance(x, torch.Tensor)]
        if len({x.dtype for x in tensors}) == 1 and tensors[0].dtype.is_floating_point:
            return rule(*args, **kwargs)
        return other(*args, **kwargs) if other else NotImplemented

    return apply


def _maximum(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Choose the larger, or the NaN: the lowering's comparison drops one in `a`."""
    return torch.where((a > b) | (a != a), a, b)


def _minimum(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.where((a < b) | (a != a), a, b)


def _clamp(source: torch.Tensor, low: Any = None, high: Any = None) -> torch.Tensor:
    """Replace what is outside the bounds; a NaN is outside of none and stays."""
    if low is not None:
        source = torch.where(_or_nan(source < low, low), low, source).to(source.dtype)
    if high is not None:
        source = torch.where(_or_nan(source > high, high), high, source).to(source.dtype)
    return source


def _or_nan(outside: torch.Tensor, bound: Any) -> torch.Tensor:
    return outside | (bound != bound) if isinstance(bound, torch.Tensor) else outside


def _fmod(a: torch.Tensor, b: Any) -> torch.Tensor:
    """Take the remainder of the moduli, which is exact, and the sign of `a`."""
    return torch.copysign(torch.remainder(a.abs(), abs(b)), a)


def _hypot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Give sqrt(a^2 + b^2), scaled so that squares neither overflow nor vanish."""
    large, small = _maximum(a.abs(), b.abs()), _minimum(a.abs(), b.abs())
    ratio = torch.where(large == 0, torch.zeros_like(large), small / large)
    modulus = large * torch.sqrt(1 + ratio * ratio)
    return torch.where(torch.isinf(a) | torch.isinf(b), torch.full_like(large, torch.inf), modulus)


def _group_norm(
    source: torch.Tensor,
    weight: torch.Tensor | None,
    bias: torch.Tensor | None,
    batch: int,
    channels: int,
    points: int,
    groups: int,
    epsilon: float,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Normalise groups of channels by plain reshapes: torch's own rule makes strided views, fixed in size."""
    wide = source.float() if source.dtype in (torch.float16, torch.bfloat16) else source
    parts = wide.reshape(batch, groups, channels // groups * points)
    variance, mean = torch.var_mean(parts, dim=2, correction=0, keepdim=True)
    scale = torch.rsqrt(variance + epsilon)
    result = ((parts - mean) * scale).reshape(source.shape)
    row = [1, channels, *([1] * (source.ndim - 2))]
    if weight is not None:
        result = result * weight.reshape(row)
    if bias is not None:
        result = result + bias.reshape(row)
    return result.to(source.dtype), mean.squeeze(2).to(source.dtype), scale.squeeze(2).to(source.dtype)
