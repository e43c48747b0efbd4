"""Reads of the newest tensor: what keeps an old one alive beside its update would cost a copy of it.

`u[0] = a; v = u[1:] + 1` may read `u[1:]` from before or after the first statement. In the IR it often reads the old
tensor, and updating it in place then looks impossible.
"""

from ...dialects.mlir import collect, ir
from .accesses import mixed

_READERS = ("linalg.", "tensor.insert_slice")

Box = tuple[tuple[int, int], ...]


def read_newest(kernel: ir.Operation) -> None:
    """Let slices be taken where they are read, from the newest tensor that still holds their elements."""
    for reader in collect(
        kernel, lambda op: op.name.startswith(_READERS) and not op.name.startswith("linalg.yield")
    ):
        places = _positions(reader.block)
        for number, operand in enumerate(list(reader.operands)):
            if isinstance(operand.owner, ir.Block) or operand.owner.operation.name != "tensor.extract_slice":
                continue
            taken = operand.owner.operation
            box = box_of(taken)
            source = taken.operands[0]
            newest = source if box is None else _newest(source, box, reader, places)
            if newest == source or reader.operands[number] != operand:
                continue
            clone = taken.clone(ip=ir.InsertionPoint(reader))
            clone.operands[0] = newest
            reader.operands[number] = clone.results[0]
            places = _positions(reader.block)  # an operation's hash follows its operands
    for taken in reversed(collect(kernel, "tensor.extract_slice")):
        if next(iter(taken.results[0].uses), None) is None:
            taken.erase()


def _positions(block: ir.Block) -> dict[ir.Operation, int]:
    return {op.operation: number for number, op in enumerate(block.operations)}


def _newest(value: ir.Value, box: Box, reader: ir.Operation, places: dict[ir.Operation, int]) -> ir.Value:
    """Follow updates of other elements that stand before the reader."""
    while True:
        update = _update_of(value, reader, places)
        if update is None:
            return value
        other = box_of(update)
        if other is None or not _are_apart(box, other):
            return value
        value = update.results[0]


def _update_of(value: ir.Value, reader: ir.Operation, places: dict[ir.Operation, int]) -> ir.Operation | None:
    for use in value.uses:
        op = use.owner.operation
        if op.name == "tensor.insert_slice" and use.operand_number == 1 and op in places:
            return op if places[op] < places[reader] else None
    return None


def box_of(op: ir.Operation) -> Box | None:
    """Give where a static slice of unit steps begins and ends, per dimension; None for any other."""
    offsets, sizes, steps = (mixed(op, part) for part in ("offsets", "sizes", "strides"))
    found = []
    for offset, size, step in zip(offsets, sizes, steps, strict=True):
        if not isinstance(offset, int) or not isinstance(size, int) or not isinstance(step, int):
            return None
        found.append((offset, offset + (size - 1) * step + 1))
    return tuple(found)


def _are_apart(one: Box, other: Box) -> bool:
    return any(a[1] <= b[0] or b[1] <= a[0] for a, b in zip(one, other, strict=True))
