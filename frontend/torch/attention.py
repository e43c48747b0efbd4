"""Scaled dot-product attention, brought to one form and kept whole for the compiler."""

import math
from typing import Any

import torch

from isthmus.errors import CaptureError


@torch.library.custom_op("isthmus::attention", mutates_args=())
def attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> torch.Tensor:
    """Compute softmax(query key^T * scale + mask) value; heads are repeated and the mask has all its axes."""
    weights = query @ key.transpose(-2, -1) * scale
    return torch.softmax(weights if mask is None else weights + mask, -1) @ value


@attention.register_fake
def _(query: torch.Tensor, key: Any, value: torch.Tensor, mask: Any, scale: float) -> torch.Tensor:
    return query.new_empty((*query.shape[:-1], value.shape[-1]))


def decompose_attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> torch.Tensor:
    """Rewrite `scaled_dot_product_attention`: causal and boolean masks become additive, grouped heads repeated.

    Dropout is a `CaptureError`: an artifact has no random state.
    """
    if dropout_p:
        raise CaptureError("attention with dropout cannot be captured", note="call module.eval() first")
    if enable_gqa:
        key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
        value = value.repeat_interleave(query.shape[-3] // value.shape[-3], -3)
    batch = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    mask = _mask(query, key, attn_mask, is_causal)
    if mask is not None:
        mask = mask.expand(*batch, query.shape[-2], key.shape[-2])
    expanded = (x.expand(*batch, *x.shape[-2:]) for x in (query, key, value))
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    result: torch.Tensor = torch.ops.isthmus.attention(*expanded, mask, factor)
    return result


def _mask(
    query: torch.Tensor, key: torch.Tensor, given: torch.Tensor | None, is_causal: bool
) -> torch.Tensor | None:
    if is_causal:
        rows = torch.arange(query.shape[-2], device=query.device)
        columns = torch.arange(key.shape[-2], device=query.device)
        given = rows[:, None] >= columns[None, :]
    if given is None or given.dtype != torch.bool:
        return given
    zero = torch.zeros((), dtype=query.dtype, device=query.device)
    return torch.where(given, zero, torch.full_like(zero, -math.inf))
