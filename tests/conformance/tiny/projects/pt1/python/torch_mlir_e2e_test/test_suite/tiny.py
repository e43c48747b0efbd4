"""A program that matches, one that cannot match, one that does not compile, one that kills its process."""

import os

import torch
from torch_mlir_e2e_test.framework import TestUtils
from torch_mlir_e2e_test.registry import register_test_case


class Scale(torch.nn.Module):
    """Doubles, and adds one."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * x + 1


@register_test_case(module_factory=lambda: Scale())
def Scale_basic(module: Scale, tu: TestUtils) -> None:
    module.forward(tu.rand(3, 4))


class Unequal(torch.nn.Module):
    """Gives one thing while it is exported and another when it runs."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1 if torch.compiler.is_exporting() else x + 2


@register_test_case(module_factory=lambda: Unequal())
def Unequal_basic(module: Unequal, tu: TestUtils) -> None:
    module.forward(tu.rand(3))


class Branch(torch.nn.Module):
    """Chooses its path by a value."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1 if x.sum() > 0 else x - 1


@register_test_case(module_factory=lambda: Branch())
def Branch_basic(module: Branch, tu: TestUtils) -> None:
    module.forward(tu.rand(3))


class Abort(torch.nn.Module):
    """Ends the process while it is exported."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.compiler.is_exporting():
            os._exit(7)
        return x


@register_test_case(module_factory=lambda: Abort())
def Abort_basic(module: Abort, tu: TestUtils) -> None:
    module.forward(tu.rand(3))
