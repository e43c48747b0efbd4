"""`clean`: what every stage wants to start from."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import ir, run_passes
from .passes import Pass


@dataclass(frozen=True)
class Clean(Pass):
    """Inline functions, fold and simplify, share equal operations, drop dead ones."""

    name: ClassVar[str] = "clean"

    def apply(self, module: ir.Module) -> None:
        """Run upstream's simplifications in an order that reaches a fixed point in practice."""
        run_passes(module, "inline,canonicalize,cse,symbol-dce,canonicalize,cse")
