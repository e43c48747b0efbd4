"""Stencils computed inside the stencils that read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...dialects.hpc.stencil import fits
from .block import Block, needs
from .cost import cost_of
from .expressions import Arithmetic, Expression, elements_of, reachable
from .model import Stencil

MOST_ELEMENTS = 48
"""Distinct elements that a stencil may read: more of them spill from the registers."""

_MOST_OPERATIONS = 1000
_TRIVIAL = 2.0
"""What a stencil may cost to be computed for each point of a much larger domain."""


@dataclass(frozen=True)
class _Inlined:
    reader: Stencil
    outputs: list[Expression]


def fuse_vertically(block: Block, most_recompute: float) -> bool:
    """Compute stencils inside their readers where that is cheap, in program order; tell whether any was.

    Cheap means that the arithmetic done again costs at most `most_recompute` additions a point.
    """
    readers = _readers(block)
    fused = False
    for maker in block.stencils:
        inlined = [_inlined(maker, reader, block.arithmetic) for reader in readers.get(maker, ())]
        if inlined and _is_worth(maker, inlined, most_recompute):
            for entry in inlined:
                entry.reader.outputs = entry.outputs
            fused = True
    block.drop_dead()
    return fused


def _readers(block: Block) -> dict[Stencil, list[Stencil]]:
    """Find the stencils that are read by stencils alone, and by which."""
    makers = block.makers()
    readers: dict[Stencil, dict[Stencil, None]] = {stencil: {} for stencil in block.stencils}
    for entry in block.entries:
        for value in needs(entry):
            if value not in makers or makers[value][0] not in readers:
                continue
            maker, _ = makers[value]
            if isinstance(entry, Stencil):
                readers[maker][entry] = None
            else:
                del readers[maker]
    return {maker: list(found) for maker, found in readers.items()}


def _inlined(maker: Stencil, reader: Stencil, arithmetic: Arithmetic) -> _Inlined:
    made = dict(zip(maker.results, maker.outputs, strict=True))
    replacements = {
        expression: arithmetic.moved([made[element.tensor]], element.places, reader.extents)[0]
        for expression, element in reader.elements.items()
        if element.tensor in made
    }
    outputs = arithmetic.rewrite(reader.outputs, replacements)
    return _Inlined(reader, arithmetic.settled(outputs, reader.extents))


def _is_worth(maker: Stencil, inlined: Sequence[_Inlined], most_recompute: float) -> bool:
    if not all(_is_sane(maker, entry) for entry in inlined):
        return False
    before = sum(cost_of(entry.reader.outputs) * entry.reader.points for entry in inlined)
    after = sum(cost_of(entry.outputs) * entry.reader.points for entry in inlined)
    points = max(1, *(entry.reader.points for entry in inlined))
    limit = _TRIVIAL if 2 * maker.points <= points else most_recompute
    return after - before - cost_of(maker.outputs) * maker.points <= limit * points


def _is_sane(maker: Stencil, entry: _Inlined) -> bool:
    """Tell whether what a fused stencil reads and computes stays within bounds, or grows past neither part's."""
    elements = elements_of(entry.outputs)
    most = max(MOST_ELEMENTS, len(maker.elements), len(entry.reader.elements))
    return (
        len(elements) <= most
        and len(reachable(entry.outputs)) <= _MOST_OPERATIONS
        and fits([element.tensor for element in elements.values()])
    )
