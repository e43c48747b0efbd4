"""The stencils of a block among its other operations: who reads whom, and what is dead."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...dialects.mlir import ir, operations
from .expressions import Arithmetic, Expression, scalars_of
from .model import Stencil, read
from .sources import is_view

Entry = Stencil | ir.Operation


@dataclass
class Block:
    """Hold a block's operations in order, stencils as models that are changed before anything is written.

    `operations` are the block's before any change; `entries` what is to stand there instead.
    """

    arithmetic: Arithmetic
    entries: list[Entry]
    operations: tuple[ir.Operation, ...]

    @staticmethod
    def of(block: ir.Block) -> "Block":
        """Read a block."""
        arithmetic = Arithmetic()
        found = tuple(entry.operation for entry in block.operations)
        entries = [read(entry, arithmetic) if entry.name == "hpc.stencil" else entry for entry in found]
        return Block(arithmetic, entries, found)

    @property
    def stencils(self) -> list[Stencil]:
        """List the stencils in order."""
        return [entry for entry in self.entries if isinstance(entry, Stencil)]

    def makers(self) -> dict[ir.Value, tuple[Stencil, Expression]]:
        """Find the stencil and the expression behind each of the stencils' results."""
        return {
            value: (stencil, output)
            for stencil in self.stencils
            for value, output in zip(stencil.results, stencil.outputs, strict=True)
        }

    def drop_dead(self) -> None:
        """Remove the views and stencils whose results nothing reads."""
        needed: set[ir.Value] = set()
        kept: list[Entry] = []
        for entry in reversed(self.entries):
            results = entry.results
            removable = isinstance(entry, Stencil) or is_view(entry) or entry.name == "tensor.empty"
            if not removable or any(value in needed for value in results):
                needed.update(needs(entry))
                kept.append(entry)
        self.entries = kept[::-1]


def needs(entry: Entry) -> Iterable[ir.Value]:
    """List the values that an entry reads, those that its regions take from outside included."""
    if isinstance(entry, Stencil):
        arrays = (element.tensor for element in entry.elements.values())
        return [*arrays, *scalars_of(entry.outputs), *entry.sizes]
    inner = [value for found in operations(entry) for value in found.operands] if len(entry.regions) else []
    return [*entry.operands, *inner]
