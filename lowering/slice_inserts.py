"""`slice-inserts`: elements written one by one, as slices of one element."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, ir, linalg, replace, tensor
from .passes import Pass


@dataclass(frozen=True)
class SliceInserts(Pass):
    """Replace each `tensor.insert` by a `tensor.insert_slice`, and in an array without dimensions by a fill.

    IREE 3.13 writes 64 bytes for an element of 8: silently wrong, and out of bounds at the end of an array.
    Only what goes to IREE as it is needs this; kernels of our own store elements.
    """

    name: ClassVar[str] = "slice-inserts"

    def apply(self, module: ir.Module) -> None:
        """Rewrite the module in place."""
        for insert in collect(module, "tensor.insert"):
            value, target, *places = insert.operands
            rank = len(places)
            if not rank:
                with ir.InsertionPoint(insert), insert.location:
                    replace(insert, [linalg.fill(value, outs=[target])])
                continue
            dynamic = [ir.ShapedType.get_dynamic_size()] * rank
            with ir.InsertionPoint(insert), insert.location:
                element = linalg.fill(value, outs=[tensor.EmptyOp([1] * rank, value.type).result])
                made = tensor.InsertSliceOp(element, target, places, [], [], dynamic, [1] * rank, [1] * rank)
            replace(insert, [made.result])
