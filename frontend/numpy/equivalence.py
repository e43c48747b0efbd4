"""Whether two SSA values are known to hold the same."""

from ...dialects.mlir import ir

_DEPTH = 12
_PURE = ("arith.", "math.", "complex.", "linalg.", "tensor.", "hpc.parameter")


def same_value(left: ir.Value, right: ir.Value, depth: int = _DEPTH) -> bool:
    """Tell whether two values come from the same computation."""
    if left == right:
        return True
    if depth == 0 or left.type != right.type:
        return False
    if isinstance(left.owner, ir.Block) or isinstance(right.owner, ir.Block):
        return False
    a, b = left.owner, right.owner
    if ir.OpResult(left).result_number != ir.OpResult(right).result_number:
        return False
    return same_operation(a, b, {}, depth)


def same_operation(a: ir.Operation, b: ir.Operation, renamed: dict[ir.Value, ir.Value], depth: int) -> bool:
    """Tell whether two operations compute the same; `renamed` maps the values inside of a's regions to b's."""
    a, b = a.operation, b.operation
    if a == b:
        return True
    if a.name != b.name or not a.name.startswith(_PURE) or _attributes(a) != _attributes(b):
        return False
    pairs = list(zip(a.operands, b.operands, strict=False))
    if len(a.operands) != len(b.operands) or len(list(a.regions)) != len(list(b.regions)):
        return False
    if not all(renamed.get(x, x) == y or same_value(x, y, depth - 1) for x, y in pairs):
        return False
    if not all(_same_region(x, y, renamed, depth) for x, y in zip(a.regions, b.regions, strict=True)):
        return False
    renamed.update(zip(a.results, b.results, strict=True))
    return True


def _attributes(operation: ir.Operation) -> dict[str, str]:
    return {name: str(operation.attributes[name]) for name in operation.attributes}


def _same_region(a: ir.Region, b: ir.Region, renamed: dict[ir.Value, ir.Value], depth: int) -> bool:
    for block, other in zip(a.blocks, b.blocks, strict=True):
        renamed.update(zip(block.arguments, other.arguments, strict=True))
        mine, theirs = list(block.operations), list(other.operations)
        if len(mine) != len(theirs):
            return False
        if not all(same_operation(x, y, renamed, depth) for x, y in zip(mine, theirs, strict=True)):
            return False
    return True
