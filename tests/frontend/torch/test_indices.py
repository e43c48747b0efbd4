"""Indices out of range: an error of ours at the user's line, never a read or write outside the array."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import isthmus
from isthmus import RunError

from .conftest import assert_close


class Gathers(nn.Module):
    def forward(self, x: Any, i: Any) -> Any:
        rows = i[:, None].expand(3, 4)
        return x[i], torch.gather(x, 0, rows), nn.functional.embedding(i, x)


class Writes(nn.Module):
    def forward(self, x: Any, i: Any) -> Any:
        y = x.clone()
        y[:, i] = 1.0
        rows = i[:, None].expand(3, 4)
        return y, x.scatter_add(0, rows, x[:3]), x.index_add(0, i, x[:3])


@pytest.mark.parametrize("module", [Gathers(), Writes()])
def test_an_index_out_of_range_is_an_error_that_names_the_line(module: nn.Module) -> None:
    x, good = torch.randn(4, 4), torch.tensor([1, 0, 3])
    program = isthmus.load(isthmus.compile(module, (x, good)))
    assert_close(program(x, good), module(x, good), 1e-6)
    for bad in (4, -5, 10**12, -(2**62)):
        with pytest.raises(RunError, match=r"an index is out of range at .*test_indices\.py"):
            program(x, torch.tensor([1, bad, 3]))
    assert_close(program(x, good), module(x, good), 1e-6)


def test_negative_indices_count_from_the_end() -> None:
    class Put(nn.Module):
        def forward(self, x: Any, i: Any) -> Any:
            y = x.clone()
            y[i] = 0.0
            return y, x[i], x.index_put((i,), x[:2], accumulate=True)

    x, i = torch.randn(4, 3), torch.tensor([-1, 1])
    program = isthmus.load(isthmus.compile(Put(), (x, i)))
    assert_close(program(x, i), Put()(x, i), 1e-6)


def test_a_bound_step_checks_every_time() -> None:
    table = nn.Embedding(8, 4)
    i = np.array([1, 2])
    step = isthmus.load(isthmus.compile(table, (torch.tensor([1, 2]),))).bind(i)
    assert_close(torch.from_numpy(step()), table(torch.from_numpy(i)), 0.0)
    for _ in range(3):
        i[0] = 8
        with pytest.raises(RunError, match="an index is out of range"):
            step()
        i[0] = 7
        assert_close(torch.from_numpy(step()), table(torch.from_numpy(i)), 0.0)


def test_a_scatter_reads_its_updates_before_it_writes() -> None:
    """IREE alone reads a slice of the array it updates in place after the update: silently wrong."""

    class Shift(nn.Module):
        def forward(self, x: Any, i: Any) -> Any:
            return x.index_add(0, i, x[:3]), (x + 1).index_add(0, i, (x + 1)[:3])

    x, i = torch.randn(4, 4), torch.tensor([1, 0, 3])
    program = isthmus.load(isthmus.compile(Shift(), (x, i)))
    assert_close(program(x, i), Shift()(x, i), 1e-6)


def test_masks_select_as_many_as_are_true() -> None:
    class Select(nn.Module):
        def forward(self, x: Any) -> Any:
            return x[x > 0], x[x[:, 0] > 0], x[:, x[0] > 0], torch.masked_select(x, x > 0), x[x > 9]

    x = torch.randn(4, 5)
    program = isthmus.load(isthmus.compile(Select(), (x,)))
    for values in (x, -x):
        assert_close(program(values), Select()(values), 0.0)
