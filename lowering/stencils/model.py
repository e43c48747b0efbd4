"""A stencil as passes change it: a domain, and an expression per result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from ...dialects.hpc.access import Access, Place
from ...dialects.hpc.stencil import StencilOp, YieldOp, accesses_of, inputs_of, sizes_of
from ...dialects.mlir import ir
from .expressions import Arithmetic, Element, Expression, elements_of, emit
from .sources import Extents


@dataclass(eq=False)
class Stencil:
    """Hold what is computed at each point of a domain, and the operation's results that it stands for.

    Values in it are those from before any rewriting: `write` is told what has taken their place.
    """

    operation: ir.Operation
    kind: ir.RankedTensorType
    sizes: tuple[ir.Value, ...]
    outputs: list[Expression]
    results: list[ir.Value]
    extents: Extents = field(init=False)
    _read: tuple[list[Expression], dict[Expression, Element]] | None = None

    def __post_init__(self) -> None:
        self.extents = extents_of(self.kind)

    @property
    def points(self) -> int:
        """Count the points of the domain; a dynamic extent counts as a large one."""
        return prod(1024 if extent is None else extent for extent in self.extents)

    @property
    def elements(self) -> dict[Expression, Element]:
        """List the elements it reads."""
        if self._read is None or self._read[0] is not self.outputs:
            self._read = (self.outputs, elements_of(self.outputs))
        return self._read[1]

    def same_domain(self, other: "Stencil") -> bool:
        """Tell whether two stencils run over the same points and make arrays of one type."""
        return self.kind == other.kind and self.sizes == other.sizes


def extents_of(kind: ir.RankedTensorType) -> Extents:
    """Give the extents of a tensor type, None where they are dynamic."""
    return tuple(None if kind.is_dynamic_dim(axis) else kind.shape[axis] for axis in range(kind.rank))


def identity(rank: int) -> tuple[Place, ...]:
    """Give the places of a point of a domain in an array of its shape."""
    return tuple(Place(axis, 0) for axis in range(rank))


def read(operation: ir.Operation, arithmetic: Arithmetic) -> Stencil:
    """Read an `hpc.stencil`; elements are followed to where they come from."""
    kind = ir.RankedTensorType(operation.results[0].type)
    inputs, extents = inputs_of(operation), extents_of(kind)
    arguments = [
        arithmetic.element(inputs[access.source], access.places, extents) for access in accesses_of(operation)
    ]
    outputs = arithmetic.read(operation.regions[0].blocks[0], arguments)
    assert outputs is not None, "verified: the region holds scalar arithmetic"
    outputs = arithmetic.settled(outputs, extents)
    return Stencil(operation, kind, tuple(sizes_of(operation)), outputs, list(operation.results))


def write(stencil: Stencil, replaced: Mapping[ir.Value, ir.Value]) -> ir.Operation:
    """Create the `hpc.stencil` at the insertion point."""
    elements = stencil.elements
    tensors = _in_groups([replaced.get(element.tensor, element.tensor) for element in elements.values()])
    accesses = [
        Access(tensors.index(replaced.get(element.tensor, element.tensor)), element.places)
        for element in elements.values()
    ]
    sizes = [replaced.get(size, size) for size in stencil.sizes]
    made = StencilOp.build(tensors, accesses, [stencil.kind] * len(stencil.outputs), sizes)
    block = made.regions[0].blocks[0]
    known: dict[Expression, ir.Value] = dict(zip(elements, block.arguments, strict=True))
    with ir.InsertionPoint(block):
        YieldOp.build(emit(stencil.outputs, known))
    return made


def _in_groups(tensors: Sequence[ir.Value]) -> list[ir.Value]:
    """List tensors once each, those of one type together."""
    groups: dict[ir.Type, dict[ir.Value, None]] = {}
    for tensor in tensors:
        groups.setdefault(tensor.type, {})[tensor] = None
    return [tensor for group in groups.values() for tensor in group]
