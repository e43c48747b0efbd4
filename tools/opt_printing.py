"""Callbacks of `isthmus-opt` that print the IR between passes, whole or as a diff."""

import difflib
import sys

from ..dialects.mlir import ir
from ..lowering.pipeline import Callback, Step

_LARGE = 32  # constants with more elements are elided


def print_between() -> Callback:
    """Print the IR before the first and after each pass to stderr."""

    def show(previous: Step | None, module: ir.Module, following: Step | None) -> None:
        if previous is None and following is None:
            return
        heading = f"after {previous.text}" if previous else "the input"
        print(f"// ----- // {heading}\n{_text(module)}", file=sys.stderr)

    return show


def print_changed() -> Callback:
    """Print what each pass changed to stderr, as a unified diff."""
    before: list[str] = []

    def show(previous: Step | None, module: ir.Module, following: Step | None) -> None:
        after = _text(module).splitlines()
        if previous and after == before:
            print(f"// ----- // {previous.text} changed nothing", file=sys.stderr)
        elif previous:
            difference = difflib.unified_diff(
                before, after, f"before {previous.text}", f"after {previous.text}", lineterm=""
            )
            print("\n".join(difference), file=sys.stderr)
        before[:] = after

    return show


def _text(module: ir.Module) -> str:
    text: str = module.operation.get_asm(large_elements_limit=_LARGE, large_resource_limit=_LARGE)
    return text
