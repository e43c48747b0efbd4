"""`hoist-weights`: what a loop computes from weights alone is computed before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, ir, operations
from .passes import Pass

_LOOPS = ("scf.for", "scf.while")
_PURE = ("linalg.", "tensor.", "arith.", "math.", "complex.")
_PARAMETER = "hpc.parameter"


@dataclass(frozen=True)
class HoistWeights(Pass):
    """Move `hpc.parameter`, and operations that depend on nothing else, out of the loops they stand in.

    A network in a time loop reads its weights, and lays them out, once. Outside of loops IREE does that when a program
    is loaded; inside it would do so at every step. Only what weights lead to moves: arrays that a loop fills anew are
    better made where they are used.
    """

    name: ClassVar[str] = "hoist-weights"

    def apply(self, module: ir.Module) -> None:
        """Rewrite the module in place, inner loops first."""
        for loop in reversed(collect(module, _LOOPS)):
            _hoist(loop)


def _hoist(loop: ir.Operation) -> None:
    """Move what can move in front of a loop, in its order."""
    body = list(_body(loop))
    inside: set[ir.Value] = {value for op in body for value in op.results}
    inside |= {argument for block in _blocks(loop) for argument in block.arguments}
    invariant: dict[ir.Value, ir.Operation] = {}
    from_weights: list[ir.Operation] = []
    derived: set[ir.Value] = set()
    for op in body:
        operands = _operands(op)
        is_pure = op.name == _PARAMETER or op.name.startswith(_PURE)
        if not is_pure or any(value in inside and value not in invariant for value in operands):
            continue
        invariant.update(dict.fromkeys(op.results, op))
        if op.name == _PARAMETER or any(value in derived for value in operands):
            derived.update(op.results)
            from_weights.append(op)
    moved = _with_needs(from_weights, invariant)
    for op in body:
        if op in moved:
            op.move_before(loop)


def _with_needs(wanted: list[ir.Operation], invariant: dict[ir.Value, ir.Operation]) -> list[ir.Operation]:
    """Add the operations whose results the wanted ones use."""
    found: list[ir.Operation] = []
    waiting = list(wanted)
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.append(op)
            waiting += [invariant[value] for value in _operands(op) if value in invariant]
    return found


def _body(op: ir.Operation) -> Iterator[ir.Operation]:
    """Yield the operations of a loop in order, those of branches included, not those of inner loops."""
    for region in op.regions:
        for block in region.blocks:
            for inner in block.operations:
                yield inner.operation
                if inner.operation.name == "scf.if":
                    yield from _body(inner.operation)


def _blocks(loop: ir.Operation) -> Iterator[ir.Block]:
    for op in (loop, *operations(loop)):
        for region in op.regions:
            yield from region.blocks


def _operands(op: ir.Operation) -> list[ir.Value]:
    """List the values from outside that an operation uses, in its regions too."""
    used = [*op.operands, *(value for inner in operations(op) for value in inner.operands)]
    own: set[ir.Value] = {value for inner in operations(op) for value in inner.results}
    own |= {argument for region in op.regions for block in region.blocks for argument in block.arguments}
    return [value for value in used if value not in own]
