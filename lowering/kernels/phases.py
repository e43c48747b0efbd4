"""Phases: the parts of a kernel that workgroups share out, one after the other.

Every workgroup runs the whole kernel's control flow. In a phase it takes numbered pieces of work from a counter that
all share, until none is left, and then waits until the last piece is done. A workgroup waits only for pieces that
others have begun, so that a kernel ends even if the machine runs its workgroups one after the other; one that comes
late finds everything taken and done. Two counters are enough, because the number of pieces before each phase is the
same for all: control flow may depend on arguments and loop counters, never on what the kernel writes.
"""

from collections.abc import Callable
from enum import Enum

from ...dialects.mlir import ir
from .builder import Builder

COUNTERS = 16
"""Elements of the shared counters (i64): the taken pieces, the done ones and the flag of the end, cache lines apart."""

_TAKEN, _DONE = 0, 8
_SLT = 2


class Sharing(Enum):
    """Say who runs the pieces of a phase."""

    ALONE = "one workgroup runs everything"
    STRIDED = "a kernel of one phase: piece by piece to the workgroups in turn"
    COUNTED = "workgroups take pieces from a counter"


Piece = Callable[["int | ir.Value"], None]


class Phases:
    """Write phases into a kernel; `counters`, `workgroup` and `workgroups` are arguments of it."""

    def __init__(
        self, sharing: Sharing, entry: ir.Block, counters: ir.Value, workgroup: ir.Value, workgroups: ir.Value
    ) -> None:
        self.sharing = sharing
        self.workgroup = workgroup
        self._counters = counters
        self._workgroups = workgroups
        self._before: ir.Value | None = None
        self._entry = entry

    def write(self, builder: Builder, count: "int | ir.Value", piece: Piece) -> None:
        """Write a phase of `count` pieces."""

        def turn(number: "int | ir.Value") -> list[ir.Value]:
            piece(number)
            return []

        match self.sharing:
            case Sharing.ALONE:
                builder.loop(0, count, 1, turn)
            case Sharing.STRIDED:
                builder.loop(self.workgroup, count, self._workgroups, turn)
            case Sharing.COUNTED:
                self._counted(builder, count, piece)

    def _counted(self, builder: Builder, count: "int | ir.Value", piece: Piece) -> None:
        before = self._pieces_before(builder)
        zero = builder.number(0)
        base = builder.value("memref.load", [before, zero], builder.i64)
        pieces = builder.value("arith.index_cast", [builder.materialize(count)], builder.i64)
        limit = builder.value("arith.addi", [base, pieces], builder.i64)
        done = builder.number(_DONE)
        one = builder.number(1, builder.i64)

        def take() -> ir.Value:
            ticket = self._take(builder, limit)
            has_one = builder.compare(_SLT, ticket, limit)

            def run() -> None:
                number = builder.value("arith.subi", [ticket, base], builder.i64)
                piece(builder.value("arith.index_cast", [number], builder.index))
                self._add(builder, one, done)

            builder.when(has_one, run)
            return has_one

        builder.repeat(take)
        nothing = builder.number(0, builder.i64)
        builder.repeat(
            lambda: builder.compare(_SLT, self._add(builder, nothing, done), limit),
        )
        builder.create("memref.store", [limit, before, zero])

    def _take(self, builder: Builder, limit: ir.Value) -> ir.Value:
        """Count up the taken pieces unless all are, in one step; gives the number before."""
        place = builder.number(_TAKEN)
        made = builder.create("memref.generic_atomic_rmw", [self._counters, place], [builder.i64], regions=1)
        block = made.regions[0].blocks.append(builder.i64, arg_locs=[builder.location])
        with builder.at(ir.InsertionPoint(block)):
            current = block.arguments[0]
            is_left = builder.compare(_SLT, current, limit)
            following = builder.value("arith.addi", [current, builder.number(1, builder.i64)], builder.i64)
            chosen = builder.value("arith.select", [is_left, following, current], builder.i64)
            builder.create("memref.atomic_yield", [chosen])
        return made.results[0]

    def _add(self, builder: Builder, value: ir.Value, place: ir.Value) -> ir.Value:
        kind = ir.Attribute.parse("1 : i64")  # addi
        return builder.value("memref.atomic_rmw", [value, self._counters, place], builder.i64, {"kind": kind})

    def _pieces_before(self, builder: Builder) -> ir.Value:
        """Give the workgroup's own count of the pieces in all phases before."""
        if self._before is None:
            with builder.at(ir.InsertionPoint.at_block_begin(self._entry)):
                self._before = builder.value(
                    "memref.alloca", [], ir.MemRefType.get([1], builder.i64), builder.no_operands(2)
                )
                zero = builder.number(0)
                builder.create("memref.store", [builder.number(0, builder.i64), self._before, zero])
        return self._before
