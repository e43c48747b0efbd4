"""The eager run of a program."""

from types import SimpleNamespace
from typing import Any

import torch


class TestUtils:
    """Makes inputs, the same ones every time."""

    def __init__(self) -> None:
        torch.manual_seed(0)

    def rand(self, *sizes: int) -> torch.Tensor:
        """Draw from [0, 1)."""
        return torch.rand(sizes)


def generate_golden_trace(test: Any) -> list[Any]:
    """Record each call of the stimuli with what torch gives."""
    module, trace = test.program_factory(), []

    def forward(*inputs: torch.Tensor) -> None:
        kept = [value.clone() for value in inputs]
        trace.append(SimpleNamespace(inputs=kept, output=module(*inputs)))

    test.program_invoker(SimpleNamespace(forward=forward), TestUtils())
    return trace
