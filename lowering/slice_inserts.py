"""`slice-inserts`: elements written at places that only the run knows, as slices of one element."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, ir, linalg, replace, tensor
from .passes import Pass


@dataclass(frozen=True)
class SliceInserts(Pass):
    """Replace each `tensor.insert` whose indices are no constants by a `tensor.insert_slice`.

    IREE 3.13 writes 64 bytes for an element of 8 there: silently wrong, and out of bounds at the end of an array.
    Only what goes to IREE as it is needs this; kernels of our own store elements.
    """

    name: ClassVar[str] = "slice-inserts"

    def apply(self, module: ir.Module) -> None:
        """Rewrite the module in place."""
        for insert in collect(module, "tensor.insert"):
            value, target, *places = insert.operands
            if all(_is_constant(place) for place in places):
                continue
            rank = len(places)
            dynamic = [ir.ShapedType.get_dynamic_size()] * rank
            with ir.InsertionPoint(insert), insert.location:
                element = linalg.fill(value, outs=[tensor.EmptyOp([1] * rank, value.type).result])
                made = tensor.InsertSliceOp(element, target, places, [], [], dynamic, [1] * rank, [1] * rank)
            replace(insert, [made.result])


def _is_constant(value: ir.Value) -> bool:
    return not isinstance(value.owner, ir.Block) and value.owner.name == "arith.constant"
