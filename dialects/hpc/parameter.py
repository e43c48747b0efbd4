"""`hpc.parameter`: a weight kept outside the IR."""

from typing import Any

from ..mlir import ext, ir
from .dialect import Hpc, reject, well_formed


class ParameterOp(Hpc.Operation, name="parameter", traits=[ext.Pure]):
    """Stand for the array stored under a key of the artifact's parameter file.

    Example: `%w = "hpc.parameter"() {key = "layers.0.weight"} : () -> tensor<64x32xf32>`.
    `verify`: the key is not empty; the result is a tensor of static shape.
    """

    key: ir.StringAttr
    result: ext.Result[Any]

    @staticmethod
    @well_formed
    def verify_invariants(op: Any) -> bool:
        """Check the key and the result type."""
        if not op.attributes["key"].value:
            return reject(op, "needs a key that is not empty")
        type_ = op.results[0].type
        if not isinstance(type_, ir.RankedTensorType) or not type_.has_static_shape:
            return reject(op, f"result must be a tensor of static shape, got {type_}")
        return True
