"""Puts the bodies of private functions where they are called, operations of `hpc` included."""

from collections.abc import Sequence

from ..dialects.mlir import collect, ir, operations
from ..dialects.symbols import symbol_name

# Upstream's `inline` refuses bodies that hold operations of a dialect defined from Python.


def inline_calls(module: ir.Module, entry: str = "main") -> None:
    """Replace every call in `@entry` of a function in the module by its body; functions without calls go."""
    functions = {symbol_name(found): found for found in collect(module, _has_body)}
    while calls := [call for call in collect(functions[entry], "func.call") if _callee(call) in functions]:
        for call in calls:
            inline(call, functions[_callee(call)])
    for name, function in functions.items():
        if name != entry and "sym_visibility" in function.attributes:
            function.erase()


def inline(call: ir.Operation, function: ir.Operation) -> None:
    """Replace one call by a copy of the function's body, a single block."""
    with ir.InsertionPoint(call):
        results = clone_body(function, list(call.operands))
    for old, new in zip(call.results, results, strict=True):
        old.replace_all_uses_with(new)
    call.erase()


def clone_body(function: ir.Operation, operands: Sequence[ir.Value]) -> list[ir.Value]:
    """Copy a function's body to the insertion point, on other arguments; give what it returns."""
    block = function.regions[0].blocks[0]
    values: dict[ir.Value, ir.Value] = dict(zip(block.arguments, operands, strict=True))
    *body, terminator = [found.operation for found in block.operations]
    for op in body:
        copy = op.clone()
        for inner in (copy.operation, *operations(copy.operation)):
            _use(inner, values)
        values.update(zip(op.results, copy.operation.results, strict=True))
    return [values[value] for value in terminator.operands]


def _use(op: ir.Operation, values: dict[ir.Value, ir.Value]) -> None:
    for index, operand in enumerate(op.operands):
        if operand in values:
            op.operands[index] = values[operand]


def _has_body(op: ir.Operation) -> bool:
    return op.name == "func.func" and len(op.regions[0].blocks) > 0


def _callee(call: ir.Operation) -> str:
    return str(ir.FlatSymbolRefAttr(call.attributes["callee"]).value)
