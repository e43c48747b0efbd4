"""The structure of a kernel: which blocks all workgroups run together, and what in them only one may run."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from ...dialects.mlir import ir
from .accesses import Views
from .stages import Item, Stage, Sweep
from .tables import Table

STAGES = ("linalg.generic", "memref.copy")
FREE = (
    "memref.subview",
    "memref.alloc",
    "memref.cast",
    "memref.dim",
    "memref.collapse_shape",
    "memref.expand_shape",
    "memref.dealloc",
)
"""Operations on memrefs that neither read nor write elements."""

PARALLEL_WORK = 20_000
"""Operations on elements in one turn of a loop from which sharing them out pays for the counters."""


@dataclass
class Run:
    """Hold stages, and sweeps of them, that stand together in a block."""

    items: list[Item] = field(default_factory=list)


@dataclass
class Together:
    """Hold a loop or a branch that all workgroups run, sharing out what is inside."""

    operation: ir.Operation

    @property
    def blocks(self) -> list[ir.Block]:
        """The bodies."""
        return [block for region in self.operation.regions for block in region.blocks]


@dataclass
class Alone:
    """Hold operations that one workgroup must run by itself, in order."""

    operations: list[ir.Operation] = field(default_factory=list)


Part = Run | Together | Alone


class Structure:
    """Take blocks apart; `stages` maps operations, `written` holds the roots of the buffers that the kernel writes."""

    def __init__(self, views: Views, stages: Table[Stage], written: "set[Hashable]") -> None:
        self._views = views
        self._stages = stages
        self._written = written

    def parts(self, block: ir.Block, *, together: bool) -> list[Part]:
        """List the parts of a block; `together` lets loops with enough work be shared."""
        found: list[Part] = []
        is_open = (
            False  # a part runs where its last operation stands: none reaches across a load of what it writes
        )
        for op in block.operations:
            operation = op.operation
            item = self._stages.get(operation) or self.sweep(operation)
            if operation.name in ("scf.yield", "func.return", "scf.condition"):
                continue
            if item is None and self.is_free(operation):
                is_open = is_open and self._is_fixed(operation)
                continue
            part = Run([item]) if item is not None else self.other_part(operation, together=together)
            if not (is_open and _extend(found[-1], part)):
                found.append(part)
            is_open = True
        return found

    def other_part(self, op: ir.Operation, *, together: bool) -> "Together | Alone":
        """Give the part that an operation other than a stage makes."""
        if together and self._is_shared(op):
            return Together(op)
        return Alone([op])

    def sweep(self, op: ir.Operation) -> Sweep | None:
        """Read a loop that holds nothing but stages and what places them."""
        if op.name != "scf.for" or len(op.results) or not all(self._is_known(v) for v in op.operands):
            return None
        stages = []
        for inner in op.regions[0].blocks[0].operations:
            operation = inner.operation
            if operation in self._stages:
                stages.append(self._stages[operation])
            elif not self._is_fixed(operation) and operation.name != "scf.yield":
                return None
            elif operation.name in ("memref.dim", "memref.alloc") and len(operation.operands):
                return None  # sizes that vary from turn to turn
            elif operation.name == "arith.select" and isinstance(operation.results[0].type, ir.MemRefType):
                return None  # buffers that take turns are known in the loop only
        if any(_is_inside(loop.extent, op) for stage in stages for loop in stage.loops):
            return None
        return Sweep(op, tuple(stages)) if stages else None

    def is_free(self, op: ir.Operation) -> bool:
        """Tell whether every workgroup may run an operation by itself.

        It writes nothing, and what it reads stays until its last user is done. A workgroup that comes late may read
        something newer, but then finds no piece left of any phase that would use it.
        """
        return self._is_fixed(op) or (op.name == "memref.load" and self._stays(op))

    def _stays(self, load: ir.Operation) -> bool:
        """Tell whether nothing writes what a load reads from there to its last user, which stands in the same block."""
        block = load.block
        operations = [op.operation for op in block.operations]
        users = [_ancestor(use, block) for use in _users(load.results[0])]
        if any(user is None for user in users):
            return False
        places = [operations.index(user) for user in users if user is not None]
        root = self._views.of(load.operands[0]).buffer.root
        first = operations.index(load)
        return not any(self._writes(op, root) for op in operations[first : max(places, default=first) + 1])

    def _writes(self, op: ir.Operation, root: Hashable) -> bool:
        """Tell whether an operation, or one inside it, may write a buffer or a part of it."""
        if op in self._stages:
            whole = (self._views.of(output.buffer.value).buffer.root for output in self._stages[op].outputs)
            return root in whole
        if op.name == "memref.store" and self._views.of(op.operands[1]).buffer.root == root:
            return True
        return any(
            self._writes(inner.operation, root)
            for region in op.regions
            for block in region.blocks
            for inner in block.operations
        )

    def _is_fixed(self, op: ir.Operation) -> bool:
        """Tell whether an operation gives the same for all workgroups, whenever they run it."""
        if op.name in FREE or (is_pure(op) and not len(op.regions)):
            return True
        return op.name == "memref.load" and self._views.of(op.operands[0]).buffer.root not in self._written

    def _is_shared(self, op: ir.Operation) -> bool:
        """Tell whether a loop runs the same for all workgroups and has enough to share in each turn."""
        if op.name not in ("scf.for", "scf.if") or len(op.results):
            return False
        if not all(self._is_known(value) for value in op.operands):
            return False
        turns = trips(op) if op.name == "scf.for" else 1
        return work_of(op, self._stages) / max(turns, 1) >= PARALLEL_WORK

    def _is_known(self, value: ir.Value) -> bool:
        """Tell whether a value depends on arguments and loop counters only."""
        if isinstance(value.owner, ir.Block):
            parent = value.owner.owner.operation.name
            return parent == "func.func" or (parent == "scf.for" and value == value.owner.arguments[0])
        op = value.owner.operation
        if not self._is_fixed(op):
            return False
        return all(self._is_known(each) for each in op.operands if not isinstance(each.type, ir.MemRefType))

    def can_stand_alone(self, part: Alone) -> bool:
        """Tell whether nothing outside of a part uses its results: they would be one workgroup's only."""
        return not any(_leaves(result, part.operations) for op in part.operations for result in op.results)


