"""Where programs register."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch


class Test(NamedTuple):
    """One program and its stimuli."""

    unique_name: str
    program_factory: Callable[[], torch.nn.Module]
    program_invoker: Callable[[Any, Any], None]
    timeout_seconds: int


GLOBAL_TEST_REGISTRY: list[Test] = []


def register_test_case(module_factory: Callable[[], torch.nn.Module], timeout_seconds: int = 120) -> Any:
    """Register the decorated function as the stimuli of a program."""

    def register(invoke: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        GLOBAL_TEST_REGISTRY.append(Test(invoke.__name__, module_factory, invoke, timeout_seconds))
        return invoke

    return register
