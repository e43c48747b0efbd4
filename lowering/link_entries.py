"""Brings entries that were lowered apart into one module, under names of their own."""

from collections.abc import Mapping

from ..dialects.mlir import ir, verify
from ..dialects.symbols import Rename, copy_symbols

MAIN = "main"


def link_entries(modules: Mapping[str, ir.Module]) -> ir.Module:
    """Make one module of several: `@main` of each becomes its entry's name, its other symbols `@<entry>.<symbol>`.

    The modules belong to one context, and stay as they are.
    """
    first = next(iter(modules.values()))
    with first.context, ir.Location.unknown():
        linked = ir.Module.create()
    for entry, module in modules.items():
        copy_symbols(module, linked, _names_of(entry))
    verify(linked)
    return linked


def _names_of(entry: str) -> Rename:
    return lambda name: entry if name == MAIN else f"{entry}.{name}"
