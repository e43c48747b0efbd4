"""Values that exist twice: as the program wrote them (batch, channels, space) and with the channels last."""

from collections.abc import Sequence

from ..dialects.mlir import arith, ir, linalg, replace
from .tensor_values import defining, empty_like, inverse, permuted_type, rank_of, transpose


def permutation(rank: int) -> list[int]:
    """Give, for each dimension of the channels-last form, its place in the channels-first form."""
    return [0, *range(2, rank), 1]


class Twins:
    """Know which values already have a channels-last form, and make that form for the others."""

    def __init__(self) -> None:
        self._moved: dict[ir.Value, ir.Value] = {}

    def has(self, value: ir.Value) -> bool:
        """Tell whether the channels-last form of `value` is at hand."""
        return value in self._moved or _transposed_from(value) is not None

    def moved(self, value: ir.Value) -> ir.Value:
        """Give the channels-last form of `value`; what is the same everywhere is made anew, the rest transposed."""
        if value not in self._moved:
            order = permutation(rank_of(value))
            self._moved[value] = _rebuilt(value, order) or transpose(value, order)
        return self._moved[value]

    def replace(self, old: ir.Operation, new: ir.Value) -> None:
        """Replace `old`, of one result, by `new`, its channels-last form.

        Whoever still reads the channels-first form reads a transpose, which is dead once all of them have moved.
        """
        back = transpose(new, inverse(permutation(rank_of(new))))
        self._moved[back] = new
        replace(old, [back])


def _rebuilt(value: ir.Value, order: Sequence[int]) -> ir.Value | None:
    owner = defining(value)
    if owner is None:
        return None
    match owner.name:
        case "linalg.transpose":
            return _transposed_from(value)
        case "tensor.empty":
            return empty_like(value, order)
        case "linalg.fill":
            return linalg.fill(owner.operands[0], outs=[empty_like(owner.operands[1], order)])
        case "arith.constant":
            return _splat(owner.attributes["value"], permuted_type(value, order))
        case _:
            return None


def _transposed_from(value: ir.Value) -> ir.Value | None:
    """Find the channels-last tensor that `value` is the transpose of, if it is one."""
    owner = defining(value)
    if owner is None or owner.name != "linalg.transpose":
        return None
    back = inverse(permutation(rank_of(value)))
    moved: ir.Value = owner.operands[0]
    return moved if rank_of(value) > 2 and list(owner.attributes["permutation"]) == back else None


def _splat(attribute: ir.Attribute, kind: ir.RankedTensorType) -> ir.Value | None:
    if not isinstance(attribute, ir.DenseElementsAttr):
        return None
    elements = ir.DenseElementsAttr(attribute)
    if not elements.is_splat:
        return None
    return arith.ConstantOp(kind, ir.DenseElementsAttr.get_splat(kind, elements.get_splat_value())).result
