"""`fold-pairs`: half of a pair that was just put together is what it was made of."""

from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import collect, ir, replace, run_passes, tensor
from .passes import Pass
from .tensor_values import defining


@dataclass(frozen=True)
class FoldPairs(Pass):
    """Read real and imaginary parts where they are, not from a tensor that interleaves them.

    Exporters split complex arithmetic by writing both parts beside each other in a last dimension of two and taking
    them apart again; a product that reads its weights with a stride of two runs ten times slower.
    """

    name: ClassVar[str] = "fold-pairs"

    def apply(self, module: ir.Module) -> None:
        """Replace each slice of one part of a pair by a slice of that part."""
        changed = False
        with module.context:
            for operation in collect(module, "tensor.extract_slice"):
                pair = _pair(operation.operands[0])
                if pair is not None and _takes_one(operation, pair[1]):
                    with ir.InsertionPoint(operation), operation.location:
                        replace(operation, [_part(operation, *pair)])
                    changed = True
        if changed:
            run_passes(module, "canonicalize,cse")


def _pair(value: ir.Value) -> tuple[ir.Operation, int] | None:
    """Find the operation that writes two tensors beside each other, and along which dimension."""
    owner = defining(value)
    if owner is None or owner.name != "linalg.generic":
        return None
    if list(owner.attributes["operandSegmentSizes"]) != [2, 1]:
        return None
    body = owner.regions[0].blocks[0]
    found = [entry.operation for entry in body.operations]
    if [entry.name for entry in found] != ["linalg.index", "arith.cmpi", "arith.select", "linalg.yield"]:
        return None
    index, test, choice, result = found
    dimension = int(index.attributes["dim"].value)
    matches = (
        test.attributes["predicate"].value == 0  # eq
        and test.operands[0] == index.results[0]
        and _is_index_zero(test.operands[1])
        and list(choice.operands) == [test.results[0], *list(body.arguments)[:2]]
        and result.operands[0] == choice.results[0]
        and _writes_beside(owner, dimension)
    )
    return (owner, dimension) if matches else None


def _is_index_zero(value: ir.Value) -> bool:
    owner = defining(value)
    return owner is not None and owner.name == "arith.constant" and owner.attributes["value"].value == 0


def _writes_beside(operation: ir.Operation, dimension: int) -> bool:
    """Tell whether result[..., k, ...] is input k of the same place, for a dimension of two."""
    kind = ir.RankedTensorType(operation.results[0].type)
    rank = kind.rank
    rest = [ir.AffineDimExpr.get(place) for place in range(rank) if place != dimension]
    part, whole = ir.AffineMap.get(rank, 0, rest), ir.AffineMap.get_identity(rank)
    maps = [attribute.value for attribute in operation.attributes["indexing_maps"]]
    return bool(kind.has_static_shape) and kind.shape[dimension] == 2 and maps == [part, part, whole]


def _takes_one(operation: ir.Operation, dimension: int) -> bool:
    """Tell whether the slice takes one of the two, and keeps or drops exactly that dimension."""
    if len(operation.operands) != 1 or operation.attributes["static_sizes"][dimension] != 1:
        return False
    sizes = list(operation.attributes["static_sizes"])
    shape = list(ir.RankedTensorType(operation.results[0].type).shape)
    return shape in (sizes, sizes[:dimension] + sizes[dimension + 1 :])


def _part(operation: ir.Operation, pair: ir.Operation, dimension: int) -> ir.Value:
    def rest(name: str) -> list[int]:
        values = list(operation.attributes[name])
        return values[:dimension] + values[dimension + 1 :]

    kind = ir.RankedTensorType(operation.results[0].type)
    source = pair.operands[operation.attributes["static_offsets"][dimension]]
    offsets, sizes, strides = rest("static_offsets"), rest("static_sizes"), rest("static_strides")
    small = ir.RankedTensorType.get(sizes, kind.element_type)
    part: ir.Value = tensor.ExtractSliceOp(small, source, [], [], [], offsets, sizes, strides).result
    if kind.rank == len(sizes):
        return part
    place = max(dimension - 1, 0)
    groups = [[axis if axis <= place else axis + 1] for axis in range(len(sizes))]
    groups[place] = [place, place + 1]
    return tensor.expand_shape(kind, part, groups, [], list(kind.shape))
