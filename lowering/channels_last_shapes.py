"""Padding, slices and concatenation in the channels-last layout: the same operation with its sizes permuted."""

from collections.abc import Sequence

from ..dialects.mlir import ir, tensor
from .channels_last_values import Twins, permutation
from .tensor_values import permuted_type, rank_of

Sizes = list[int | ir.Value]

_DYNAMIC = ir.ShapedType.get_dynamic_size()


def move_pad(operation: ir.Operation, twins: Twins) -> None:
    """Pad the channels-last form; only when the padding is the same value everywhere."""
    source = operation.operands[0]
    body = operation.regions[0].blocks[0]
    if not twins.has(source) or any(next(iter(place.uses), None) for place in body.arguments):
        return
    order = permutation(rank_of(source))
    low, high = _lists(operation, ("static_low", "static_high"), start=1)
    made = _create(
        operation,
        "tensor.pad",
        [twins.moved(source)],
        {"static_low": low, "static_high": high},
        order,
        regions=1,
    )
    body.append_to(made.regions[0])
    twins.replace(operation, made.results[0])


def move_extract_slice(operation: ir.Operation, twins: Twins) -> None:
    """Take the slice from the channels-last form, unless the slice drops dimensions."""
    source = operation.operands[0]
    if not twins.has(source) or rank_of(source) != rank_of(operation.results[0]):
        return
    _move_slice(operation, [source], twins)


def move_insert_slice(operation: ir.Operation, twins: Twins) -> None:
    """Insert into the channels-last form, unless the insertion adds dimensions."""
    source, target = operation.operands[:2]
    if not (twins.has(source) or twins.has(target)) or rank_of(source) != rank_of(target):
        return
    _move_slice(operation, [source, target], twins)


def move_concat(operation: ir.Operation, twins: Twins) -> None:
    """Concatenate the channels-last forms."""
    operands = list(operation.operands)
    if not any(twins.has(value) for value in operands):
        return
    order = permutation(rank_of(operands[0]))
    dimension = order.index(ir.IntegerAttr(operation.attributes["dim"]).value)
    kind = permuted_type(operation.results[0], order)
    moved = [twins.moved(value) for value in operands]
    twins.replace(operation, tensor.ConcatOp(kind, dimension, moved).result)


def _move_slice(operation: ir.Operation, tensors: Sequence[ir.Value], twins: Twins) -> None:
    names = ("static_offsets", "static_sizes", "static_strides")
    values = _lists(operation, names, start=len(tensors))
    order = permutation(rank_of(tensors[0]))
    moved = [twins.moved(value) for value in tensors]
    made = _create(operation, operation.name, moved, dict(zip(names, values, strict=True)), order)
    twins.replace(operation, made.results[0])


def _lists(operation: ir.Operation, names: Sequence[str], start: int) -> list[Sizes]:
    """Put static and dynamic entries back together; the dynamic ones are the operands from `start` on."""
    dynamic = iter(list(operation.operands)[start:])
    return [
        [
            next(dynamic) if size == _DYNAMIC else size
            for size in ir.DenseI64ArrayAttr(operation.attributes[name])
        ]
        for name in names
    ]


def _create(
    old: ir.Operation,
    name: str,
    tensors: Sequence[ir.Value],
    lists: dict[str, Sizes],
    order: Sequence[int],
    regions: int = 0,
) -> ir.Operation:
    """Build `name` over `tensors` with each list permuted, and the attributes of `old` otherwise."""
    attributes = {entry: old.attributes[entry] for entry in old.attributes}
    operands = list(tensors)
    segments = [1] * len(tensors)
    for entry, values in lists.items():
        permuted = [values[place] for place in order]
        dynamic = [value for value in permuted if isinstance(value, ir.Value)]
        attributes[entry] = ir.DenseI64ArrayAttr.get(
            [_DYNAMIC if isinstance(value, ir.Value) else value for value in permuted]
        )
        operands += dynamic
        segments.append(len(dynamic))
    attributes["operandSegmentSizes"] = ir.DenseI32ArrayAttr.get(segments)
    result = permuted_type(old.results[0], order)
    return ir.Operation.create(
        name, results=[result], operands=operands, attributes=attributes, regions=regions
    )
