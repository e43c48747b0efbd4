"""Functions and globals moved from one module to another, under other names."""

from collections.abc import Callable, Mapping

from .mlir import ir, operations

Rename = Callable[[str], str]


def copy_symbols(module: ir.Module, into: ir.Module, rename: Rename) -> list[ir.Operation]:
    """Append copies of everything in `module` to `into`; names, and references to them, are renamed.

    Both belong to one context.
    """
    with into.context:
        point = ir.InsertionPoint(into.body)
        copies = [op.operation.clone(point).operation for op in module.body.operations]
        names = {symbol_name(copy): rename(symbol_name(copy)) for copy in copies}
        for copy in copies:
            copy.attributes["sym_name"] = ir.StringAttr.get(names[symbol_name(copy)])
            for op in (copy, *operations(copy)):
                _rename_references(op, names)
    return copies


def symbol_name(op: ir.Operation) -> str:
    """Give the name of a function or global."""
    return str(ir.StringAttr(op.attributes["sym_name"]).value)


def _rename_references(op: ir.Operation, names: Mapping[str, str]) -> None:
    for name in list(op.attributes):
        attribute = op.attributes[name]
        if isinstance(attribute, ir.FlatSymbolRefAttr) and attribute.value in names:
            op.attributes[name] = ir.FlatSymbolRefAttr.get(names[attribute.value])
