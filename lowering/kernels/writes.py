"""What operations write, and the arrays that views show."""

from ...dialects.mlir import ir

VIEWS = ("memref.subview", "memref.cast", "memref.collapse_shape", "memref.expand_shape")
"""Operations that show memory under another shape."""


def written(op: ir.Operation) -> list[ir.Value]:
    """List the memrefs that a stage or store writes."""
    if op.name in ("memref.copy", "memref.store"):
        return [op.operands[1]]
    if op.name == "linalg.generic":
        inputs, _ = list(ir.DenseI32ArrayAttr(op.attributes["operandSegmentSizes"]))
        return list(op.operands)[inputs:]
    return []


def base(value: ir.Value) -> ir.Value:
    """Follow views to the array they show."""
    while not isinstance(value.owner, ir.Block) and value.owner.operation.name in VIEWS:
        value = value.owner.operation.operands[0]
    return value
