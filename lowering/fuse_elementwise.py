"""`fuse-elementwise`: one loop over memory for a chain of elementwise operations."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, ir, run_passes
from .elementwise_fusion import fuse, producer_of, untie
from .passes import Pass


@dataclass(frozen=True)
class FuseElementwise(Pass):
    """Fuse elementwise operations on tensors, with each other and into the reductions that read them.

    A producer goes into its only reader, unless it would be computed more than once there. Contractions, convolutions
    and poolings are left alone, and so are reshapes: upstream's `linalg-fuse-elementwise-ops` moves reshapes through
    contractions and then fuses into these, which made a transformer block nine times slower.
    """

    name: ClassVar[str] = "fuse-elementwise"

    def apply(self, module: ir.Module) -> None:
        """Make arithmetic on tensors generic operations, then fuse each with its producers, in program order."""
        run_passes(module, "func.func(convert-elementwise-to-linalg),canonicalize,cse")
        with module.context:
            for operation in collect(module, "linalg.generic"):
                with ir.InsertionPoint(operation), operation.location:
                    untie(operation)
                _fuse_producers(operation)
        run_passes(module, "canonicalize,cse")


def _fuse_producers(consumer: ir.Operation) -> None:
    found = producer_of(consumer)
    while found is not None:
        place, producer = found
        with ir.InsertionPoint(consumer), consumer.location:
            consumer = fuse(consumer, place, producer)
        found = producer_of(consumer)
