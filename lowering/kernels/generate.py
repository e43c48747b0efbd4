"""Turns a kernel of linalg operations on memrefs into loops, vectors and tiles that workgroups share out."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ...dialects.mlir import collect, ir
from .accesses import Buffer, Views
from .builder import Builder
from .double_buffer import double_buffer
from .forward_copies import forward_copies
from .groups import Group, Grouping
from .memory import Memory
from .parts import tell_parts_apart
from .phases import COUNTERS, Phases, Sharing
from .reorder import low_ranks_first
from .stages import Item, Stage, Sweep, gathered_buffers, stage_of
from .step_buffers import give_steps_buffers
from .structure import FREE, STAGES, Alone, Part, Run, Structure, Together, blocks_of, work_of
from .sweeps import write_items
from .tables import Table
from .tiles import TileWriter, Tiling, tiling_of

WORKGROUPS = 64
"""Workgroups of a kernel that is shared out: as many cores may help; those too many cost next to nothing."""

MINIMUM_WORK = 100_000
"""Operations on elements below which waking another core takes longer than the work."""


@dataclass(frozen=True)
class Generated:
    """Hold what a generated kernel needs."""

    sharing: Sharing
    scratch: int

    @property
    def workgroups(self) -> int:
        """How many workgroups a launch has."""
        return 1 if self.sharing is Sharing.ALONE else WORKGROUPS


class Generator:
    """Generate one kernel in place; `workspace`, `counters` and the number of its workgroup are arguments of it."""

    def __init__(
        self,
        function: ir.Operation,
        workspace: ir.Value,
        counters: ir.Value,
        workgroup: ir.Value,
        workgroups: ir.Value,
        *,
        parallel: bool,
        one_pass: bool = False,
    ) -> None:
        self.views = Views()
        self._function = function
        self._entry = function.regions[0].blocks[0]
        self._workspace = workspace
        self._arguments = (counters, workgroup, workgroups)
        self._parallel = parallel
        self._one_pass = one_pass
        self._users: dict[Buffer, set[Stage] | None] = {}
        self._written: set[Hashable] = set()
        self._stages: Table[Stage] = Table()
        self._scratch = 0

    def prepare(self) -> None:
        """Settle the buffers and read the stages."""
        forward_copies(self._function)
        double_buffer(self._function)
        if self._one_pass and give_steps_buffers(self._function):
            forward_copies(self._function)
            double_buffer(self._function)
        self._read()
        self._structure = Structure(self.views, self._stages, self._written)

    def passes(self) -> float:
        """Count how often the kernel goes over memory, by the groups its stages make; writes nothing."""
        return self._passes(self._entry)

    def _passes(self, block: ir.Block) -> float:
        total = 0.0
        for part in self._structure.parts(block, together=True):
            match part:
                case Run(items):
                    total += self._groups(items)
                case Together():
                    total += 10 * sum(self._passes(inner) for inner in part.blocks)
                case Alone(operations):
                    regions = [region for op in operations for region in op.regions]
                    total += sum(self._passes(inner) for region in regions for inner in region.blocks)
        return total

    def _groups(self, items: Sequence[Item]) -> float:
        total = 0.0
        for part in low_ranks_first(items, self.views):
            grouping, remaining = Grouping(self.views, self._users, part), part
            while remaining:
                taken, group = _longest(grouping, remaining)
                if group is None and isinstance(taken[0], Sweep):
                    total += 10 * self._passes(taken[0].op.regions[0].blocks[0])
                else:
                    total += 1
                remaining = remaining[len(taken) :]
        return total

    def run(self) -> Generated:
        """Rewrite the function, once it is prepared."""
        sharing = self._sharing()
        self._phases = Phases(sharing, self._entry, *self._arguments)
        self._write_block(self._entry, together=sharing is not Sharing.ALONE)
        return Generated(sharing, self._scratch)

    # ---- reading

    def _read(self) -> None:
        """Find every stage, who uses which buffer (None: somebody else than stages does), and what is written."""
        stages: list[Stage] = []
        for block in blocks_of(self._function):
            for op in block.operations:
                operation = op.operation
                if operation.name in STAGES:
                    stages.append(stage_of(operation, self.views))
                elif operation.name not in FREE:
                    self._read_other(operation)
        others = {buffer for stage in stages for buffer in gathered_buffers(stage, self.views)} | set(
            self._users
        )
        shared = {b for b in self.views.buffers.values() if b in others or b.root in self.views.reshaped}
        for stage in tell_parts_apart(stages, shared):
            self._read_stage(stage)

    def _read_stage(self, stage: Stage) -> None:
        self._stages[stage.op] = stage
        for output in stage.outputs:
            self._written.update((output.buffer.root, self.views.of(output.buffer.value).buffer.root))
        inputs = [e.access.buffer for e in stage.inputs if e.access]
        for buffer in (*inputs, *(o.buffer for o in stage.outputs), *gathered_buffers(stage, self.views)):
            users = self._users.setdefault(buffer, set())
            if users is not None:
                users.add(stage)

    def _read_other(self, op: ir.Operation) -> None:
        for operand in op.operands:
            if isinstance(operand.type, ir.MemRefType):
                buffer = self.views.of(operand).buffer
                self._users[buffer] = None
                if op.name == "memref.store":
                    self._written.add(buffer.root)

    # ---- deciding

    def _sharing(self) -> Sharing:
        if not self._parallel or work_of(self._function, self._stages) < MINIMUM_WORK:
            return Sharing.ALONE
        if not self._can_share(self._entry):
            return Sharing.ALONE
        return Sharing.STRIDED if self._is_one_group() else Sharing.COUNTED

    def _is_one_group(self) -> bool:
        """Tell whether the kernel is a single phase, so that nothing has to be waited for."""
        match self._structure.parts(self._entry, together=True):
            case [Run(items)] if not any(isinstance(item, Sweep) for item in items):
                return self._groups(items) == 1
            case _:
                return False

    def _can_share(self, block: ir.Block) -> bool:
        for part in self._structure.parts(block, together=True):
            match part:
                case Alone() if not self._structure.can_stand_alone(part):
                    return False
                case Run(items) if not all(self._can_share_sweep(item) for item in items):
                    return False
                case Together() if not all(self._can_share(inner) for inner in part.blocks):
                    return False
        return True

    def _can_share_sweep(self, item: Item) -> bool:
        """Tell whether a loop can be shared out should its stages not fit into tiles."""
        return not isinstance(item, Sweep) or self._can_share(item.op.regions[0].blocks[0])

    # ---- writing

    def _write_block(self, block: ir.Block, *, together: bool) -> None:
        for part in self._structure.parts(block, together=together):
            self._write_part(part, together=together)

    def _write_part(self, part: Part, *, together: bool) -> None:
        match part:
            case Run(items):
                self._write_run(items, together=together)
            case Together():
                for inner in part.blocks:
                    self._write_block(inner, together=True)
            case Alone(operations):
                for op in operations:
                    for region in op.regions:
                        for inner in region.blocks:
                            self._write_block(inner, together=False)
                if together:
                    self._one_piece(operations)

    def _one_piece(self, operations: Sequence[ir.Operation]) -> None:
        """Let one workgroup run these operations."""
        last = operations[-1]
        builder = Builder(last.block, last.location)

        def piece(number: "int | ir.Value") -> None:
            anchor = builder.number(0).owner.operation
            for op in operations:
                op.move_before(anchor)

        with builder.at(ir.InsertionPoint(last)), last.location:
            marker = builder.number(0).owner.operation
        with builder.at(ir.InsertionPoint(marker)), last.location:
            self._phases.write(builder, 1, piece)

    def _write_run(self, items: Sequence[Item], *, together: bool) -> None:
        for part in low_ranks_first(items, self.views):
            grouping = Grouping(self.views, self._users, part)
            remaining = part
            while remaining:
                taken, group = _longest(grouping, remaining)
                if group is None and isinstance(taken[0], Sweep):
                    other = self._structure.other_part(taken[0].op, together=together)
                    self._write_part(other, together=together)
                else:
                    self._write(taken, group, together=together)
                remaining = remaining[len(taken) :]

    def _write(self, items: list[Item], group: Group | None, *, together: bool) -> None:
        last = items[-1].op
        builder = Builder(last.block, last.location)
        with builder.at(ir.InsertionPoint(last)), last.location:
            tiling = tiling_of(group, builder) if group is not None else None
            phases = self._phases if together else Phases(Sharing.ALONE, self._entry, *self._arguments)
            if tiling is None:
                phases.write(builder, 1, lambda number: self._whole(builder, items))
            else:
                self._tiles(builder, tiling, phases)
        for item in items:
            for op in collect(item.op, "memref.alloc"):
                op.move_before(item.op)
            item.op.erase()

    def _whole(self, builder: Builder, items: Sequence[Item]) -> None:
        write_items(
            builder,
            items,
            Memory(builder, self.views),
            lambda stage: {number: (0, loop.extent) for number, loop in enumerate(stage.loops)},
        )

    def _tiles(self, builder: Builder, tiling: Tiling, phases: Phases) -> None:
        writer = TileWriter(builder, self.views, tiling)
        own = -(-tiling.bytes // 4096) * 4096
        shared = phases.sharing is not Sharing.ALONE
        self._scratch = max(self._scratch, own * (WORKGROUPS if shared else 1))

        def piece(number: "int | ir.Value") -> None:
            start = builder.multiply(phases.workgroup, own) if shared and own else 0
            writer.write(number, self._workspace, start)

        phases.write(builder, writer.count(), piece)


LONGEST_GROUP = 96
"""How many stages are tried in one group."""


def _longest(grouping: Grouping, items: Sequence[Item]) -> tuple[list[Item], Group | None]:
    """Take as many of the first items as share tiles; the first alone when it cannot be cut at all."""
    for count in range(min(len(items), LONGEST_GROUP), 0, -1):
        group = grouping.group(items[:count])
        if group is not None:
            return list(items[:count]), group
    return list(items[:1]), None


__all__ = ["COUNTERS", "WORKGROUPS", "Generated", "Generator"]
