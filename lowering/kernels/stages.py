"""Stages: the loop nests of a kernel, read from linalg operations on memrefs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isthmus.errors import PassError

from ...dialects.mlir import ir
from .accesses import Access, Buffer, Linear, Views, index_expression


@dataclass(frozen=True)
class Loop:
    """Hold one loop of a nest: from 0 to `extent`; reductions carry values from turn to turn."""

    extent: "int | ir.Value"
    is_reduction: bool


@dataclass(frozen=True)
class Element:
    """Hold where one argument of a stage's body comes from: memory, or a value defined outside."""

    access: Access | None
    value: ir.Value | None = None


@dataclass(frozen=True, eq=False)
class Stage:
    """Hold one loop nest: `body` computes, from `inputs` and the old `outputs`, what is stored into `outputs`.

    `op` is a `linalg.generic` or a `memref.copy` (which has no body).
    """

    op: ir.Operation
    loops: tuple[Loop, ...]
    inputs: tuple[Element, ...]
    outputs: tuple[Access, ...]

    @property
    def body(self) -> ir.Block | None:
        """The operations on elements; None for a copy."""
        return self.op.regions[0].blocks[0] if len(self.op.regions) else None

    @property
    def rank(self) -> int:
        """The number of loops that turn more than once."""
        return sum(1 for loop in self.loops if loop.extent != 1)

    @property
    def is_parallel(self) -> bool:
        """Tell whether every turn of every loop may run on its own."""
        return not any(loop.is_reduction for loop in self.loops)

    def reads(self) -> Iterator[Access]:
        """Yield what the stage reads; an output counts where the body uses its old value."""
        for element in self.inputs:
            if element.access is not None:
                yield element.access
        for number, output in enumerate(self.outputs):
            if self.uses_old(number):
                yield output

    def uses_old(self, output: int) -> bool:
        """Tell whether the body uses the old value of an output."""
        if self.body is None:
            return False
        argument = self.body.arguments[len(self.inputs) + output]
        return next(iter(argument.uses), None) is not None

    @property
    def gathers(self) -> bool:
        """Tell whether the body reads memory by itself: at places known at run time only."""
        return self.body is not None and any(
            op.operation.name == "memref.load" for op in self.body.operations
        )


@dataclass(frozen=True, eq=False)
class Sweep:
    """Hold a loop whose turns depend on each other, such as one up and down the levels of columns, and its stages."""

    op: ir.Operation
    stages: tuple[Stage, ...]

    @property
    def rank(self) -> int:
        """The number of loops of its widest stage."""
        return max(stage.rank for stage in self.stages)


Item = Stage | Sweep


def stages_in(items: Iterable[Item]) -> list[Stage]:
    """List the stages of items, those of sweeps included."""
    return [stage for item in items for stage in (item.stages if isinstance(item, Sweep) else (item,))]


def gathered_buffers(stage: Stage, views: Views) -> list[Buffer]:
    """List the buffers that the body of a stage reads by itself."""
    if stage.body is None:
        return []
    loads = [op.operation for op in stage.body.operations if op.operation.name == "memref.load"]
    return [views.of(load.operands[0]).buffer for load in loads]


def stage_of(op: ir.Operation, views: Views) -> Stage:
    """Read a `linalg.generic` or `memref.copy`."""
    return _with_fixed_places(_copy(op, views) if op.name == "memref.copy" else _generic(op, views))


def _with_fixed_places(stage: Stage) -> Stage:
    """Give a stage that writes one row of an array (`a[-1, :] = …`) a loop of one turn along the row's place."""
    rank = len(stage.outputs[0].indices)
    if any(len(output.indices) != rank for output in stage.outputs):
        return stage
    for dimension in range(rank):
        if all(_is_fixed(output, dimension) for output in stage.outputs):
            loop = len(stage.loops)
            inputs = tuple(
                Element(_moved(e.access, dimension, rank, loop), e.value) if e.access else e
                for e in stage.inputs
            )
            outputs = tuple(_moved(output, dimension, rank, loop) for output in stage.outputs)
            stage = Stage(stage.op, (*stage.loops, Loop(1, is_reduction=False)), inputs, outputs)
    return stage


