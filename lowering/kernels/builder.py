"""Writes loops: indices that fold while they are numbers, loops, and clones of scalar operations as vectors."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ...dialects.mlir import ir

Index = "int | ir.Value"


class Builder:
    """Write operations at one place; an index is a Python number for as long as it is known."""

    def __init__(self, block: ir.Block, location: ir.Location) -> None:
        self.context = block.owner.context
        self.location = location
        self._point = ir.InsertionPoint(block)
        with self.context:
            self.index = ir.IndexType.get()
            self.i1 = ir.IntegerType.get_signless(1)
            self.i64 = ir.IntegerType.get_signless(64)

    @contextmanager
    def at(self, point: ir.InsertionPoint) -> Iterator[None]:
        """Write somewhere else for a while."""
        old, self._point = self._point, point
        yield
        self._point = old

    def create(
        self,
        name: str,
        operands: Sequence[ir.Value],
        results: Sequence[ir.Type] = (),
        attributes: "dict[str, ir.Attribute] | None" = None,
        regions: int = 0,
    ) -> ir.Operation:
        """Write any operation."""
        return ir.Operation.create(
            name,
            results=list(results),
            operands=list(operands),
            attributes=attributes or {},
            regions=regions,
            loc=self.location,
            ip=self._point,
        )

    def value(
        self,
        name: str,
        operands: Sequence[ir.Value],
        result: ir.Type,
        attributes: "dict[str, ir.Attribute] | None" = None,
    ) -> ir.Value:
        """Write an operation of one result."""
        return self.create(name, operands, [result], attributes).results[0]

    def constant(self, value: "ir.Attribute", kind: ir.Type) -> ir.Value:
        """Write `arith.constant`."""
        return self.value("arith.constant", [], kind, {"value": value})

    def number(self, value: int, kind: "ir.Type | None" = None) -> ir.Value:
        """Write an integer or index constant."""
        kind = kind or self.index
        return self.constant(ir.IntegerAttr.get(kind, value), kind)

    def materialize(self, index: "int | ir.Value") -> ir.Value:
        """Make a value of an index."""
        return self.number(index) if isinstance(index, int) else index

    def add(self, left: "int | ir.Value", right: "int | ir.Value") -> "int | ir.Value":
        """Add two indices."""
        if isinstance(left, int) and isinstance(right, int):
            return left + right
        if isinstance(left, int) and left == 0:
            return right
        if isinstance(right, int) and right == 0:
            return left
        return self._binary("arith.addi", left, right)

    def subtract(self, left: "int | ir.Value", right: "int | ir.Value") -> "int | ir.Value":
        """Subtract two indices."""
        if isinstance(right, int):
            return self.add(left, -right)
        return self._binary("arith.subi", left, right)

    def multiply(self, left: "int | ir.Value", right: "int | ir.Value") -> "int | ir.Value":
        """Multiply two indices."""
        if isinstance(left, int) and isinstance(right, int):
            return left * right
        for one, other in ((left, right), (right, left)):
            if isinstance(one, int) and one in (0, 1):
                return other if one else 0
        return self._binary("arith.muli", left, right)

    def divide(self, left: "int | ir.Value", right: int) -> "int | ir.Value":
        """Divide an index that is not negative, rounding down."""
        if isinstance(left, int):
            return left // right
        return left if right == 1 else self._binary("arith.divui", left, right)

    def remainder(self, left: "int | ir.Value", right: int) -> "int | ir.Value":
        """Give the remainder of an index that is not negative."""
        if isinstance(left, int):
            return left % right
        return 0 if right == 1 else self._binary("arith.remui", left, right)

    def divide_by(self, left: "int | ir.Value", right: "int | ir.Value") -> "int | ir.Value":
        """Divide by an index that may be a value."""
        if isinstance(right, int):
            return self.divide(left, right)
        return self._binary("arith.divui", left, right)

    def remainder_by(self, left: "int | ir.Value", right: "int | ir.Value") -> "int | ir.Value":
        """Give the remainder by an index that may be a value."""
        if isinstance(right, int):
            return self.remainder(left, right)
        return self._binary("arith.remui", left, right)

    def view(
        self,
        memory: ir.Value,
        start: ir.Value,
        shape: Sequence[int],
        element: ir.Type,
        sizes: Sequence[ir.Value] = (),
    ) -> ir.Value:
        """Write `memref.view`: a piece of a buffer of bytes as an array; a bool takes a byte."""
        stored = ir.IntegerType.get_signless(8) if element == self.i1 else element
        return self.value("memref.view", [memory, start, *sizes], ir.MemRefType.get(list(shape), stored))

    def minimum(self, left: "int | ir.Value", right: "int | ir.Value") -> "int | ir.Value":
        """Give the smaller index."""
        if isinstance(left, int) and isinstance(right, int):
            return min(left, right)
        return self._binary("arith.minsi", left, right)

    def maximum(self, left: "int | ir.Value", right: "int | ir.Value") -> "int | ir.Value":
        """Give the larger index."""
        if isinstance(left, int) and isinstance(right, int):
            return max(left, right)
        return self._binary("arith.maxsi", left, right)

    def _binary(self, name: str, left: "int | ir.Value", right: "int | ir.Value") -> ir.Value:
        return self.value(name, [self.materialize(left), self.materialize(right)], self.index)

    def compare(self, predicate: int, left: ir.Value, right: ir.Value) -> ir.Value:
        """Write `arith.cmpi`; `predicate` is MLIR's number (2: slt, 4: sgt, 5: sge)."""
        attribute = ir.IntegerAttr.get(self.i64, predicate)
        return self.value("arith.cmpi", [left, right], self.i1, {"predicate": attribute})

    def loop(
        self,
        low: "int | ir.Value",
        high: "int | ir.Value",
        step: "int | ir.Value",
        body: Callable[..., Sequence[ir.Value]],
        initial: Sequence[ir.Value] = (),
    ) -> list[ir.Value]:
        """Write `scf.for`; `body(iv, *carried)` gives what the next turn gets. One known turn needs no loop."""
        if isinstance(low, int) and isinstance(high, int) and isinstance(step, int):
            if high <= low:
                return list(initial)
            if high <= low + step:
                return list(body(low, *initial))
        bounds = [self.materialize(low), self.materialize(high), self.materialize(step)]
        made = self.create("scf.for", [*bounds, *initial], [value.type for value in initial], regions=1)
        types = [self.index, *(value.type for value in initial)]
        block = made.regions[0].blocks.append(*types, arg_locs=[self.location] * len(types))
        with self.at(ir.InsertionPoint(block)):
            carried = body(*block.arguments)
            self.create("scf.yield", list(carried))
        return list(made.results)

    def when(self, condition: ir.Value, body: Callable[[], None]) -> None:
        """Write `scf.if` without an else."""
        made = self.create("scf.if", [condition], regions=2)
        block = made.regions[0].blocks.append()
        with self.at(ir.InsertionPoint(block)):
            body()
            self.create("scf.yield", [])

    def repeat(self, body: Callable[[], ir.Value]) -> None:
        """Write `scf.while`: runs the body until it gives false."""
        made = self.create("scf.while", [], regions=2)
        first = made.regions[0].blocks.append()
        with self.at(ir.InsertionPoint(first)):
            self.create("scf.condition", [body()])
        second = made.regions[1].blocks.append()
        with self.at(ir.InsertionPoint(second)):
            self.create("scf.yield", [])

    def no_operands(self, groups: int) -> "dict[str, ir.Attribute]":
        """Say of an operation with groups of operands that all of them are empty."""
        return {"operandSegmentSizes": ir.DenseI32ArrayAttr.get([0] * groups)}


def attributes_of(op: ir.Operation) -> "dict[str, ir.Attribute]":
    """List an operation's attributes by name, on either form of the bindings."""
    found = {}
    for entry in op.attributes:
        name = entry if isinstance(entry, str) else entry.name
        found[name] = op.attributes[name]
    return found
