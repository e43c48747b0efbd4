"""Decompositions of selection: order statistics."""

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten


def selection_rules() -> dict[Any, Callable[..., Any]]:
    """Map operators to rules."""
    return {aten.kthvalue.default: _kthvalue}


def _kthvalue(
    source: torch.Tensor, k: int, dim: int = -1, keepdim: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sort and take the k-th."""
    if source.ndim == 0:
        return source.clone(), torch.zeros((), dtype=torch.int64)
    values, indices = aten.sort.default(source, dim)
    values, indices = (t.narrow(dim, k - 1, 1) for t in (values, indices))
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))
