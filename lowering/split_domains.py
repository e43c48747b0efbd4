"""`split-domains`: stencils over arrays assembled from pieces, cut along the borders of the pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..dialects.attributes import SIMULATION
from ..dialects.hpc.stencil import fits
from ..dialects.mlir import collect, ir, replace, run_passes, tensor
from .passes import Pass
from .stencils.boxes import Box, boxes_of
from .stencils.expressions import Arithmetic, Expression
from .stencils.model import Stencil, read, write


@dataclass(frozen=True)
class SplitDomains(Pass):
    """Split stencils that read arrays assembled from static boxes (`np.roll`, `np.concatenate`, `np.pad`).

    A stencil is cut where its accesses cross from one piece into the next: each part reads the pieces' own sources,
    and the parts' results are assembled again. Whatever reads those is cut in turn, so that a chain of periodic
    stencils becomes one large stencil with plain offsets and thin ones along the borders. A stencil stays whole when
    a part beside the bulk would not be thin or when there would be more than `max_parts` of them. Functions that would
    have more than `max_stencils`, which are slow to compile, and those not written with NumPy are not changed.
    """

    name: ClassVar[str] = "split-domains"
    max_parts: int = 32
    max_stencils: int = 400

    def apply(self, module: ir.Module) -> None:
        """Split in program order: parts of one stencil are pieces for the next."""
        functions = [entry for entry in collect(module, "func.func") if SIMULATION in entry.attributes]
        split = [self._split_all(function) for function in functions]
        if any(split):
            run_passes(module, "canonicalize,cse")

    def _split_all(self, function: ir.Operation) -> bool:
        """Split a function's stencils, unless they would become too many; tell whether any was split."""
        trial = function.clone(ip=ir.InsertionPoint(function))
        stencils = collect(trial, "hpc.stencil")
        total = len(stencils)
        for operation in stencils:
            with ir.InsertionPoint(operation), operation.location:
                total += max(0, self._split(operation) - 1)
            if total > self.max_stencils:
                break
        is_split = len(stencils) < total <= self.max_stencils
        (function if is_split else trial).erase()
        return is_split

    def _split(self, operation: ir.Operation) -> int:
        """Replace a stencil by its parts and tell how many they are; 0 when it stays whole."""
        arithmetic = Arithmetic()
        whole = read(operation, arithmetic)
        boxes = boxes_of(whole, arithmetic, self.max_parts)
        if boxes is None:
            return 0
        parts = [_part(whole, box, outputs) for box, outputs in boxes]
        if not all(fits([element.tensor for element in part.elements.values()]) for part in parts):
            return 0
        results = [list(write(part, {}).results) for part in parts]
        replace(operation, _assembled(whole, [box for box, _ in boxes], results))
        return len(parts)


def _part(whole: Stencil, box: Box, outputs: list[Expression]) -> Stencil:
    kind = ir.RankedTensorType.get(list(box.sizes), whole.kind.element_type)
    return Stencil(whole.operation, kind, (), outputs, [])


def _assembled(whole: Stencil, boxes: Sequence[Box], results: Sequence[Sequence[ir.Value]]) -> list[ir.Value]:
    made = []
    for number in range(len(whole.outputs)):
        value = tensor.empty(list(whole.kind.shape), whole.kind.element_type)
        for box, values in zip(boxes, results, strict=True):
            ones = [1] * len(box.sizes)
            offsets, sizes = list(box.offsets), list(box.sizes)
            value = tensor.InsertSliceOp(values[number], value, [], [], [], offsets, sizes, ones).result
        made.append(value)
    return made
