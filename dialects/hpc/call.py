"""`hpc.call`: a registered operator, called by name."""

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.errors import VerifyError

from ..mlir import ext, ir
from .dialect import Hpc, reject, well_formed

LIMIT = 24
"""Inputs, and outputs, a call may have: IRDL makes the values of one variadic group share one type, so that each
gets a group of its own."""


class CallOp(Hpc.Operation, name="call", traits=[ext.Pure]):
    """Call the operator registered as `callee`; what is no tensor stands in `arguments`, by parameter name.

    Example: `%y = "hpc.call"(%x) {callee = "physics::flux", arguments = {limit = 2.0 : f64}, operandSegmentSizes = ...,
    resultSegmentSizes = ...} : (tensor<8xf64>) -> tensor<8xf64>`.
    `verify`: the callee reads 'namespace::name'.
    """

    callee: ir.StringAttr
    arguments: ir.DictAttr
    __annotations__ |= {f"input{i}": ext.Operand[Any] | None for i in range(LIMIT)}
    __annotations__ |= {f"output{i}": ext.Result[Any] | None for i in range(LIMIT)}

    @classmethod
    def build(
        cls,
        inputs: Sequence[ir.Value],
        callee: str,
        arguments: Mapping[str, ir.Attribute],
        outputs: Sequence[ir.Type],
    ) -> ir.Operation:
        """Create a call at the current insertion point."""
        if max(len(inputs), len(outputs)) > LIMIT:
            raise VerifyError(f"operator '{callee}' has more than {LIMIT} inputs or outputs")
        return ir.Operation.create(
            "hpc.call",
            results=list(outputs),
            operands=list(inputs),
            attributes={
                "callee": ir.StringAttr.get(callee),
                "arguments": ir.DictAttr.get(dict(arguments)),
                "operandSegmentSizes": _segments(len(inputs)),
                "resultSegmentSizes": _segments(len(outputs)),
            },
        )

    @staticmethod
    @well_formed
    def verify_invariants(op: Any) -> bool:
        """Check the spelling of the callee."""
        namespace, separator, name = op.attributes["callee"].value.partition("::")
        if not (namespace and separator and name):
            return reject(op, f"callee must read 'namespace::name', got '{op.attributes['callee'].value}'")
        return True


def _segments(count: int) -> ir.Attribute:
    return ir.DenseI32ArrayAttr.get([1] * count + [0] * (LIMIT - count))
