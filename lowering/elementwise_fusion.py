"""Which elementwise operation may be computed inside its reader, and how the two become one."""

from collections.abc import Iterable, Sequence

from ..dialects.mlir import collect, ir, replace
from .tensor_values import defining, empty_like


def producer_of(consumer: ir.Operation) -> tuple[int, ir.Operation] | None:
    """Find an input of a generic operation, and what makes it, that may be fused into it."""
    inputs = _inputs(consumer)
    if _reduces(consumer) and len(dict.fromkeys(inputs)) > 1:
        return None  # a contraction, or like one: its loops reuse each element
    for place, value in enumerate(inputs):
        owner = value.owner
        if isinstance(owner, ir.Block) or owner.operation.name != "linalg.generic":
            continue
        producer = owner.operation
        if (
            _is_elementwise(producer)
            and _read_once(producer, consumer, inputs)
            and _fits(consumer, place, producer)
        ):
            return place, producer
    return None


def untie(operation: ir.Operation) -> None:
    """Let an elementwise operation that ignores its initial value start from an uninitialised tensor.

    `convert-elementwise-to-linalg` names an input there, which would count as another reader of it.
    """
    body = operation.regions[0].blocks[0]
    for place in range(len(_inputs(operation)), len(operation.operands)):
        if next(iter(body.arguments[place].uses), None) is None:
            operation.operands[place] = _uninitialised(operation.operands[place])


def _uninitialised(init: ir.Value) -> ir.Value:
    while (owner := _generic(init)) is not None:
        init = owner.operands[len(_inputs(owner)) + ir.OpResult(init).result_number]
    return init if _is_empty(init) else empty_like(init, range(ir.RankedTensorType(init.type).rank))


def _generic(value: ir.Value) -> ir.Operation | None:
    owner = defining(value)
    return owner if owner is not None and owner.name == "linalg.generic" else None


def _is_empty(value: ir.Value) -> bool:
    owner = defining(value)
    return owner is not None and owner.name == "tensor.empty"


def fuse(consumer: ir.Operation, place: int, producer: ir.Operation) -> ir.Operation:
    """Replace `consumer` by an operation that computes `producer` as well; both are erased."""
    attributes = {name: consumer.attributes[name] for name in consumer.attributes}
    maps, composed = _maps(consumer), _composed(consumer, place, producer)
    inputs, added = _inputs(consumer), _inputs(producer)
    value = producer.results[0]
    kept = [entry for entry in range(len(inputs)) if inputs[entry] != value]
    outputs = list(consumer.operands)[len(inputs) :]
    maps = [*(maps[entry] for entry in kept), *composed, *maps[len(inputs) :]]
    attributes["indexing_maps"] = ir.ArrayAttr.get([ir.AffineMapAttr.get(entry) for entry in maps])
    attributes["operandSegmentSizes"] = ir.DenseI32ArrayAttr.get([len(kept) + len(added), len(outputs)])
    fused = ir.Operation.create(
        "linalg.generic",
        results=[result.type for result in consumer.results],
        operands=[*(inputs[entry] for entry in kept), *added, *outputs],
        attributes=attributes,
        regions=1,
    )
    _merge_bodies(fused, consumer, producer, kept, len(inputs))
    replace(consumer, list(fused.results))
    producer.erase()
    return fused


def _merge_bodies(
    fused: ir.Operation, consumer: ir.Operation, producer: ir.Operation, kept: Sequence[int], inputs: int
) -> None:
    first, second = producer.regions[0].blocks[0], consumer.regions[0].blocks[0]
    consumed = [entry for entry in range(inputs) if entry not in kept]
    ahead, last = [second.arguments[entry] for entry in kept], list(second.arguments)[inputs:]
    between = list(first.arguments)[: len(_inputs(producer))]
    old = [*ahead, *between, *last]
    body = fused.regions[0].blocks.append(*[argument.type for argument in old])
    for argument, new in zip(old, body.arguments, strict=True):
        argument.replace_all_uses_with(new)
    *computed, end = [entry.operation for entry in first.operations]
    for entry in consumed:
        second.arguments[entry].replace_all_uses_with(end.operands[0])
    _move([*computed, *(entry.operation for entry in second.operations)], body)


def _move(operations: Iterable[ir.Operation], body: ir.Block) -> None:
    for operation in operations:
        operation.detach_from_parent()
        ir.InsertionPoint(body).insert(operation)


def _inputs(operation: ir.Operation) -> list[ir.Value]:
    return list(operation.operands)[: operation.attributes["operandSegmentSizes"][0]]


def _maps(operation: ir.Operation) -> list[ir.AffineMap]:
    return [attribute.value for attribute in operation.attributes["indexing_maps"]]


def _reduces(operation: ir.Operation) -> bool:
    return any("reduction" in str(kind) for kind in operation.attributes["iterator_types"])


def _is_permutation(entry: ir.AffineMap) -> bool:
    places = _dimensions(entry)
    return len(places) == len(list(entry.results)) == entry.n_dims


def _dimensions(entry: ir.AffineMap) -> set[int]:
    return {result.position for result in entry.results if isinstance(result, ir.AffineDimExpr)}


def _is_elementwise(producer: ir.Operation) -> bool:
    if _reduces(producer) or len(producer.results) != 1 or not _is_permutation(_maps(producer)[-1]):
        return False
    written = producer.regions[0].blocks[0].arguments[len(_inputs(producer))]
    return next(iter(written.uses), None) is None and not collect(producer, "linalg.index")


def _read_once(producer: ir.Operation, consumer: ir.Operation, inputs: Sequence[ir.Value]) -> bool:
    """Tell whether `consumer` alone reads the producer, always at the same place."""
    value = producer.results[0]
    if any(use.owner.operation != consumer for use in value.uses) or producer.block != consumer.block:
        return False
    maps = _maps(consumer)
    places = {str(maps[entry]) for entry in range(len(inputs)) if inputs[entry] == value}
    return len(places) == 1 and value not in list(consumer.operands)[len(inputs) :]


def _composed(consumer: ir.Operation, place: int, producer: ir.Operation) -> list[ir.AffineMap]:
    """Write the maps of the producer's inputs over the consumer's loops."""
    read, maps = _maps(consumer)[place], _maps(producer)
    written = [result.position for result in maps[-1].results if isinstance(result, ir.AffineDimExpr)]
    results = list(read.results)
    loops = ir.AffineMap.get(
        read.n_dims, 0, [results[written.index(loop)] for loop in range(maps[-1].n_dims)]
    )
    return [
        ir.AffineMap.get(read.n_dims, 0, [result.compose(loops) for result in entry.results])
        for entry in maps[:-1]
    ]


def _fits(consumer: ir.Operation, place: int, producer: ir.Operation) -> bool:
    """Tell whether every loop's extent still follows from some operand after fusion."""
    maps, inputs = _maps(consumer), _inputs(consumer)
    if not _is_permutation(maps[place]):
        return False
    value = producer.results[0]
    left = [entry for index, entry in enumerate(maps) if index >= len(inputs) or inputs[index] != value]
    known = [*left, *_composed(consumer, place, producer)]
    return set().union(*(_dimensions(entry) for entry in known)) == set(range(maps[0].n_dims))
