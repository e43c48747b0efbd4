"""`form-stencils`: elementwise work on shifted slices, seen as stencils over whole arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..dialects.attributes import SIMULATION
from ..dialects.hpc.access import places_of
from ..dialects.hpc.stencil import fits
from ..dialects.mlir import arith, collect, ir, operations, replace, run_passes, tensor
from .passes import Pass
from .stencils.expressions import Arithmetic, Expression, is_arithmetic
from .stencils.model import Stencil, extents_of, write
from .stencils.sources import is_view
from .tensor_values import defining

_PRODUCTS = ("linalg.matmul", "linalg.batch_matmul", "linalg.conv_", "linalg.pooling_", "tm_tensor.attention")


@dataclass(frozen=True)
class FormStencils(Pass):
    """Turn elementwise operations into `hpc.stencil`, the offsets of the slices that they read in its accesses.

    Accesses are followed through slices of unit stride, unit dimensions and regions written into other arrays. In a
    network (a function with contractions or convolutions that was not written with NumPy) only those operations are
    turned that are connected with a slice.
    """

    name: ClassVar[str] = "form-stencils"

    def apply(self, module: ir.Module) -> None:
        """Replace the operations in place, then drop the slices that nothing reads any more."""
        functions = [
            entry.operation for entry in module.body.operations if entry.operation.name == "func.func"
        ]
        found = [operation for function in functions for operation in _wanted(function)]
        for operation in found:
            with ir.InsertionPoint(operation), operation.location:
                _form(operation)
        if found:
            run_passes(module, "canonicalize,cse")


def _form(operation: ir.Operation) -> None:
    arithmetic = Arithmetic()
    outputs = _outputs(operation, arithmetic)
    assert outputs is not None, "asked before"
    kind = ir.RankedTensorType(operation.results[0].type)
    sizes = tuple(_sizes(operation.operands[_input_count(operation)]))
    stencil = Stencil(operation, kind, sizes, outputs, list(operation.results))
    if fits([element.tensor for element in stencil.elements.values()]):
        replace(operation, list(write(stencil, {}).results))


def _sizes(init: ir.Value) -> list[ir.Value]:
    owner = defining(init)
    if owner is not None and owner.name == "tensor.empty":
        return list(owner.operands)
    kind, index = ir.RankedTensorType(init.type), ir.IndexType.get()
    axes = [axis for axis in range(kind.rank) if kind.is_dynamic_dim(axis)]
    return [tensor.dim(init, arith.constant(index, axis)) for axis in axes]


def _outputs(operation: ir.Operation, arithmetic: Arithmetic) -> list[Expression] | None:
    """Read what an operation computes at each point; None when it is no elementwise arithmetic."""
    extents = extents_of(ir.RankedTensorType(operation.results[0].type))
    maps = [attribute.value for attribute in operation.attributes["indexing_maps"]]
    arguments = []
    for value, entry in zip(list(operation.operands)[: _input_count(operation)], maps, strict=False):
        places = places_of(entry)
        if places is None:
            return None
        is_tensor = isinstance(value.type, ir.RankedTensorType)
        arguments.append(
            arithmetic.element(value, places, extents) if is_tensor else arithmetic.scalar(value)
        )
    outputs = arithmetic.read(operation.regions[0].blocks[0], arguments)
    return None if outputs is None else arithmetic.settled(outputs, extents)


def _wanted(function: ir.Operation) -> list[ir.Operation]:
    """List the operations of a function to turn into stencils."""
    candidates = [found for found in collect(function, "linalg.generic") if _is_elementwise(found)]
    if SIMULATION in function.attributes or not any(_is_product(found) for found in operations(function)):
        return candidates
    return _connected(candidates, [found for found in candidates if _touches_slice(found)])


def _connected(candidates: Sequence[ir.Operation], seeds: Iterable[ir.Operation]) -> list[ir.Operation]:
    """Add to `seeds` the candidates that read one another, views between them included."""
    neighbours: dict[ir.Operation, set[ir.Operation]] = {found: set() for found in candidates}
    for reader in candidates:
        for maker in _makers(reader):
            if maker in neighbours:
                neighbours[reader].add(maker)
                neighbours[maker].add(reader)
    reached, open_ = set(), list(seeds)
    while open_:
        found = open_.pop()
        if found not in reached:
            reached.add(found)
            open_ += neighbours[found]
    return [found for found in candidates if found in reached]


def _makers(reader: ir.Operation) -> list[ir.Operation]:
    made, open_ = [], list(reader.operands)
    while open_:
        owner = defining(open_.pop())
        if owner is not None and is_view(owner):
            open_ += [value for value in owner.operands if isinstance(value.type, ir.RankedTensorType)]
        elif owner is not None:
            made.append(owner)
    return made


def _touches_slice(operation: ir.Operation) -> bool:
    """Tell whether an operation reads a part of an array."""
    return any(_is_part(defining(value)) for value in operation.operands)


def _is_part(owner: ir.Operation | None) -> bool:
    if owner is None or owner.name != "tensor.extract_slice":
        return False
    return list(owner.attributes["static_sizes"]) != list(ir.RankedTensorType(owner.operands[0].type).shape)


def _is_product(operation: ir.Operation) -> bool:
    if operation.name.startswith(_PRODUCTS):
        return True
    return (
        operation.name == "linalg.generic"
        and any("reduction" in str(kind) for kind in operation.attributes["iterator_types"])
        and _input_count(operation) > 1
    )


def _is_elementwise(operation: ir.Operation) -> bool:
    """Tell whether a generic operation is arithmetic at each point of its result, of one type of result."""
    if any("parallel" not in str(kind) for kind in operation.attributes["iterator_types"]):
        return False
    kinds = [result.type for result in operation.results]
    if not kinds or any(kind != kinds[0] for kind in kinds):
        return False
    inputs, body = _input_count(operation), operation.regions[0].blocks[0]
    maps = [attribute.value for attribute in operation.attributes["indexing_maps"]]
    if any(entry != ir.AffineMap.get_identity(entry.n_dims) for entry in maps[inputs:]):
        return False
    if any(next(iter(argument.uses), None) is not None for argument in list(body.arguments)[inputs:]):
        return False
    if any(places_of(entry) is None for entry in maps[:inputs]):
        return False
    *inner, _ = [entry.operation for entry in body.operations]
    return all(is_arithmetic(found) for found in inner)


def _input_count(operation: ir.Operation) -> int:
    return operation.attributes["operandSegmentSizes"][0]
