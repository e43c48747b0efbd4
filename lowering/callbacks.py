"""What can hang from a pipeline's callback: verification, timing, and several of them at once."""

import time
from dataclasses import dataclass, field

from ..dialects.mlir import ir, verify
from .pipeline import Callback, Step


def combine(*callbacks: Callback) -> Callback:
    """Call several callbacks in order."""

    def call_each(previous: Step | None, module: ir.Module, following: Step | None) -> None:
        for callback in callbacks:
            callback(previous, module, following)

    return call_each


def verify_each(previous: Step | None, module: ir.Module, following: Step | None) -> None:
    """Verify the module after each step; a broken one is a `VerifyError`."""
    if previous is not None:
        verify(module)


@dataclass
class Timing:
    """Measure each step's seconds; what other callbacks take is not counted."""

    rows: list[tuple[Step, float]] = field(default_factory=list)
    started: float = 0.0

    def stop(self, previous: Step | None, module: ir.Module, following: Step | None) -> None:
        """Count the step that ended; combine it first."""
        if previous is not None:
            self.rows.append((previous, time.perf_counter() - self.started))

    def start(self, previous: Step | None, module: ir.Module, following: Step | None) -> None:
        """Start the clock of the step to come; combine it last."""
        self.started = time.perf_counter()

    def report(self) -> str:
        """Print a table: seconds, share and step, in the order they ran."""
        total = sum(seconds for _, seconds in self.rows)
        lines = [
            f"{seconds:9.4f} s {seconds / total if total else 0:6.1%}  {step.text}"
            for step, seconds in self.rows
        ]
        return "\n".join([*lines, f"{total:9.4f} s          total"])
