"""Decompositions of pooling: ranks, windows and divisors that the lowering does not take."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

aten = torch.ops.aten


def pooling_rules() -> dict[Any, Callable[..., Any]]:
    """Map pooling operators to rules."""
    return {
        aten.adaptive_max_pool2d.default: _adaptive_max_pool,
        aten.adaptive_max_pool3d.default: _adaptive_max_pool,
        aten.avg_pool2d.default: lambda *args, **options: _average(2, *args, **options),
        aten.avg_pool3d.default: lambda *args, **options: _average(3, *args, **options),
    }


def _adaptive_max_pool(source: torch.Tensor, sizes: Sequence[int]) -> Any:
    """Gather each window along each axis, with repeats where windows differ in size, and take the maximum.

    A window of output i covers floor(i * n / m) to ceil((i + 1) * n / m). The index counts in the flat image; a
    repeated element comes after its first appearance, so the first maximum stays the first.
    """
    rank, extents = len(sizes), source.shape[-len(sizes) :]
    if not all(isinstance(n, int) for n in (*sizes, *extents)):
        return NotImplemented
    lead = source.ndim - rank
    windows, places = source, torch.zeros((), dtype=torch.int64)
    for axis, (extent, size) in enumerate(zip(extents, sizes, strict=True)):
        rows = _windows(extent, size)
        windows = windows.index_select(lead + 2 * axis, rows.flatten()).unflatten(lead + 2 * axis, rows.shape)
        places = places.unsqueeze(-1).unsqueeze(-1) * extent + rows
    order = [*range(lead), *range(lead, lead + 2 * rank, 2), *range(lead + 1, lead + 2 * rank, 2)]
    windows = windows.permute(order).flatten(lead + rank)
    places = places.permute([axis - lead for axis in order[lead:]]).flatten(rank)
    values, chosen = windows.max(-1)
    places = places.expand(*windows.shape[:lead], *places.shape)
    return values, places.gather(-1, chosen.unsqueeze(-1)).squeeze(-1)


def _windows(extent: int, size: int) -> torch.Tensor:
    """List the elements of each window; shorter windows repeat their last one."""
    longest = max(-(-(i + 1) * extent // size) - i * extent // size for i in range(size))
    index = torch.arange(size)
    first = torch.div(index * extent, size, rounding_mode="floor")
    last = torch.div((index + 1) * extent + size - 1, size, rounding_mode="floor") - 1
    return torch.minimum(first.unsqueeze(1) + torch.arange(longest), last.unsqueeze(1))


def _average(
    rank: int,
    source: torch.Tensor,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    padding: Sequence[int] = (0,),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Any:
    """Add a missing batch; where the elements under a window vary, sum and divide by counts made here."""
    pool = aten.avg_pool2d.default if rank == 2 else aten.avg_pool3d.default
    if source.ndim == rank + 1:
        batch = source.unsqueeze(0)
        return pool(batch, kernel, stride, padding, ceil_mode, count_include_pad, divisor).squeeze(0)
    kernel, padding = _each(kernel, rank), _each(padding, rank)
    stride = _each(stride, rank) if stride else kernel
    varies = ceil_mode or (not count_include_pad and any(padding))
    extents = source.shape[-rank:]
    if divisor is not None or not varies or not all(isinstance(n, int) for n in extents):
        return NotImplemented
    axes = list(zip(extents, kernel, stride, padding, strict=True))
    outputs = [_outputs(*axis, ceil_mode) for axis in axes]
    pads: list[int] = []
    for count, (extent, k, s, pad) in zip(outputs, axes, strict=True):
        pads = [pad, max(0, (count - 1) * s + k - extent - pad), *pads]
    sums = pool(aten.constant_pad_nd(source, pads, 0), kernel, stride, [0], False, True, 1)
    counts = torch.ones((), dtype=source.dtype)
    for count, axis in zip(outputs, axes, strict=True):
        counts = counts.unsqueeze(-1) * _counts(count, *axis, not count_include_pad).to(source.dtype)
    return sums / counts


def _outputs(extent: int, kernel: int, stride: int, padding: int, ceil_mode: bool) -> int:
    """Count the windows of one axis; one that starts beyond the data and its left padding is left out."""
    outputs = (extent + 2 * padding - kernel + (stride - 1 if ceil_mode else 0)) // stride + 1
    return outputs - (ceil_mode and (outputs - 1) * stride >= extent + padding)


def _counts(
    outputs: int, extent: int, kernel: int, stride: int, padding: int, inside_only: bool
) -> torch.Tensor:
    """Count the elements under each window of one axis, as torch does."""
    start = torch.arange(outputs) * stride - padding
    end = torch.clamp(start + kernel, max=extent + padding)
    return torch.clamp(end, max=extent) - torch.clamp(start, min=0) if inside_only else end - start


def _each(numbers: Sequence[int], rank: int) -> list[int]:
    return list(numbers) * rank if len(numbers) == 1 else list(numbers)
