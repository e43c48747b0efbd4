"""Decompositions of random draws into uniform ones."""

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten


def random_rules() -> dict[Any, Callable[..., Any]]:
    """Map operators to rules; the distribution is torch's, the sequence of numbers is not."""
    return {aten.multinomial.default: _multinomial}


def _multinomial(
    weights: torch.Tensor, count: int, replacement: bool = False, generator: object = None
) -> torch.Tensor:
    """Draw from categories by inverting the cumulative weights, or without replacement by exponential races.

    The races are Efraimidis and Spirakis (2006): the largest weight / Exp(1) win.
    """
    batch, categories = weights.shape[:-1], weights.shape[-1]
    if not replacement:
        uniform = torch.rand(weights.shape, dtype=weights.dtype)
        return torch.topk(weights / -torch.log1p(-uniform), count, dim=-1).indices
    cumulative = torch.cumsum(weights, -1)
    drawn = torch.rand((*batch, count), dtype=weights.dtype) * cumulative[..., -1:]
    passed = drawn.unsqueeze(-1) >= cumulative.unsqueeze(-2)
    return passed.to(torch.int64).sum(-1).clamp(max=categories - 1)
