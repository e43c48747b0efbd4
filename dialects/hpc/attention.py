"""`hpc.attention`: scaled dot-product attention, kept whole."""

from collections.abc import Sequence
from typing import Any

from ..mlir import ext, ir
from .dialect import Hpc, reject, well_formed


class AttentionOp(Hpc.Operation, name="attention", traits=[ext.Pure]):
    """Compute softmax(q k^T * scale + mask) v over the last two axes; the axes before are a batch.

    Inputs are q [..., l, e], k [..., s, e], v [..., s, d] and, where there is one, an additive mask [..., l, s]; all
    of one floating-point type.

    Example: `%y = "hpc.attention"(%q, %k, %v) {scale = 0.125 : f64} : (tensor<8x64x64xf32>, tensor<8x64x64xf32>,
    tensor<8x64x64xf32>) -> tensor<8x64x64xf32>`.
    `verify`: at most one mask; one rank (at least 2) and one element type.
    """

    query: ext.Operand[Any]
    key: ext.Operand[Any]
    value: ext.Operand[Any]
    mask: Sequence[ext.Operand[Any]]
    scale: Any
    output: ext.Result[Any]

    @staticmethod
    @well_formed
    def verify_invariants(op: Any) -> bool:
        """Check count, ranks and element types."""
        types = [value.type for value in (*op.operands, op.results[0])]
        if len(types) not in (4, 5):
            return reject(op, f"expected 3 or 4 inputs, got {len(types) - 1}")
        if not all(isinstance(type_, ir.RankedTensorType) for type_ in types):
            return reject(op, "expected ranked tensors")
        if len({type_.rank for type_ in types}) != 1 or types[0].rank < 2:
            return reject(op, f"expected equal ranks of at least 2, got {[type_.rank for type_ in types]}")
        if len({str(type_.element_type) for type_ in types}) != 1:
            return reject(op, "expected one element type")
        return True
