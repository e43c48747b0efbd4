"""`slice-inserts`: elements written one by one, as slices of one element."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, complex, ir, linalg, replace, tensor
from .einsum import elementwise
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
                element = _element(value, rank)
                made = tensor.InsertSliceOp(element, target, places, [], [], dynamic, [1] * rank, [1] * rank)
            replace(insert, [made.result])


def _element(value: ir.Value, rank: int) -> ir.Value:
    """Give an array of one element. IREE fills with 64 bits at most: complex numbers are put together in it."""
    if not isinstance(value.type, ir.ComplexType):
        return _filled(value, rank)
    parts = [part(value).result for part in (complex.ReOp, complex.ImOp)]
    letters = "abcdefghijklmnop"[:rank]

    def put_together(real: ir.Value, imaginary: ir.Value) -> ir.Value:
        return complex.CreateOp(value.type, real, imaginary).result

    filled = [_filled(part, rank) for part in parts]
    return elementwise(f"{letters},{letters}->{letters}", value.type, put_together, *filled)


def _filled(value: ir.Value, rank: int) -> ir.Value:
    return linalg.fill(value, outs=[tensor.EmptyOp([1] * rank, value.type).result])
