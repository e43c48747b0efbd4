"""Decompositions of selection: order statistics, and writes at masks."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

aten = torch.ops.aten


def selection_rules() -> dict[Any, Callable[..., Any]]:
    """Map operators to rules."""
    return {
        aten.kthvalue.default: _kthvalue,
        aten.index.Tensor: _index,
        aten.masked_select.default: _masked_select,
        aten.index_put.default: _index_put,
    }


def _kthvalue(
    source: torch.Tensor, k: int, dim: int = -1, keepdim: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sort and take the k-th."""
    if source.ndim == 0:
        return source.clone(), torch.zeros((), dtype=torch.int64)
    values, indices = aten.sort.default(source, dim)
    values, indices = (t.narrow(dim, k - 1, 1) for t in (values, indices))
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def _index(source: torch.Tensor, indices: Sequence[torch.Tensor | None]) -> Any:
    """Read at masks through the places of their true elements."""
    if not any(index is not None and index.dtype == torch.bool for index in indices):
        return NotImplemented
    if len(indices) == 1 and indices[0] is not None and indices[0].ndim > 1:
        mask = indices[0]
        flat = source.reshape(mask.numel(), *source.shape[mask.ndim :])
        return aten.index.Tensor(flat, [torch.nonzero(mask.flatten()).select(1, 0)])
    plain: list[torch.Tensor | None] = []
    for index in indices:
        if index is None or index.dtype != torch.bool:
            plain.append(index)
        else:
            plain.extend(torch.nonzero(index).unbind(1))
    return aten.index.Tensor(source, plain)


def _masked_select(source: torch.Tensor, mask: torch.Tensor) -> Any:
    source, mask = torch.broadcast_tensors(source, mask)
    return aten.index.Tensor(source.flatten(), [torch.nonzero(mask.flatten()).select(1, 0)])


def _index_put(
    target: torch.Tensor,
    indices: Sequence[torch.Tensor | None],
    values: torch.Tensor,
    accumulate: bool = False,
) -> Any:
    """Write at masks without counting their true elements: the values' shape says how many there are.

    Without masks the write stays one operator, under the name that has no rule.
    """
    masks = [index for index in indices if index is not None and index.dtype == torch.bool]
    if not masks:
        return aten._unsafe_index_put.default(target, _from_the_end(target, indices), values, accumulate)
    if len(indices) == 1:
        return _masked_put(target, masks[0], values, accumulate)
    others = [index for index in indices if index is not None and index.dtype != torch.bool]
    if any(mask.ndim != 1 for mask in masks) or not others or any(index.ndim != 1 for index in others):
        return NotImplemented
    count = max(index.shape[0] for index in others)
    plain = [
        _positions(index, count) if index is not None and index.dtype == torch.bool else index
        for index in indices
    ]
    return aten.index_put.default(target, plain, values, accumulate)


def _from_the_end(target: torch.Tensor, indices: Sequence[torch.Tensor | None]) -> list[torch.Tensor | None]:
    """Make negative indices count from the end here: the lowering of scatters takes them as they are."""
    return [
        None if index is None else torch.where(index < 0, index + target.shape[axis], index)
        for axis, index in enumerate(indices)
    ]


def _masked_put(target: torch.Tensor, mask: torch.Tensor, values: torch.Tensor, accumulate: bool) -> Any:
    """Give each true element the value of its rank among the true ones."""
    rest = target.shape[mask.ndim :]
    if values.ndim == len(rest) + 1:
        order = torch.cumsum(mask.flatten().to(torch.int64), 0) - 1
        order = order.clamp(0, values.shape[0] - 1)
        values = values.index_select(0, order).reshape(*mask.shape, *values.shape[1:])
    chosen = mask.reshape(*mask.shape, *([1] * len(rest)))
    values = values.to(target.dtype)
    return torch.where(chosen, target + values if accumulate else values, target)


def _positions(mask: torch.Tensor, count: int) -> torch.Tensor:
    """Find where the first `count` true elements of a mask stand: before j + 1 are seen, as many precede it."""
    seen = torch.cumsum(mask.to(torch.int64), 0)
    before = seen.unsqueeze(0) <= torch.arange(count).unsqueeze(1)
    return before.to(torch.int64).sum(1).clamp(max=mask.shape[0] - 1)
