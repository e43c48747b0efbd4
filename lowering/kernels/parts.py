"""Parts of arrays: `t[..., 0]` and `t[..., 1]` are told apart where every access names its part."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from .accesses import Access, Buffer, Linear
from .stages import Element, Loop, Stage

Key = tuple[int | None, ...]


def tell_parts_apart(stages: Sequence[Stage], others: Collection[Buffer]) -> list[Stage]:
    """Give the stages with a buffer for each part of an array; `others` are used by more than stages."""
    fixed: dict[Buffer, set[int]] = {}
    for stage in stages:
        for access in _accesses(stage):
            constant = {
                d for d, index in enumerate(access.indices) if _constant(index, stage.loops) is not None
            }
            fixed[access.buffer] = fixed.get(access.buffer, constant) & constant
    parts: dict[tuple[Buffer, Key], Buffer] = {}
    split = {buffer: axes for buffer, axes in fixed.items() if axes and buffer not in others}
    return [_with_parts(stage, split, parts) for stage in stages]


def _accesses(stage: Stage) -> Iterator[Access]:
    yield from stage.outputs
    yield from (element.access for element in stage.inputs if element.access)


def _constant(index: Linear, loops: Sequence[Loop]) -> int | None:
    """Give an index that never moves; a loop of one turn stands still."""
    if index.symbols or any(loops[loop].extent != 1 for loop, _ in index.loops):
        return None
    return index.constant


def _with_parts(
    stage: Stage, split: dict[Buffer, set[int]], parts: dict[tuple[Buffer, Key], Buffer]
) -> Stage:
    def part(access: Access) -> Access:
        axes = split.get(access.buffer)
        if not axes:
            return access
        key = tuple(
            _constant(index, stage.loops) if axis in axes else None
            for axis, index in enumerate(access.indices)
        )
        known = parts.get((access.buffer, key))
        if known is None:
            known = replace(access.buffer, root=(access.buffer.root, key))
            parts[access.buffer, key] = known
        return Access(known, access.indices)

    inputs = tuple(Element(part(e.access), e.value) if e.access else e for e in stage.inputs)
    return replace(stage, inputs=inputs, outputs=tuple(part(output) for output in stage.outputs))
