"""What a launch hands to its kernel, and how: bindings for tensors, words for scalars and sizes.

Runs in the worker process only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from iree.compiler import ir

from .words import words_of

MAXIMUM_TENSORS = 32
"""Buffers that IREE's runtime binds for one dispatch."""
MAXIMUM_WORDS = 64
"""Words of 32 bits that it hands to one."""

_READ, _WRITTEN = "#hal.pipeline.binding<storage_buffer, ReadOnly>", "#hal.pipeline.binding<storage_buffer>"


@dataclass(frozen=True)
class LaunchPlan:
    """Say what a launch hands to its kernel.

    The bindings are `reads`, then `boxes`, then `writes`. A box is a tensor of rank 0 that holds a scalar; `sources`
    gives for each of the kernel's scalars its box, or -1: it travels in words, like the sizes that vary.
    `is_packed` says that there are too many words: they lie in one more binding, the first, 64 bits each.
    """

    reads: tuple[ir.Value, ...]
    boxes: tuple[ir.Value, ...]
    writes: tuple[ir.Value, ...]
    scalars: tuple[ir.Value, ...]
    sources: tuple[int, ...]
    is_packed: bool

    @property
    def tensors(self) -> tuple[ir.Value, ...]:
        """The tensors in the order of the bindings, the packed words excepted."""
        return (*self.reads, *self.boxes, *self.writes)

    @property
    def bindings(self) -> int:
        """The number of buffers it takes."""
        return self.is_packed + len(self.tensors)

    @property
    def numbers(self) -> Iterator[ir.Type]:
        """The types of what travels in words: scalars, then sizes."""
        yield from (
            value.type for value, source in zip(self.scalars, self.sources, strict=True) if source < 0
        )
        for value in self.tensors:
            yield from [ir.IndexType.get()] * len(varying_axes(value.type))

    def layout(self) -> ir.Attribute:
        """Give IREE's description of it."""
        words = 0 if self.is_packed else sum(map(words_of, self.numbers))
        read = self.is_packed + len(self.reads) + len(self.boxes)
        bindings = ", ".join([_READ] * read + [_WRITTEN] * len(self.writes))
        return ir.Attribute.parse(f"#hal.pipeline.layout<constants = {words}, bindings = [{bindings}]>")


def varying_axes(type_: ir.Type) -> list[int]:
    """List the axes of a tensor whose sizes only the run knows."""
    shaped = ir.ShapedType(type_)
    return [axis for axis in range(shaped.rank) if shaped.is_dynamic_dim(axis)]


def plan_launch(launch: ir.Operation) -> LaunchPlan:
    """Choose how each scalar travels: where it lies in memory already, reading it back would cost a copy."""
    reads, writes = (list(ir.DenseI64ArrayAttr(launch.attributes["segments"]))[at] for at in (0, 1))
    operands = list(launch.operands)
    written = operands[reads : reads + writes]
    scalars = operands[reads + writes :]
    boxes: list[ir.Value] = []
    sources: list[int] = []
    for scalar in scalars:
        box = _box(scalar, written)
        has_room = reads + writes + len(boxes) < MAXIMUM_TENSORS - 1  # one for the words
        if box is not None and box not in boxes and has_room:
            boxes.append(box)
        sources.append(boxes.index(box) if box in boxes else -1)
    parts = (tuple(operands[:reads]), tuple(boxes), tuple(written), tuple(scalars), tuple(sources))
    plan = LaunchPlan(*parts, is_packed=False)
    return replace(plan, is_packed=sum(map(words_of, plan.numbers)) > MAXIMUM_WORDS)


def _box(scalar: ir.Value, written: Sequence[ir.Value]) -> ir.Value | None:
    """Find the tensor of rank 0 that a scalar was taken from."""
    owner = scalar.owner
    if (
        isinstance(owner, ir.Block)
        or owner.operation.name != "tensor.extract"
        or len(owner.operation.operands) > 1
    ):
        return None
    box = owner.operation.operands[0]
    return None if box in written else box
