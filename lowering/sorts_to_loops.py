"""`sorts-to-loops`: sorting as a merge sort in loops, for kernels of our own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import arith, collect, ir, replace, scf, tensor
from .einsum import size_of
from .passes import Pass
from .tensor_values import empty_like, rank_of

Values = list[ir.Value]


@dataclass(frozen=True)
class SortsToLoops(Pass):
    """Replace `tm_tensor.sort` by merges of runs that double in length, from one array into another and back.

    Equal elements keep their order. n log n steps, where IREE's own lowering takes n².
    """

    name: ClassVar[str] = "sorts-to-loops"

    def apply(self, module: ir.Module) -> None:
        """Rewrite every sort in place."""
        for operation in collect(module, "tm_tensor.sort"):
            with ir.InsertionPoint(operation), operation.location:
                replace(operation, _Sort(operation).run())


class _Sort:
    """Sort the operands of one operation together."""

    def __init__(self, operation: ir.Operation) -> None:
        self._body = operation.regions[0].blocks[0]
        self._given = list(operation.operands)
        self._axis = int(ir.IntegerAttr(operation.attributes["dimension"]).value)
        self._rank = rank_of(self._given[0])
        self._sizes = [_size(self._given[0], axis) for axis in range(self._rank)]

    def run(self) -> Values:
        """Merge runs of 1, 2, 4, … elements until one is left."""
        count = len(self._given)
        spare = [empty_like(value, range(self._rank)) for value in self._given]
        extent, one, two = self._sizes[self._axis], _index(1), _index(2)
        widths = scf.WhileOp(
            [one.type, *(value.type for value in (*self._given, *spare))], [one, *self._given, *spare]
        )
        types = [one.type, *(value.type for value in (*self._given, *spare))]
        before, after = widths.before.blocks.append(*types), widths.after.blocks.append(*types)
        with ir.InsertionPoint(before):
            is_short = arith.CmpIOp(arith.CmpIPredicate.ult, before.arguments[0], extent).result
            scf.ConditionOp(is_short, list(before.arguments))
        with ir.InsertionPoint(after):
            width, *tensors = list(after.arguments)
            old, new = tensors[:count], tensors[count:]
            made = self._over_rows(
                list(range(self._rank)), [], new, lambda at, to: self._merges(width, at, old, to)
            )
            scf.YieldOp([arith.MulIOp(width, two).result, *made, *old])
        return list(widths.results)[1 : count + 1]

    def _over_rows(
        self, axes: list[int], at: Values, target: Values, inner: Callable[[Values, Values], Values]
    ) -> Values:
        """Loop over all dimensions but the sorted one, whose place in `at` is left out."""
        if not axes:
            return inner(at, target)
        if axes[0] == self._axis:
            return self._over_rows(axes[1:], at, target, inner)
        loop = scf.ForOp(_index(0), self._sizes[axes[0]], _index(1), target)
        with ir.InsertionPoint(loop.body):
            here = [*at, loop.induction_variable]
            scf.YieldOp(self._over_rows(axes[1:], here, list(loop.inner_iter_args), inner))
        return list(loop.results)

    def _merges(self, width: ir.Value, at: Values, old: Values, target: Values) -> Values:
        """Merge all pairs of neighbouring runs of one row."""
        extent = self._sizes[self._axis]
        loop = scf.ForOp(_index(0), extent, arith.AddIOp(width, width).result, target)
        with ir.InsertionPoint(loop.body):
            low = loop.induction_variable
            middle = arith.MinUIOp(arith.AddIOp(low, width).result, extent).result
            high = arith.MinUIOp(arith.AddIOp(middle, width).result, extent).result
            scf.YieldOp(self._merge((low, middle, high), at, old, list(loop.inner_iter_args)))
        return list(loop.results)

    def _merge(
        self, bounds: tuple[ir.Value, ir.Value, ir.Value], at: Values, old: Values, target: Values
    ) -> Values:
        """Take, for each place, the next element of the left run unless that of the right one belongs before it."""
        low, middle, high = bounds
        loop = scf.ForOp(low, high, _index(1), [low, middle, *target])
        with ir.InsertionPoint(loop.body):
            left, right, *made = list(loop.inner_iter_args)
            lefts, rights = (self._elements(old, at, place) for place in (left, right))
            is_left = self._is_left(lefts, rights, _below(left, middle), _below(right, high))
            numbers = [arith.SelectOp(is_left, a, b).result for a, b in zip(lefts, rights, strict=True)]
            place = self._place(at, loop.induction_variable)
            made = [tensor.InsertOp(n, m, place).result for n, m in zip(numbers, made, strict=True)]
            step = arith.IndexCastUIOp(low.type, is_left).result
            left = arith.AddIOp(left, step).result
            right = arith.AddIOp(right, arith.SubIOp(_index(1), step).result).result
            scf.YieldOp([left, right, *made])
        return list(loop.results)[2:]

    def _is_left(self, lefts: Values, rights: Values, has_left: ir.Value, has_right: ir.Value) -> ir.Value:
        """Decide by the operation's own comparison, asked both ways: it may be `<` or `<=`."""
        may_stay = self._compared(lefts, rights)
        must_swap = arith.XOrIOp(self._compared(rights, lefts), _true()).result
        wins = arith.OrIOp(may_stay, must_swap).result
        alone = arith.XOrIOp(has_right, _true()).result
        return arith.AndIOp(has_left, arith.OrIOp(alone, wins).result).result

    def _compared(self, first: Values, second: Values) -> ir.Value:
        pairs = [value for pair in zip(first, second, strict=True) for value in pair]
        known: dict[ir.Value, ir.Value] = dict(zip(self._body.arguments, pairs, strict=True))
        *steps, end = [op.operation for op in self._body.operations]
        for step in steps:
            copy = step.clone()
            for place, operand in enumerate(step.operands):
                copy.operands[place] = known.get(operand, operand)
            known.update(zip(step.results, copy.results, strict=True))
        return known.get(end.operands[0], end.operands[0])

    def _elements(self, tensors: Sequence[ir.Value], at: Values, place: ir.Value) -> Values:
        """Read one element of each; a place past the end reads the last."""
        last = arith.SubIOp(self._sizes[self._axis], _index(1)).result
        inside = self._place(at, arith.MinUIOp(place, last).result)
        return [tensor.ExtractOp(value, inside).result for value in tensors]

    def _place(self, at: Values, place: ir.Value) -> Values:
        return [*at[: self._axis], place, *at[self._axis :]]


def _size(value: ir.Value, axis: int) -> ir.Value:
    size = size_of(value, axis)
    return _index(size) if isinstance(size, int) else size


def _below(place: ir.Value, end: ir.Value) -> ir.Value:
    return arith.CmpIOp(arith.CmpIPredicate.ult, place, end).result


def _true() -> ir.Value:
    i1 = ir.IntegerType.get_signless(1)
    return arith.ConstantOp(i1, ir.IntegerAttr.get(i1, 1)).result


def _index(value: int) -> ir.Value:
    return arith.ConstantOp(ir.IndexType.get(), ir.IntegerAttr.get(ir.IndexType.get(), value)).result
