"""Evaluate functions of elementwise work, slices and stencils with NumPy, operation by operation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.dialects.hpc.access import Place, places_of
from isthmus.dialects.hpc.stencil import accesses_of, inputs_of
from isthmus.dialects.mlir import ir

Array = npt.NDArray[np.float64]
Values = dict[ir.Value, Any]

_SCALAR: dict[str, Callable[..., Any]] = {
    "arith.addf": np.add,
    "arith.subf": np.subtract,
    "arith.mulf": np.multiply,
    "arith.maximumf": np.maximum,
}


def evaluate(function: ir.Operation, arguments: Sequence[Any]) -> list[Array]:
    """Run a function of one block on arrays and numbers."""
    block = function.regions[0].blocks[0]
    values: Values = dict(zip(block.arguments, arguments, strict=True))
    *inner, end = [entry.operation for entry in block.operations]
    for operation in inner:
        made = _OPERATIONS[operation.name](operation, values)
        values.update(zip(operation.results, made, strict=True))
    return [values[value] for value in end.operands]


def _constant(operation: ir.Operation, values: Values) -> list[Any]:
    attribute: Any = operation.attributes["value"]
    return [attribute.value]


def _empty(operation: ir.Operation, values: Values) -> list[Array]:
    return [np.full(_shape(operation.results[0]), np.nan)]


def _fill(operation: ir.Operation, values: Values) -> list[Array]:
    return [np.full(_shape(operation.results[0]), values[operation.operands[0]])]


def _extract_slice(operation: ir.Operation, values: Values) -> list[Array]:
    part = values[operation.operands[0]][_box(operation)]
    return [part.reshape(_shape(operation.results[0]))]


def _insert_slice(operation: ir.Operation, values: Values) -> list[Array]:
    target = values[operation.operands[1]].copy()
    box = _box(operation)
    target[box] = values[operation.operands[0]].reshape(target[box].shape)
    return [target]


def _generic(operation: ir.Operation, values: Values) -> list[Array]:
    count = operation.attributes["operandSegmentSizes"][0]
    maps = [attribute.value for attribute in operation.attributes["indexing_maps"]][:count]
    arguments = []
    for value, entry in zip(list(operation.operands)[:count], maps, strict=True):
        places = places_of(entry)
        assert places is not None
        arguments.append(_elements(np.asarray(values[value]), places, _shape(operation.results[0])))
    return _body(operation, values, arguments)


def _stencil(operation: ir.Operation, values: Values) -> list[Array]:
    inputs, shape = inputs_of(operation), _shape(operation.results[0])
    arguments = [
        _elements(values[inputs[access.source]], access.places, shape) for access in accesses_of(operation)
    ]
    return _body(operation, values, arguments)


def _elements(array: Array, places: Sequence[Place], shape: Sequence[int]) -> Array:
    grid = np.indices(shape)
    index = [place.offset + (0 if place.dimension is None else grid[place.dimension]) for place in places]
    return np.broadcast_to(array[tuple(index)], shape)


def _body(operation: ir.Operation, values: Values, arguments: Sequence[Array]) -> list[Array]:
    block = operation.regions[0].blocks[0]
    known = dict(values) | dict(zip(block.arguments, arguments, strict=False))
    *inner, end = [entry.operation for entry in block.operations]
    for found in inner:
        operands = [known[value] for value in found.operands]
        known[found.results[0]] = (
            _constant(found, known)[0] if found.name == "arith.constant" else _SCALAR[found.name](*operands)
        )
    return [np.broadcast_to(known[value], _shape(operation.results[0])) for value in end.operands]


def _shape(value: ir.Value) -> list[int]:
    return list(ir.RankedTensorType(value.type).shape)


def _box(operation: ir.Operation) -> tuple[slice, ...]:
    offsets, sizes, strides = (
        list(operation.attributes[f"static_{name}"]) for name in ("offsets", "sizes", "strides")
    )
    return tuple(
        slice(offset, offset + (size - 1) * stride + 1, stride)
        for offset, size, stride in zip(offsets, sizes, strides, strict=True)
    )


_OPERATIONS: dict[str, Callable[[ir.Operation, Values], list[Any]]] = {
    "arith.constant": _constant,
    "hpc.stencil": _stencil,
    "linalg.fill": _fill,
    "linalg.generic": _generic,
    "tensor.empty": _empty,
    "tensor.extract_slice": _extract_slice,
    "tensor.insert_slice": _insert_slice,
}
