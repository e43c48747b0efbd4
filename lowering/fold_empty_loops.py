"""`fold-empty-loops`: structured operations that run no iteration."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, ir, replace, run_passes
from .passes import Pass


@dataclass(frozen=True)
class FoldEmptyLoops(Pass):
    """Replace each linalg operation on an array of size zero by its initial values.

    Every iteration touches every operand, so an empty operand means no iteration. IREE's compiler divides by the
    size of a contraction and dies on zero.
    """

    name: ClassVar[str] = "fold-empty-loops"

    def apply(self, module: ir.Module) -> None:
        """Fold in place; a chain of them folds from its first one on."""
        empty = [op for op in collect(module, _is_structured) if any(map(_is_empty, op.operands))]
        for op in empty:
            count = len(op.results)
            replace(op, list(op.operands)[-count:])
        if empty:
            run_passes(module, "canonicalize,cse")


def _is_structured(op: ir.Operation) -> bool:
    return op.name.startswith("linalg.") and len(op.results) > 0 and "operandSegmentSizes" in op.attributes


def _is_empty(value: ir.Value) -> bool:
    if not isinstance(value.type, ir.RankedTensorType):
        return False
    kind = ir.RankedTensorType(value.type)
    return any(not kind.is_dynamic_dim(axis) and kind.shape[axis] == 0 for axis in range(kind.rank))
