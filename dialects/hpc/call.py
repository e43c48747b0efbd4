"""`hpc.call`: a registered operator, called by name."""

from collections.abc import Sequence
from typing import Any

from ..mlir import ext, ir
from .dialect import Hpc, reject


class CallOp(Hpc.Operation, name="call", traits=[ext.Pure]):
    """Call the operator registered as `callee`; what is no tensor stands in `arguments`, by parameter name.

    Example: `%y = "hpc.call"(%x) {callee = "physics::flux", arguments = {limit = 2.0 : f64}} : (tensor<8xf64>) ->
    tensor<8xf64>`.
    `verify`: the callee reads 'namespace::name'; the arguments are a dictionary.
    """

    inputs: Sequence[ext.Operand[Any]]
    callee: ir.StringAttr
    arguments: ir.DictAttr
    outputs: Sequence[ext.Result[Any]]

    @staticmethod
    def verify_invariants(op: Any) -> bool:
        """Check the spelling of the callee."""
        namespace, separator, name = op.attributes["callee"].value.partition("::")
        if not (namespace and separator and name):
            return reject(op, f"callee must read 'namespace::name', got '{op.attributes['callee'].value}'")
        return True
