"""Makes an executable of IREE's from a kernel: a function on memory, numbers and its place among the workgroups.

Runs in the worker process only.
"""

from collections.abc import Sequence

from iree.compiler import ir

from .launch_plan import LaunchPlan, varying_axes
from .words import constant, emit, from_integer, integer, join, resized, width_of, words_of

_ALIGNMENT = 16
"""Bytes; what the runtime asks of every buffer."""


def make_executable(function: ir.Operation, plan: LaunchPlan, name: str) -> None:
    """Put a copy of the kernel, its arguments replaced by what the bindings and words hold, into an executable.

    Its export has the same name: IREE links executables into one, where names must differ.
    """
    layout = plan.layout()
    with function.location:
        source = ir.Operation.create(
            "hal.executable.source",
            attributes={"sym_name": ir.StringAttr.get(name), "sym_visibility": ir.StringAttr.get("private")},
            regions=1,
            ip=ir.InsertionPoint(function),
        )
        block = source.regions[0].blocks.append()
        with ir.InsertionPoint(block):
            _make_export(name, layout)
            inner = ir.Operation.create("builtin.module", regions=1)
            ir.Operation.create("hal.executable.source_end")
        place = ir.InsertionPoint(inner.regions[0].blocks.append())
        entry = function.clone(place)
        for attribute in ("sym_visibility", "arg_attrs"):
            if attribute in entry.attributes:
                del entry.attributes[attribute]
        entry.attributes["sym_name"] = ir.StringAttr.get(name)
        entry.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get([], []))
        _bind_arguments(entry.regions[0].blocks[0], plan, layout)


def _make_export(name: str, layout: ir.Attribute) -> None:
    export = ir.Operation.create(
        "hal.executable.export",
        attributes={
            "sym_name": ir.StringAttr.get(name),
            "sym_visibility": ir.StringAttr.get("public"),
            "ordinal": ir.IntegerAttr.get(ir.IndexType.get(), 0),
            "layout": layout,
        },
        regions=2,
    )
    index = ir.IndexType.get()
    count = export.regions[0].blocks.append(ir.Type.parse("!hal.device"), index)
    with ir.InsertionPoint(count):
        one = constant(1, index)
        ir.Operation.create("hal.return", operands=[count.arguments[1], one, one])


def _bind_arguments(block: ir.Block, plan: LaunchPlan, layout: ir.Attribute) -> None:
    """Give the kernel's arguments their values at the start of its first block, and take the arguments away."""
    arguments = list(block.arguments)
    with ir.InsertionPoint.at_block_begin(block):
        numbers = iter(_received(plan, layout))
        scalars = [next(numbers) if source < 0 else None for source in plan.sources]
        memories = []
        for at, value in enumerate(plan.tensors):
            sizes = [next(numbers) for _ in varying_axes(value.type)]
            memories.append(_memory(layout, plan.is_packed + at, value.type, sizes))
        boxes = memories[len(plan.reads) :]
        values = [*memories[: len(plan.reads)], *memories[len(plan.reads) + len(plan.boxes) :]]
        for scalar, source, value in zip(scalars, plan.sources, plan.scalars, strict=True):
            values.append(_unboxed(boxes[source], value.type) if scalar is None else scalar)
        zero = ir.IntegerAttr.get(ir.IndexType.get(), 0)
        for name in ("id", "count"):
            values.append(emit(f"hal.interface.workgroup.{name}", ir.IndexType.get(), dimension=zero))
    for argument, value in zip(arguments, values, strict=True):
        argument.replace_all_uses_with(value)
    for at in reversed(range(len(arguments))):
        block.erase_argument(at)


def _received(plan: LaunchPlan, layout: ir.Attribute) -> list[ir.Value]:
    """Read what travels in words, inside the kernel."""
    types = list(plan.numbers)
    if plan.is_packed:
        memory = _memory(layout, 0, ir.RankedTensorType.get([len(types)], integer(64)), [])
        return [_unpacked(memory, at, type_) for at, type_ in enumerate(types)]
    values, ordinal = [], 0
    for type_ in types:
        words = [_word(layout, ordinal + at) for at in range(words_of(type_))]
        values.append(join(words, type_))
        ordinal += len(words)
    return values


def _unpacked(memory: ir.Value, at: int, type_: ir.Type) -> ir.Value:
    bits = emit("memref.load", integer(64), memory, constant(at, ir.IndexType.get()))
    return from_integer(resized(bits, width_of(type_)), type_)


def _word(layout: ir.Attribute, ordinal: int) -> ir.Value:
    index = ir.IntegerAttr.get(ir.IndexType.get(), ordinal)
    return emit("hal.interface.constant.load", integer(32), layout=layout, ordinal=index)


def _memory(layout: ir.Attribute, binding: int, tensor: ir.Type, sizes: Sequence[ir.Value]) -> ir.Value:
    """Give the memory behind a tensor, inside the kernel."""
    type_ = ir.RankedTensorType(tensor)
    element = integer(8) if type_.element_type == integer(1) else type_.element_type
    index = ir.IndexType.get()
    return emit(
        "hal.interface.binding.subspan",
        ir.MemRefType.get(type_.shape, element),
        constant(0, index),
        *sizes,
        layout=layout,
        binding=ir.IntegerAttr.get(index, binding),
        alignment=ir.IntegerAttr.get(index, _ALIGNMENT),
        operandSegmentSizes=ir.DenseI32ArrayAttr.get([1, len(sizes)]),
    )


def _unboxed(memory: ir.Value, type_: ir.Type) -> ir.Value:
    element = ir.MemRefType(memory.type).element_type
    value = emit("memref.load", element, memory)
    return value if element == type_ else emit("arith.trunci", type_, value)
