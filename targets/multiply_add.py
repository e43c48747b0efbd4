"""Splits multiply-adds for processors that have no such instruction; LLVM would call a function per element.

Runs in the worker process only. `expand-math` marks those that may round twice as `fastmath<contract>`; others stay.
"""

from iree.compiler import ir

from .crossing import operations

_NAME = "math.fma"


def split_multiply_adds(module: ir.Module) -> int:
    """Write each `math.fma` that allows it as a product and a sum; count them."""
    with module.context:
        found = [op for op in operations(module.operation) if op.name == _NAME and _may_split(op)]
        for op in found:
            with ir.InsertionPoint(op), op.location:
                a, b, c = op.operands
                product = ir.Operation.create("arith.mulf", results=[a.type], operands=[a, b]).results[0]
                total = ir.Operation.create("arith.addf", results=[a.type], operands=[product, c]).results[0]
            op.results[0].replace_all_uses_with(total)
            op.erase()
    return len(found)


def _may_split(op: ir.Operation) -> bool:
    return "fastmath" in op.attributes and "contract" in str(op.attributes["fastmath"])
