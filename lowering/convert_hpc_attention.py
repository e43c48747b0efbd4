"""`convert-hpc-attention`: the portable lowering of `hpc.attention`, in the dtype of its inputs."""

import string
import sys
from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import arith, collect, ir, replace
from ..dialects.mlir import math as mlir_math
from .einsum import einsum, elementwise, reduce_last
from .passes import Pass

_LARGEST_F32 = 3.4028234663852886e38
_LOWEST = {"f16": -65504.0, "bf16": -3.3895313892515355e38, "f64": -sys.float_info.max}
"""The lowest finite score per dtype: a row's maximum starts there, so that -inf less it is -inf and no NaN."""


@dataclass(frozen=True)
class ConvertHpcAttention(Pass):
    """Replace `hpc.attention` by two contractions around a softmax shifted by the row's maximum.

    A row whose mask is -inf everywhere gives zeros, as in torch. In any other row the largest score adds exactly 1 to
    the total, so that a total held at 1 or more changes nothing.
    """

    name: ClassVar[str] = "convert-hpc-attention"

    def apply(self, module: ir.Module) -> None:
        """Rewrite every attention in place."""
        for op in collect(module, "hpc.attention"):
            with ir.InsertionPoint(op), op.location:
                replace(op, [_lower(op)])


def _lower(op: ir.Operation) -> ir.Value:
    query, value = op.operands[0], op.operands[2]
    type_ = ir.RankedTensorType(query.type)
    element = type_.element_type
    batch = string.ascii_uppercase[: type_.rank - 2]
    scores = _scores(op, batch, element)
    rows, row = f"{batch}ls", f"{batch}l"
    lowest = ir.FloatAttr.get(element, _LOWEST.get(str(element), -_LARGEST_F32))
    largest = reduce_last(scores, lowest, lambda x, most: arith.MaximumFOp(x, most).result)
    shifted = elementwise(
        f"{rows},{row}->{rows}",
        element,
        lambda x, most: mlir_math.ExpOp(arith.SubFOp(x, most).result).result,
        scores,
        largest,
    )
    zero = ir.FloatAttr.get(element, 0.0)
    total = reduce_last(shifted, zero, lambda x, sum_: arith.AddFOp(x, sum_).result)
    mixed = einsum(f"{batch}ls,{batch}sd->{batch}ld", shifted, value)
    one = arith.ConstantOp(element, ir.FloatAttr.get(element, 1.0)).result
    return elementwise(
        f"{batch}ld,{row}->{batch}ld",
        element,
        lambda x, sum_: arith.DivFOp(x, arith.MaximumFOp(sum_, one).result).result,
        mixed,
        total,
    )


def _scores(op: ir.Operation, batch: str, element: ir.Type) -> ir.Value:
    """Compute q k^T * scale + mask; the scale is applied to q, which is smaller."""
    factor = arith.ConstantOp(element, ir.FloatAttr.get(element, op.attributes["scale"].value)).result
    query = elementwise(
        f"{batch}le->{batch}le", element, lambda x: arith.MulFOp(x, factor).result, op.operands[0]
    )
    scores = einsum(f"{batch}le,{batch}se->{batch}ls", query, op.operands[1])
    if len(op.operands) < 4:
        return scores
    access = f"{batch}ls"
    return elementwise(
        f"{access},{access}->{access}",
        element,
        lambda x, mask: arith.AddFOp(x, mask).result,
        scores,
        op.operands[3],
    )
