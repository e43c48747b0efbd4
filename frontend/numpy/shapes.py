"""Tensors seen in another shape: casts, new axes, collapsed axes, permutations, reversed axes, reshapes."""

import math
from collections.abc import Sequence
from typing import Any

from ...dialects.mlir import arith, ir, linalg, tensor
from .emitter import index, tensor_type
from .scalar import Scalar, Size, index_value, same_size


def type_of(value: ir.Value) -> ir.RankedTensorType:
    """Give the type of a tensor."""
    return ir.RankedTensorType(value.type)


def as_type(value: ir.Value, type_: ir.Type) -> ir.Value:
    """Cast between a static and a dynamic form of one shape."""
    return value if value.type == type_ else tensor.CastOp(type_, value).result


def split_sizes(sizes: Sequence[Size]) -> tuple[list[ir.Value], list[int]]:
    """Give sizes as the dynamic operands and the static attribute that MLIR's tensor operations take."""
    dynamic = [index_value(size) for size in sizes if isinstance(size, Scalar)]
    return dynamic, [ir.ShapedType.get_dynamic_size() if isinstance(size, Scalar) else size for size in sizes]


def collapse(value: ir.Value, groups: Sequence[Sequence[int]]) -> ir.Value:
    """Merge each group of neighbouring dimensions into one."""
    old = type_of(value)
    if len(groups) == old.rank:
        return value
    dynamic = ir.ShapedType.get_dynamic_size()
    sizes = [[old.shape[axis] for axis in group] for group in groups]
    shape = [dynamic if dynamic in group else math.prod(group) for group in sizes]
    type_ = ir.RankedTensorType.get(shape, old.element_type)
    return tensor.CollapseShapeOp(type_, value, _reassociation(groups)).result


def expand(value: ir.Value, groups: Sequence[Sequence[int]], shape: Sequence[Size]) -> ir.Value:
    """Split each dimension into a group of them; `shape` is the result's."""
    old = type_of(value)
    if len(groups) == len(shape) and old.rank == len(shape):
        return value
    type_ = tensor_type(list(shape), old.element_type)
    merged = [_merged([shape[axis] for axis in group]) for group in groups]
    value = as_type(value, ir.RankedTensorType.get(merged, old.element_type))
    dynamic, static = split_sizes(shape)
    return tensor.ExpandShapeOp(type_, value, _reassociation(groups), dynamic, static).result


def _merged(sizes: Sequence[Size]) -> int:
    """Give the size of a merged dimension, which is dynamic as soon as one of its parts is."""
    numbers = [size for size in sizes if isinstance(size, int)]
    return math.prod(numbers) if len(numbers) == len(sizes) else ir.ShapedType.get_dynamic_size()


def _reassociation(groups: Sequence[Sequence[int]]) -> ir.ArrayAttr:
    i64 = ir.IntegerType.get_signless(64)
    return ir.ArrayAttr.get(
        [ir.ArrayAttr.get([ir.IntegerAttr.get(i64, axis) for axis in group]) for group in groups]
    )


def drop_units(value: ir.Value, dropped: Sequence[int]) -> ir.Value:
    """Remove dimensions of size 1."""
    rank = type_of(value).rank
    kept = [axis for axis in range(rank) if axis not in dropped]
    if len(kept) == rank:
        return value
    if not kept:
        return collapse(value, [])
    groups: list[list[int]] = [[] for _ in kept]
    for axis in range(rank):
        groups[max(0, sum(k <= axis for k in kept) - 1)].append(axis)
    return collapse(value, groups)


def add_units(value: ir.Value, added: Sequence[int], shape: Sequence[Size]) -> ir.Value:
    """Insert dimensions of size 1 at the places `added` of the result, whose shape is given."""
    if not added:
        return value
    kept = [axis for axis in range(len(shape)) if axis not in added]
    groups: list[list[int]] = [[] for _ in kept]
    if kept:
        for axis in range(len(shape)):
            groups[max(0, sum(k <= axis for k in kept) - 1)].append(axis)
    return expand(value, groups, shape)


def permute(value: ir.Value, order: Sequence[int], shape: Sequence[Size]) -> ir.Value:
    """Give the tensor whose dimension `i` is `order[i]` of the old one; `shape` is the result's."""
    from .structured import generic

    if list(order) == sorted(order):
        return value
    source = [ir.AffineDimExpr.get(list(order).index(axis)) for axis in range(len(order))]
    access = ir.AffineMap.get(len(order), 0, source)
    return generic(lambda x: x, [value], [access], shape, type_of(value).element_type)


def reverse(value: ir.Value, axes: Sequence[int], shape: Sequence[Size]) -> ir.Value:
    """Reverse the order along some dimensions."""
    from .structured import generic

    if not axes:
        return value
    ends = {axis: arith.SubIOp(index_value(shape[axis]), index(1)).result for axis in axes}

    def body() -> ir.Value:
        places = [linalg.IndexOp(axis).result for axis in range(len(shape))]
        for axis, end in ends.items():
            places[axis] = arith.SubIOp(end, places[axis]).result
        return tensor.ExtractOp(value, places).result

    return generic(body, [], [], shape, type_of(value).element_type)


def reshape(value: ir.Value, old: Sequence[Size], new: Sequence[Size]) -> ir.Value:
    """Lay the elements out, in row-major order, in another shape of as many elements."""
    from .structured import empty

    if any(isinstance(size, int) and not size for size in (*old, *new)):
        return empty(new, type_of(value).element_type)
    groups = _matched(old, new)
    merged = collapse(value, [group for group, _ in groups]) if old else value
    return expand(merged, [group for _, group in groups], new) if new else collapse(merged, [])


def _matched(old: Sequence[Size], new: Sequence[Size]) -> list[tuple[list[int], list[int]]]:
    """Pair the shortest runs of dimensions that hold as many elements."""
    if not old or not new:
        return [(list(range(len(old))), list(range(len(new))))] if old and new else []
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        left, right = [i], [j]
        a, b = old[i], new[j]
        i, j = i + 1, j + 1
        while not same_size(a, b):
            if isinstance(a, Scalar) or isinstance(b, Scalar):
                return [(list(range(len(old))), list(range(len(new))))]
            if a < b and i < len(old):
                a = a * old[i]
                left.append(i)
                i += 1
            elif j < len(new):
                b = b * new[j]
                right.append(j)
                j += 1
            else:
                return [(list(range(len(old))), list(range(len(new))))]
        groups.append((left, right))
    groups[-1][0].extend(range(i, len(old)))
    groups[-1][1].extend(range(j, len(new)))
    return groups


def spelled_shape(shape: Sequence[Any]) -> str:
    """Spell a shape for a message."""
    return (
        "("
        + ", ".join(str(n) if isinstance(n, int) else "?" for n in shape)
        + ("," if len(shape) == 1 else "")
        + ")"
    )