def _is_fixed(access: Access, dimension: int) -> bool:
    index = access.indices[dimension]
    return not index.loops and not index.symbols


def _moved(access: Access, dimension: int, rank: int, loop: int) -> Access:
    if len(access.indices) != rank or not _is_fixed(access, dimension):
        return access
    indices = list(access.indices)
    indices[dimension] = indices[dimension] + Linear(((loop, 1),))
    return Access(access.buffer, tuple(indices))


def _copy(op: ir.Operation, views: Views) -> Stage:
    source, target = (views.of(op.operands[number]) for number in range(2))
    kind = ir.MemRefType(op.operands[0].type)
    sizes = _sizes(op.operands[0], kind)
    indices = tuple(Linear(((number, 1),)) for number in range(kind.rank))
    loops = tuple(Loop(size, is_reduction=False) for size in sizes)
    return Stage(op, loops, (Element(source.access(indices)),), (target.access(indices),))


def _generic(op: ir.Operation, views: Views) -> Stage:
    inputs, _ = list(ir.DenseI32ArrayAttr(op.attributes["operandSegmentSizes"]))
    maps = [ir.AffineMapAttr(row).value for row in ir.ArrayAttr(op.attributes["indexing_maps"])]
    kinds = [str(row) for row in ir.ArrayAttr(op.attributes["iterator_types"])]
    loops = {number: Linear(((number, 1),)) for number in range(len(kinds))}
    operands = list(op.operands)
    elements = []
    for operand, map_ in zip(operands, maps, strict=True):
        if not isinstance(operand.type, ir.MemRefType) and not str(operand.type).startswith("memref"):
            elements.append(Element(None, operand))
            continue
        indices = tuple(index_expression(result, loops) for result in map_.results)
        elements.append(Element(views.of(operand).access(indices)))
    extents = _extents(operands, maps, len(kinds))
    found = tuple(
        Loop(extent, is_reduction="reduction" in kind) for extent, kind in zip(extents, kinds, strict=True)
    )
    written = tuple(element.access for element in elements[inputs:])
    if any(access is None for access in written):
        raise PassError(f"'{op.name}' writes to something else than memory")
    return Stage(op, found, tuple(elements[:inputs]), tuple(a for a in written if a is not None))


def _extents(operands: list[ir.Value], maps: list[ir.AffineMap], count: int) -> "list[int | ir.Value]":
    """Find the size of every loop from an operand that runs through it alone."""
    found: dict[int, int | ir.Value] = {}
    for operand, map_ in zip(operands, maps, strict=True):
        if not str(operand.type).startswith("memref"):
            continue
        sizes = _sizes(operand, ir.MemRefType(operand.type))
        for result, size in zip(map_.results, sizes, strict=True):
            if isinstance(result, ir.AffineDimExpr) and (
                result.position not in found or isinstance(size, int)
            ):
                found[result.position] = size
    if len(found) != count:
        raise PassError("a kernel cannot find the size of every loop of a 'linalg.generic'")
    return [found[number] for number in range(count)]


def _sizes(value: ir.Value, kind: ir.MemRefType) -> "list[int | ir.Value]":
    """List a memref's sizes; dynamic ones as values that exist already, or are made just behind it."""
    return [
        dynamic_size(value, number) if kind.is_dynamic_dim(number) else kind.get_dim_size(number)
        for number in range(kind.rank)
    ]


def dynamic_size(value: ir.Value, dimension: int) -> "int | ir.Value":
    """Find the value that gives a memref's dynamic size, through views and allocations."""
    from .sizes import size_of

    return size_of(value, dimension)