def _extend(last: Part, part: Part) -> bool:
    """Add a part to the one before, where they are of one kind; loops that are run together stay by themselves."""
    match last, part:
        case Run(), Run():
            last.items.extend(part.items)
        case Alone(), Alone():
            last.operations.extend(part.operations)
        case _:
            return False
    return True


def _users(value: ir.Value) -> list[ir.Operation]:
    """List what uses a value, also by way of operations that only compute."""
    found: dict[ir.Operation, None] = {}
    waiting, seen = [value], set()
    while waiting:
        for use in waiting.pop().uses:
            op = use.owner.operation
            if op in seen:
                continue
            seen.add(op)
            if is_pure(op) and not len(op.regions) and any(list(result.uses) for result in op.results):
                waiting.extend(op.results)
            else:
                found[op] = None
    return list(found)


def _ancestor(op: ir.Operation, block: ir.Block) -> ir.Operation | None:
    """Give the operation of a block that an operation is, or lies in."""
    current: ir.Operation | None = op
    while current is not None and current.block != block:
        current = current.parent.operation if current.parent is not None else None
        if current is not None and current.name == "func.func":
            return None
    return current


def _leaves(value: ir.Value, operations: Sequence[ir.Operation]) -> bool:
    for use in value.uses:
        current: ir.Operation | None = use.owner.operation
        while current is not None and current not in operations:
            current = current.parent.operation if current.parent is not None else None
        if current is None:
            return True
    return False


def _is_inside(size: "int | ir.Value", op: ir.Operation) -> bool:
    if isinstance(size, int):
        return False
    owner = size.owner
    current: ir.Operation | None = owner.owner.operation if isinstance(owner, ir.Block) else owner.operation
    while current is not None and current != op:
        current = current.parent.operation if current.parent is not None else None
    return current is not None


def is_pure(op: ir.Operation) -> bool:
    """Tell whether an operation only computes."""
    return op.name.startswith(("arith.", "math.", "complex."))


def trips(loop: ir.Operation) -> int:
    """Give a loop's number of turns, 100 where only the run knows."""
    from .accesses import constant_index

    low, high, step = (constant_index(value) for value in list(loop.operands)[:3])
    if low is None or high is None or not step:
        return 100
    return max(0, -(-(high - low) // step))


def work_of(root: ir.Operation, stages: Table[Stage]) -> float:
    """Estimate the operations on elements under an operation."""
    if root in stages:
        return _stage_work(stages[root])
    total = sum(
        work_of(op.operation, stages)
        for region in root.regions
        for block in region.blocks
        for op in block.operations
    )
    if root.name == "scf.for":
        return (total + 1) * trips(root)
    if root.name == "scf.while":
        return (total + 1) * 100
    return total


def _stage_work(stage: Stage) -> float:
    points = 1.0
    for loop in stage.loops:
        points *= loop.extent if isinstance(loop.extent, int) else 100
    return points * (4 + (sum(1 for _ in stage.body.operations) if stage.body is not None else 0))


def blocks_of(root: ir.Operation) -> Iterator[ir.Block]:
    """Yield the blocks under an operation, those of loops included, those of stages not."""
    for region in root.regions:
        for block in region.blocks:
            yield block
            for op in list(block.operations):
                if op.operation.name not in STAGES:
                    yield from blocks_of(op.operation)
