"""Small questions about tensor values, and tensors like others with their dimensions in another order."""

from collections.abc import Sequence

from ..dialects.mlir import arith, ir, linalg, tensor


def inverse(order: Sequence[int]) -> list[int]:
    """Invert a permutation."""
    return [list(order).index(place) for place in range(len(order))]


def rank_of(value: ir.Value) -> int:
    """Give the number of dimensions of a tensor; 0 for anything else."""
    return ir.RankedTensorType(value.type).rank if isinstance(value.type, ir.RankedTensorType) else 0


def transpose(value: ir.Value, order: Sequence[int]) -> ir.Value:
    """Make `result[i] = value[order[i]]`, dimension-wise; dynamic sizes are read from `value`."""
    made = linalg.transpose(value, outs=[empty_like(value, order)], permutation=list(order))
    return made.operation.results[0]


def permuted_type(value: ir.Value, order: Sequence[int]) -> ir.RankedTensorType:
    """Give the type of `value` with its dimensions in another order."""
    kind = ir.RankedTensorType(value.type)
    return ir.RankedTensorType.get([kind.shape[place] for place in order], kind.element_type)


def empty_like(value: ir.Value, order: Sequence[int]) -> ir.Value:
    """Make an uninitialised tensor with the sizes of `value` in another order."""
    kind = ir.RankedTensorType(value.type)
    index = ir.IndexType.get()
    sizes: list[int | ir.Value] = []
    for place in order:
        if kind.is_dynamic_dim(place):
            sizes.append(tensor.dim(value, arith.constant(index, place)))
        else:
            sizes.append(kind.get_dim_size(place))
    return tensor.empty(sizes, kind.element_type)


def defining(value: ir.Value) -> ir.Operation | None:
    """Give the operation that makes `value`; None for an argument."""
    return None if isinstance(value.owner, ir.Block) else value.owner.operation


def is_zero(value: ir.Value) -> bool:
    """Tell whether a value is zero, or a tensor filled with zeros."""
    owner = defining(value)
    while owner is not None and owner.name == "linalg.fill":
        owner = defining(owner.operands[0])
    if owner is None or owner.name != "arith.constant":
        return False
    attribute = owner.attributes["value"]
    if isinstance(attribute, ir.DenseElementsAttr):
        return bool(attribute.is_splat and attribute.get_splat_value().value == 0)
    return bool(attribute.value == 0)
