"""Brings entries that were lowered apart into one module, under names of their own."""

from collections.abc import Mapping

from ..dialects.mlir import ir, operations, verify

MAIN = "main"


def link_entries(modules: Mapping[str, ir.Module]) -> ir.Module:
    """Make one module of several: `@main` of each becomes its entry's name, its other symbols `@<entry>.<symbol>`.

    The modules share a context and are empty afterwards of nothing: they are copied.
    """
    first = next(iter(modules.values()))
    with first.context, ir.Location.unknown():
        linked = ir.Module.create()
        for entry, module in modules.items():
            _copy(module, entry, linked)
    verify(linked)
    return linked


def _copy(module: ir.Module, entry: str, linked: ir.Module) -> None:
    copies = [op.operation.clone(ir.InsertionPoint(linked.body)).operation for op in module.body.operations]
    names = {_symbol(copy): entry if _symbol(copy) == MAIN else f"{entry}.{_symbol(copy)}" for copy in copies}
    for copy in copies:
        copy.attributes["sym_name"] = ir.StringAttr.get(names[_symbol(copy)])
        for op in (copy, *operations(copy)):
            _rename_references(op, names)


def _rename_references(op: ir.Operation, names: Mapping[str, str]) -> None:
    for name in list(op.attributes):
        attribute = op.attributes[name]
        if isinstance(attribute, ir.FlatSymbolRefAttr) and attribute.value in names:
            op.attributes[name] = ir.FlatSymbolRefAttr.get(names[attribute.value])


def _symbol(op: ir.Operation) -> str:
    return str(ir.StringAttr(op.attributes["sym_name"]).value)
