"""The comparison of a value with the golden one."""

import torch


class ErrorContext:
    """Where a value stands."""

    @staticmethod
    def empty() -> "ErrorContext":
        """Stand at the top."""
        return ErrorContext()


class ValueReport:
    """Compares two tensors."""

    def __init__(self, value: torch.Tensor, golden: torch.Tensor, context: ErrorContext) -> None:
        same = value.shape == golden.shape and torch.allclose(value, golden, rtol=1e-3, atol=1e-7)
        self.failed = not same

    def error_str(self) -> str:
        """Say that they differ."""
        return "ERROR: not close"
