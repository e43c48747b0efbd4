"""Pieces of a loop or branch under construction: blocks that get their operation when all is known."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from ...dialects.mlir import ir
from . import where
from .emitter import Trace, current_trace
from .origins import Watch
from .storage import Storage
from .where import location


class Piece:
    """Hold a block that has no operation yet.

    What it reads of arrays made before it starts as an argument of its own (in a loop) or as the outer value (in a
    branch); `written` tells afterwards which of them it changed.
    """

    def __init__(self, storages: Sequence[Storage], *, as_arguments: bool) -> None:
        self.holder = ir.Operation.create("scf.execute_region", regions=1)
        self.block = self.holder.regions[0].blocks.append()
        self.storages = storages
        self.outside = [storage.value for storage in storages]
        self.as_arguments = as_arguments
        self.inside: list[ir.Value] = []
        self.results: list[ir.Value] = []
        self.watch = Watch()

    def argument(self, type_: ir.Type) -> ir.Value:
        """Add an argument to the block."""
        return self.block.add_argument(type_, ir.Location.current)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Emit into the block; the arrays' contents are those of the outside again afterwards."""
        outside = [storage.value for storage in self.storages]
        self.inside = (
            [self.argument(storage.type) for storage in self.storages] if self.as_arguments else outside
        )
        for storage, value in zip(self.storages, self.inside, strict=True):
            storage.value = value
        try:
            origins = [storage.origin for storage in current_trace().live_storages()]
            with ir.InsertionPoint(self.block), self.watch.open(origins):
                yield
        finally:
            self.results = [storage.value for storage in self.storages]
            for storage, value in zip(self.storages, outside, strict=True):
                storage.value = value

    def written(self) -> list[int]:
        """List the places of the storages that were written."""
        pairs = zip(self.inside, self.results, strict=True)
        return [place for place, (before, after) in enumerate(pairs) if before != after]

    def encloses(self, value: ir.Value) -> bool:
        """Tell whether a value is made inside of the block."""
        owner = value.owner
        if isinstance(owner, ir.Block):
            return owner == self.block or _is_inside(owner.owner, self.block)
        return _is_inside(owner, self.block)

    def drop(self, argument: ir.Value, replacement: ir.Value) -> None:
        """Replace an argument of the block by an outer value, also where arrays made in the block hold it."""
        for storage in current_trace().live_storages():
            if storage.value == argument:
                storage.value = replacement
        argument.replace_all_uses_with(replacement)
        self.block.erase_argument(ir.BlockArgument(argument).arg_number)

    def end(self, name: str, operands: Sequence[ir.Value]) -> None:
        """Add the terminator."""
        with ir.InsertionPoint(self.block):
            ir.Operation.create(name, operands=list(operands))

    def discard(self) -> None:
        """Give up what was emitted; it is destroyed when the capture ends, since handles into it may still exist."""
        self.holder.detach_from_parent()
        current_trace().discarded.append(self.holder)


def assemble(
    name: str, pieces: Sequence[Piece], operands: Sequence[ir.Value], types: Sequence[ir.Type]
) -> list[ir.Value]:
    """Make the operation around finished pieces at the insertion point; gives its results."""
    place = location(name.removeprefix("scf."))
    made = ir.Operation.create(
        name, results=list(types), operands=list(operands), regions=len(pieces), loc=place
    )
    for piece, region in zip(pieces, made.regions, strict=True):
        piece.watch.settle()
        piece.block.append_to(region)
        piece.discard()
    return list(made.results)


class Checkpoint:
    """Remember where the current block ends and what arrays hold, to go back there."""

    def __init__(self) -> None:
        self.block = ir.InsertionPoint.current.block
        operations = list(self.block.operations)
        self.last = operations[-1].operation if operations else None
        self.storages = [
            (storage, storage.value, storage.origin.stale) for storage in current_trace().live_storages()
        ]

    def _emitted(self) -> list[ir.Operation]:
        operations = [one.operation for one in self.block.operations]
        return operations if self.last is None else operations[operations.index(self.last) + 1 :]

    @property
    def emitted(self) -> int:
        """The number of operations emitted since, those in loops and branches among them."""
        return _size(self._emitted())

    def rollback(self) -> None:
        """Give up what was emitted since, and give the arrays their contents back."""
        emitted = self._emitted()
        piece = Piece([], as_arguments=False)
        for operation in emitted:
            piece.block.append(operation)
        piece.discard()
        for storage, value, stale in self.storages:
            storage.value = value
            storage.origin.stale = stale


def _size(emitted: Iterable[ir.Operation]) -> int:
    total = 0
    for one in emitted:
        total += 1
        if one.name.startswith("scf."):
            total += sum(
                _size(inner.operation for inner in block.operations)
                for region in one.regions
                for block in region.blocks
            )
    return total


def writable_storages() -> list[Storage]:
    """List the arrays that a piece may write."""
    return [storage for storage in current_trace().live_storages() if not storage.read_only]


@contextmanager
def destroying_discarded() -> Iterator[None]:
    """Destroy what a capture gave up when it ends: it uses values of the module, which may go afterwards."""
    try:
        yield
    finally:
        _destroy(current_trace())


def _destroy(trace: Trace) -> None:
    """Destroy all at once, so that the order in which one uses the other does not matter."""
    if not trace.discarded:
        return
    with ir.InsertionPoint.at_block_begin(trace.entry):
        grave = ir.Operation.create("scf.execute_region", regions=1)
    block = grave.regions[0].blocks.append()
    for operation in trace.discarded:
        block.append(operation)
    trace.discarded.clear()
    grave.detach_from_parent()
    leaked = [
        value for value in _values(block) if any(not _is_inside(use.owner, block) for use in value.uses)
    ]
    with ir.InsertionPoint.at_block_begin(trace.entry):
        for value in leaked:
            stand_in = ir.Operation.create("builtin.unrealized_conversion_cast", results=[value.type])
            value.replace_all_uses_with(stand_in.result)
    grave.erase()
    if leaked and sys.exc_info()[1] is None:
        raise where.error(
            "a value from inside of a loop or branch is used outside of it",
            note="assign it to a local variable there",
        )


def _values(block: ir.Block) -> Iterator[ir.Value]:
    yield from block.arguments
    for operation in block.operations:
        yield from operation.operation.results
        for region in operation.operation.regions:
            for inner in region.blocks:
                yield from _values(inner)


def _is_inside(operation: ir.Operation, block: ir.Block) -> bool:
    found: ir.Block | None = operation.operation.block
    while found is not None and found != block:
        owner = found.owner
        is_top = owner is None or owner.operation.parent is None
        found = None if is_top else owner.operation.block
    return found is not None
