"""Writes items one after the other: stages as nests, sweeps as loops around theirs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ...dialects.mlir import ir
from .accesses import Linear
from .builder import Builder, attributes_of
from .memory import Memory
from .nests import Nest, Range
from .stages import Item, Stage, Sweep

Ranges = Callable[[Stage], Mapping[int, Range]]


def write_items(builder: Builder, items: Sequence[Item], memory: Memory, ranges: Ranges) -> None:
    """Write items in order; `ranges` gives the part of each stage's loops that is wanted."""
    for item in items:
        builder.location = item.op.location
        if isinstance(item, Sweep):
            _write_sweep(builder, item, memory, ranges)
        else:
            Nest(builder, memory, item).write(ranges(item))


def _write_sweep(builder: Builder, sweep: Sweep, memory: Memory, ranges: Ranges) -> None:
    """Write the loop, what computes places in it, and its stages."""
    block = sweep.op.regions[0].blocks[0]
    low, high, step = (memory.renamed.get(value, value) for value in sweep.op.operands)

    def turn(place: "int | ir.Value") -> Sequence[ir.Value]:
        renamed = {**memory.renamed, block.arguments[0]: builder.materialize(place)}
        inner = replace(memory, renamed=renamed)
        stages = iter(sweep.stages)
        following = next(stages, None)
        for op in block.operations:
            operation = op.operation
            if following is not None and operation == following.op:
                write_items(builder, [following], inner, ranges)
                following = next(stages, None)
            elif operation.name.startswith(("arith.", "math.", "complex.")):
                _copy(builder, operation, renamed)
            elif operation.name == "memref.load":
                _load(operation, inner)
        return []

    builder.loop(low, high, step, turn)


def _copy(builder: Builder, op: ir.Operation, renamed: dict[ir.Value, ir.Value]) -> None:
    operands = [renamed.get(value, value) for value in op.operands]
    made = builder.create(op.name, operands, [result.type for result in op.results], attributes_of(op))
    for old, new in zip(op.results, made.results, strict=True):
        renamed[old] = new


def _load(op: ir.Operation, memory: Memory) -> None:
    indices = tuple(Linear(symbols=((index, 1),)) for index in list(op.operands)[1:])
    access = memory.views.of(op.operands[0]).access(indices)
    memory.renamed[op.results[0]] = memory.load(access, {}, 0, None, None)
