"""Compile, load and call; compare with torch."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch.utils import _pytree as pytree

import isthmus

Check = Callable[..., isthmus.Program]


@pytest.fixture
def check() -> Check:
    """Compile a module on its inputs and compare one call with torch, leaf by leaf, within `tolerance`."""

    def run(
        module: torch.nn.Module,
        inputs: tuple[Any, ...],
        kwargs: Mapping[str, Any] | None = None,
        *,
        example: tuple[Any, ...] | None = None,
        tolerance: float = 1e-6,
    ) -> isthmus.Program:
        artifact = isthmus.compile(module, example or inputs, kwargs=kwargs)
        program = isthmus.load(artifact, threads=1)
        got = program(*inputs, **(kwargs or {}))
        assert_close(got, module(*inputs, **(kwargs or {})), tolerance)
        return program

    return run


def assert_close(got: Any, want: Any, tolerance: float) -> None:
    """Compare nesting, dtypes and shapes exactly, values relative to the largest."""
    (leaves, tree), (expected, wanted) = pytree.tree_flatten(got), pytree.tree_flatten(want)
    assert tree == wanted
    for one, other in zip(leaves, expected, strict=True):
        if not isinstance(other, torch.Tensor):
            assert one == other
            assert type(one) is type(other)
            continue
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        if (other.dtype.is_floating_point or other.dtype.is_complex) and other.numel():
            scale = other.detach().abs().max().item()
            assert (one - other.detach()).abs().max().item() <= tolerance * max(scale, 1e-30)
        else:
            assert torch.equal(one, other)
