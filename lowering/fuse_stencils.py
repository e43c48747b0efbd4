"""`fuse-stencils`: one pass over memory for stencils that read each other or the same arrays."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, ir, run_passes
from .passes import Pass
from .stencils.block import Block
from .stencils.model import Stencil, write
from .stencils.sideways import fuse_sideways
from .stencils.vertical import fuse_vertically

_ROUNDS = 4


@dataclass(frozen=True)
class FuseStencils(Pass):
    """Compute stencils inside their readers, at shifted positions, and those over one domain together.

    A stencil goes into its readers when no other operation reads it and what is computed more than once there costs
    at most `max_recompute` additions a point (a division or square root counts as 10, an elementary function as 25).
    Stencils over one domain that share inputs, or where one reads another at the same point, become one with
    several results. Equal arithmetic on equal elements is computed once.
    """

    name: ClassVar[str] = "fuse-stencils"
    max_recompute: float = 40.0

    def apply(self, module: ir.Module) -> None:
        """Fuse within each block."""
        blocks: dict[int, ir.Block] = {}
        for operation in collect(module, "hpc.stencil"):
            block = operation.block
            blocks.setdefault(hash(block), block)
        for block in blocks.values():
            _fuse(block, self.max_recompute)
        if blocks:
            run_passes(module, "canonicalize,cse")


def _fuse(block: ir.Block, most_recompute: float) -> None:
    model = Block.of(block)
    model.drop_dead()
    for _ in range(_ROUNDS):
        if not fuse_vertically(model, most_recompute):
            break
    fuse_sideways(model)
    _write(model)


def _write(model: Block) -> None:
    """Create the stencils anew, in the new order of the block, and erase the old ones and dead views."""
    end = model.operations[-1]
    replaced: dict[ir.Value, ir.Value] = {}
    kept = {id(end)}  # an operation's hash changes with its operands
    for entry in model.entries[:-1]:
        if isinstance(entry, Stencil):
            with ir.InsertionPoint(end), entry.operation.location:
                made = write(entry, replaced)
            replaced |= zip(entry.results, made.results, strict=True)
        else:
            entry.move_before(end)
            kept.add(id(entry))
    for before, after in replaced.items():
        before.replace_all_uses_with(after)
    for operation in reversed(model.operations):
        if id(operation) not in kept:
            operation.erase()
