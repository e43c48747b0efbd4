"""`contractions-to-matmul`: sums of products over any number of dimensions as matrix products."""

from dataclasses import dataclass
from itertools import chain
from math import prod
from typing import ClassVar

from ..dialects.mlir import arith, collect, ir, linalg, replace, run_passes, tensor
from .passes import Pass
from .tensor_values import defining, inverse, is_zero, transpose


@dataclass(frozen=True)
class ContractionsToMatmul(Pass):
    """Name `linalg.generic` sums of products of two tensors: transpose, reshape, multiply as matrices, and back.

    Compilers know how to run a matrix product; a generic contraction over seven loops runs as the loops stand. What is
    a matrix product already, batched or not, is left alone: its reshapes would only move into its neighbours. The
    transposes keep what is contiguous contiguous where they can, those of constants are computed at compile time.
    """

    name: ClassVar[str] = "contractions-to-matmul"

    def apply(self, module: ir.Module) -> None:
        """Rewrite contractions of known sizes whose operands both have dimensions of their own."""
        changed = False
        with module.context:
            for operation in collect(module, "linalg.generic"):
                plan = _plan(operation)
                if plan is not None:
                    with ir.InsertionPoint(operation), operation.location:
                        replace(operation, [_product(operation, plan)])
                    changed = True
        if changed:
            run_passes(module, "canonicalize,cse")


@dataclass(frozen=True)
class _Plan:
    """Sort the loops: `left` and `right` are the inputs' numbers, the rest lists loops in the order used."""

    left: int
    right: int
    batch: list[int]
    rows: list[int]
    columns: list[int]
    summed: list[int]


def _plan(operation: ir.Operation) -> _Plan | None:
    """Decide how to write a contraction as a product, or that it is none."""
    if not _is_sum_of_products(operation) or not is_zero(operation.operands[2]):
        return None
    kinds = [ir.RankedTensorType(value.type) for value in operation.operands]
    places = [_loops(attribute.value) for attribute in operation.attributes["indexing_maps"]]
    if not all(kind.has_static_shape for kind in kinds) or any(place is None for place in places):
        return None
    first, second, out = (place or [] for place in places)
    if not out or set(first) | set(second) != set(range(len(operation.attributes["iterator_types"]))):
        return None
    left, right = (0, 1) if out[-1] in second and out[-1] not in first else (1, 0)
    inner, outer = (second, first) if right == 1 else (first, second)
    plan = _Plan(
        left,
        right,
        batch=[loop for loop in out if loop in first and loop in second],
        rows=[loop for loop in out if loop not in inner],
        columns=[loop for loop in out if loop not in outer],
        summed=_summed(operation, first, second, out),
    )
    extent = _extents(operation)
    groups = [
        [loop for loop in group if extent[loop] != 1] for group in (plan.rows, plan.columns, plan.summed)
    ]
    is_matrix_product = all(len(group) <= 1 for group in groups)
    return plan if plan.rows and plan.columns and plan.summed and not is_matrix_product else None


def _summed(operation: ir.Operation, first: list[int], second: list[int], out: list[int]) -> list[int]:
    """List the summed loops in the order of the operand that is no constant, so that only the other is reordered."""
    owner = defining(operation.operands[0])
    order = second if owner is not None and owner.name == "arith.constant" else first
    found = [loop for loop in order if loop not in out]
    return found if set(found) <= set(first) & set(second) else []


def _loops(entry: ir.AffineMap) -> list[int] | None:
    results = list(entry.results)
    loops = [result.position for result in results if isinstance(result, ir.AffineDimExpr)]
    return loops if len(loops) == len(results) == len(set(loops)) else None


def _is_sum_of_products(operation: ir.Operation) -> bool:
    if list(operation.attributes["operandSegmentSizes"]) != [2, 1]:
        return False
    body = operation.regions[0].blocks[0]
    found = [entry.operation for entry in body.operations]
    if [entry.name for entry in found] != ["arith.mulf", "arith.addf", "linalg.yield"]:
        return False
    product, total, result = found
    left, right, accumulator = body.arguments
    return (
        set(product.operands) == {left, right}
        and set(total.operands) == {accumulator, product.results[0]}
        and result.operands[0] == total.results[0]
    )


def _product(operation: ir.Operation, plan: _Plan) -> ir.Value:
    maps = [_loops(attribute.value) or [] for attribute in operation.attributes["indexing_maps"]]
    extent = _extents(operation)
    groups = [plan.batch, plan.rows, plan.summed, plan.columns]
    sizes = [prod(extent[loop] for loop in group) for group in groups]
    left = _matrix(operation.operands[plan.left], maps[plan.left], groups[:3], extent)
    right = _matrix(operation.operands[plan.right], maps[plan.right], [groups[0], *groups[2:]], extent)
    outer = [plan.batch, plan.rows, plan.columns] if plan.batch else [plan.rows, plan.columns]
    shape = [sizes[0], sizes[1], sizes[3]] if plan.batch else [sizes[1], sizes[3]]
    element = ir.RankedTensorType(operation.results[0].type).element_type
    zero = arith.ConstantOp(element, ir.FloatAttr.get(element, 0.0)).result
    init = linalg.fill(zero, outs=[tensor.empty(shape, element)])
    multiply = linalg.batch_matmul if plan.batch else linalg.matmul
    return _restore(multiply(left, right, outs=[init]), outer, maps[2], extent)


def _extents(operation: ir.Operation) -> dict[int, int]:
    """Give each loop its number of steps."""
    maps = [_loops(attribute.value) or [] for attribute in operation.attributes["indexing_maps"]]
    return {
        loop: size
        for loops, value in zip(maps, operation.operands, strict=True)
        for loop, size in zip(loops, ir.RankedTensorType(value.type).shape, strict=True)
    }


def _matrix(value: ir.Value, loops: list[int], groups: list[list[int]], extent: dict[int, int]) -> ir.Value:
    """Bring the dimensions into the order of the groups and make each group one dimension."""
    groups = [group for group in groups if group]
    order = [loops.index(loop) for loop in chain(*groups)]
    ordered = value if order == sorted(order) else transpose(value, order)
    if len(order) == len(groups):
        return ordered
    kind = ir.RankedTensorType(value.type)
    shape = [prod(extent[loop] for loop in group) for group in groups]
    made: ir.Value = tensor.collapse_shape(
        ir.RankedTensorType.get(shape, kind.element_type), ordered, _reassociation(groups)
    )
    return made


def _restore(value: ir.Value, groups: list[list[int]], loops: list[int], extent: dict[int, int]) -> ir.Value:
    """Take the groups apart again and bring their dimensions into the order of the result."""
    flat = list(chain(*groups))
    if len(flat) != len(groups):
        shape = [extent[loop] for loop in flat]
        kind = ir.RankedTensorType.get(shape, ir.RankedTensorType(value.type).element_type)
        value = tensor.expand_shape(kind, value, _reassociation(groups), [], shape)
    order = inverse([loops.index(loop) for loop in flat])
    return value if order == sorted(order) else transpose(value, order)


def _reassociation(groups: list[list[int]]) -> list[list[int]]:
    ends = [sum(len(group) for group in groups[: place + 1]) for place in range(len(groups))]
    return [list(range(end - len(group), end)) for group, end in zip(groups, ends, strict=True)]
