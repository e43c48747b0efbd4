"""`split-complex`: inside a program a complex tensor is two real ones."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, ir, run_passes
from .complex_parts import Parts, is_complex_tensor
from .complex_rules import RULES
from .passes import Pass


@dataclass(frozen=True)
class SplitComplex(Pass):
    """Keep the real and the imaginary parts of complex tensors in two real tensors.

    Complex tensors remain where the program meets the outside, at its arguments, results and parameters, and around
    operations this pass does not know. Real ones are fused, tiled and vectorised, and compile for GPUs: where IREE
    3.13 copies a complex slice on one, it crashes (`getCopyTileSizes` asks a complex type for its width).
    """

    name: ClassVar[str] = "split-complex"

    def apply(self, module: ir.Module) -> None:
        """Rewrite operations in program order, then join what others still read and erase what was rewritten."""
        if not collect(module, _touches_complex_tensor):
            return
        parts = Parts()
        rewritten = []
        with module.context:
            for operation in collect(module, _is_known):
                with ir.InsertionPoint(operation), operation.location:
                    if RULES[operation.name](operation, parts):
                        rewritten.append(operation)
            for operation in reversed(rewritten):
                with ir.InsertionPoint(operation), operation.location:
                    parts.retire(operation)
        run_passes(module, "canonicalize,cse")


def _is_known(operation: ir.Operation) -> bool:
    if operation.name == "tensor.extract" and operation.parent.name == "linalg.generic":
        return False  # rewritten with the body it is in
    inside = collect(operation, "tensor.extract") if operation.name == "linalg.generic" else []
    return operation.name in RULES and any(_touches_complex_tensor(found) for found in (operation, *inside))


def _touches_complex_tensor(operation: ir.Operation) -> bool:
    return any(is_complex_tensor(value) for value in (*operation.operands, *operation.results))
