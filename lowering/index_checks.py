"""Counting the indices that lie outside an array, as reductions beside the gather or scatter that uses them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..dialects.mlir import arith, ir, linalg, tensor

Gather = tuple[ir.Operation, int]
"""A `tensor.extract` and the axis whose index is meant."""


@dataclass(frozen=True)
class Check:
    """Hold a `tensor<i64>` that counts violations, and what to tell the user when it is not zero."""

    count: ir.Value
    message: str


def is_data_dependent(value: ir.Value, body: ir.Block) -> bool:
    """Tell whether a value inside a linalg body depends on what the body's arguments hold."""
    return any(isinstance(part.owner, ir.Block) and part.owner == body for part in _parts(value, body))


def _parts(value: ir.Value, body: ir.Block) -> list[ir.Value]:
    """List a value and everything it is computed from inside the body, uses before definitions."""
    found = [value]
    for part in found:
        owner = part.owner
        if not isinstance(owner, ir.Block) and owner.operation.block == body:
            found.extend(operand for operand in owner.operands if operand not in found)
    return found


def count_outside_generic(
    op: ir.Operation, guarded: Sequence[Gather], extents: Sequence[ir.Value]
) -> ir.Value | None:
    """Count the out-of-range indices of gathers in a linalg.generic: a reduction over the loops they depend on.

    Only arguments that the indices depend on are read. None when a needed loop has no such argument to run over.
    """
    body = op.regions[0].blocks[0]
    values = [gather.operands[axis + 1] for gather, axis in guarded]
    parts = {part for value in values for part in _parts(value, body)}
    maps = [ir.AffineMapAttr(row).value for row in ir.ArrayAttr(op.attributes["indexing_maps"])]
    used = [place for place, argument in enumerate(body.arguments) if argument in parts]
    steps = [inner.operation for inner in body.operations if any(r in parts for r in inner.operation.results)]
    if any(place >= len(op.operands) - len(op.results) for place in used):
        return None  # the index is read from the result's old value
    loops = _loops([maps[place] for place in used])
    wanted = {step.attributes["dim"].value for step in steps if step.name == "linalg.index"}
    if loops is None or not wanted <= set(loops):
        return None
    order = {loop: place for place, loop in enumerate(loops)}
    accesses = [_renumbered(maps[place], order) for place in used]
    return _reduce(
        [op.operands[place] for place in used],
        accesses,
        len(loops),
        _Copy(body, used, steps, order),
        (
            values,
            extents,
        ),
    )


def _loops(maps: Sequence[ir.AffineMap]) -> list[int] | None:
    """List the loops that maps of plain dimensions run over; None when one is no plain dimension."""
    loops: list[int] = []
    for map_ in maps:
        for expression in map_.results:
            if isinstance(expression, ir.AffineDimExpr):
                loops.append(expression.position)
            elif not isinstance(expression, ir.AffineConstantExpr):
                return None
    return sorted(set(loops))


def _renumbered(map_: ir.AffineMap, order: dict[int, int]) -> ir.AffineMap:
    results = [
        ir.AffineDimExpr.get(order[expression.position])
        if isinstance(expression, ir.AffineDimExpr)
        else expression
        for expression in map_.results
    ]
    return ir.AffineMap.get(len(order), 0, results)


@dataclass(frozen=True)
class _Copy:
    """Repeat the part of a body that computes indices inside another body."""

    body: ir.Block
    used: Sequence[int]
    steps: Sequence[ir.Operation]
    order: dict[int, int]

    def into(self, arguments: Sequence[ir.Value]) -> dict[ir.Value, ir.Value]:
        """Clone the steps at the insertion point and map old values to new ones."""
        values: dict[ir.Value, ir.Value] = {
            self.body.arguments[old]: arguments[new] for new, old in enumerate(self.used)
        }
        for step in self.steps:
            clone = step.clone()
            for place, operand in enumerate(step.operands):
                clone.operands[place] = values.get(operand, operand)
            if step.name == "linalg.index":
                kind = ir.IntegerType.get_signless(64)
                clone.attributes["dim"] = ir.IntegerAttr.get(kind, self.order[step.attributes["dim"].value])
            values.update(zip(step.results, clone.results, strict=True))
        return values


def _reduce(
    operands: Sequence[ir.Value],
    accesses: Sequence[ir.AffineMap],
    loops: int,
    copy: _Copy,
    guarded: tuple[Sequence[ir.Value], Sequence[ir.Value]],
) -> ir.Value:
    op = _counter(operands, accesses, loops)
    block = op.regions[0].blocks[0]
    with ir.InsertionPoint(block):
        new = copy.into(list(block.arguments)[:-1])
        total = block.arguments[len(block.arguments) - 1]
        for value, extent in zip(*guarded, strict=True):
            total = arith.AddIOp(total, _outside(new.get(value, value), extent)).result
        linalg.YieldOp([total])
    return op.results[0]


def count_outside_scatter(indices: ir.Value, extents: Sequence[ir.Value]) -> ir.Value:
    """Count the entries of an index matrix [n, k] outside of [0, extents[k])."""
    op = _counter([indices], [ir.AffineMap.get_identity(2)], 2)
    block = op.regions[0].blocks[0]
    with ir.InsertionPoint(block):
        extent = extents[0]
        for place, other in enumerate(extents[1:], 1):
            kind = ir.IndexType.get()
            here = arith.ConstantOp(kind, ir.IntegerAttr.get(kind, place)).result
            is_here = arith.CmpIOp(arith.CmpIPredicate.eq, linalg.IndexOp(1).result, here).result
            extent = arith.SelectOp(is_here, other, extent).result
        total = arith.AddIOp(block.arguments[1], _outside(block.arguments[0], extent)).result
        linalg.YieldOp([total])
    return op.results[0]


def _counter(operands: Sequence[ir.Value], accesses: Sequence[ir.AffineMap], loops: int) -> linalg.GenericOp:
    """Make a reduction to a `tensor<i64>` with an empty body."""
    i64 = ir.IntegerType.get_signless(64)
    zero = arith.ConstantOp(i64, ir.IntegerAttr.get(i64, 0)).result
    start = linalg.fill(zero, outs=[tensor.empty([], i64)])
    maps = [*accesses, ir.AffineMap.get(loops, 0, [])]
    kinds = [ir.Attribute.parse("#linalg.iterator_type<reduction>")] * loops
    op = linalg.GenericOp(
        [start.type],
        list(operands),
        [start],
        ir.ArrayAttr.get([ir.AffineMapAttr.get(map_) for map_ in maps]),
        ir.ArrayAttr.get(kinds),
    )
    elements = [ir.RankedTensorType(value.type).element_type for value in (*operands, start)]
    op.regions[0].blocks.append(*elements)
    return op


def _outside(index: ir.Value, extent: ir.Value) -> ir.Value:
    """Give 1 when the index is negative or not below the extent: one unsigned comparison."""
    i64 = ir.IntegerType.get_signless(64)
    outside = arith.CmpIOp(arith.CmpIPredicate.uge, index, extent).result
    return arith.ExtUIOp(i64, outside).result
