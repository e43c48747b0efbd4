"""Keeps products and sums apart: IREE lets LLVM contract `a * b + c` into one rounding, NumPy and torch do not.

Runs in the worker process only, between IREE's translation to the LLVM dialect and LLVM itself. Explicit
`math.fma` and the multiply-adds inside matrix products stay fused.
"""

import re

from iree.compiler import ir

from .crossing import operations

_ATTRIBUTE = "fastmathFlags"


def forbid_contraction(module: ir.Module) -> int:
    """Remove `contract` from the LLVM operations in `module`; count those changed."""
    changed = 0
    with module.context:
        for op in operations(module.operation):
            if op.name.startswith("llvm.") and _ATTRIBUTE in op.attributes:
                changed += _remove(op)
    return changed


def _remove(op: ir.Operation) -> bool:
    text = str(op.attributes[_ATTRIBUTE])
    flags = [flag for flag in re.findall(r"\w+", text.partition("<")[2]) if flag != "contract"]
    new = ir.Attribute.parse(f"#llvm.fastmath<{', '.join(flags) or 'none'}>")
    if new == op.attributes[_ATTRIBUTE]:
        return False
    op.attributes[_ATTRIBUTE] = new
    return True
