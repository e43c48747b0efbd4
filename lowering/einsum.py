"""Tensor arithmetic as index notation: contractions and elementwise work as `linalg.generic`."""

import string
from collections.abc import Callable, Sequence

import numpy as np

from ..dialects.mlir import arith, ir, linalg, tensor

Body = Callable[..., ir.Value]
Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


def constant(array: Array) -> ir.Value:
    """Make a tensor constant of a NumPy array (float32 or float64)."""
    element = {np.dtype(np.float32): ir.F32Type, np.dtype(np.float64): ir.F64Type}[array.dtype].get()
    attribute = ir.DenseElementsAttr.get(np.ascontiguousarray(array), type=element, shape=list(array.shape))
    return arith.ConstantOp(ir.RankedTensorType.get(list(array.shape), element), attribute).result


def einsum(spec: str, *operands: ir.Value) -> ir.Value:
    """Multiply and sum as NumPy's `einsum` does: `einsum("bij,jk->bik", x, w)`; sizes may be dynamic."""
    inputs, output = _letters(spec)
    order = output + [letter for letter in dict.fromkeys("".join(inputs)) if letter not in output]
    sums = len(order) > len(output)
    element = ir.RankedTensorType(operands[0].type).element_type
    result, empty = _empty(inputs, output, operands, element)
    if sums:
        zero = arith.ConstantOp(element, ir.FloatAttr.get(element, 0.0)).result
        empty = linalg.fill(zero, outs=[empty])

    def body(*values: ir.Value) -> ir.Value:
        *factors, accumulator = values
        product = factors[0]
        for factor in factors[1:]:
            product = arith.MulFOp(product, factor).result
        return arith.AddFOp(accumulator, product).result if sums else product

    return _generic(result, operands, empty, [*inputs, "".join(output)], order, len(output), body)


def elementwise(spec: str, element: ir.Type, body: Body, *operands: ir.Value) -> ir.Value:
    """Apply a scalar function at each point of the output: `elementwise("ij,ij->ij", f32, add, a, b)`.

    `body` gets one scalar per operand; `linalg.index` works inside it.
    """
    inputs, output = _letters(spec)
    result, empty = _empty(inputs, output, operands, element)
    return _generic(
        result, operands, empty, [*inputs, "".join(output)], output, len(output), lambda *v: body(*v[:-1])
    )


def reduce_last(value: ir.Value, initial: ir.Attribute, combine: Body) -> ir.Value:
    """Reduce the last axis: `combine(x, accumulator)` from `initial`."""
    type_ = ir.RankedTensorType(value.type)
    letters = string.ascii_lowercase[: type_.rank]
    result, empty = _empty_of([size_of(value, axis) for axis in range(type_.rank - 1)], type_.element_type)
    start = linalg.fill(arith.ConstantOp(type_.element_type, initial).result, outs=[empty])
    return _generic(result, [value], start, [letters, letters[:-1]], letters, type_.rank - 1, combine)


def pad_front(spec: str, element: ir.Type, body: Body, extent: int, *operands: ir.Value) -> ir.Value:
    """Like `elementwise`, with a new leading dimension of `extent` that `body` reads with `linalg.index(0)`."""
    inputs, output = _letters(spec)
    sizes = [extent, *_sizes(inputs, output, operands)]
    result, empty = _empty_of(sizes, element)
    letters = ["#", *output]
    return _generic(
        result, operands, empty, [*inputs, "".join(letters)], letters, len(letters), lambda *v: body(*v[:-1])
    )


def _letters(spec: str) -> tuple[list[str], list[str]]:
    left, _, right = spec.replace(" ", "").partition("->")
    return left.split(","), list(right)


def _empty(
    inputs: Sequence[str], output: Sequence[str], operands: Sequence[ir.Value], element: ir.Type
) -> tuple[ir.Type, ir.Value]:
    return _empty_of(_sizes(inputs, output, operands), element)


def _empty_of(sizes: Sequence[int | ir.Value], element: ir.Type) -> tuple[ir.Type, ir.Value]:
    empty = tensor.empty(sizes, element)
    return empty.type, empty


def _sizes(
    inputs: Sequence[str], output: Sequence[str], operands: Sequence[ir.Value]
) -> list[int | ir.Value]:
    return [size_of(*_find(letter, inputs, operands)) for letter in output]


def _find(letter: str, inputs: Sequence[str], operands: Sequence[ir.Value]) -> tuple[ir.Value, int]:
    for letters, operand in zip(inputs, operands, strict=True):
        if letter in letters:
            return operand, letters.index(letter)
    raise ValueError(f"index '{letter}' is in no operand")


def size_of(value: ir.Value, axis: int) -> int | ir.Value:
    """Give the extent of an axis: a number where it is static, else a `tensor.dim`."""
    type_ = ir.RankedTensorType(value.type)
    if not type_.is_dynamic_dim(axis):
        return type_.shape[axis]
    index = arith.ConstantOp(ir.IndexType.get(), ir.IntegerAttr.get(ir.IndexType.get(), axis)).result
    return tensor.DimOp(value, index).result


def _generic(
    result: ir.Type,
    operands: Sequence[ir.Value],
    init: ir.Value,
    accesses: Sequence[str],
    order: Sequence[str],
    parallel: int,
    body: Body,
) -> ir.Value:
    maps = [_map(letters, order) for letters in accesses]
    kinds = ["parallel"] * parallel + ["reduction"] * (len(order) - parallel)
    iterators = [ir.Attribute.parse(f"#linalg.iterator_type<{kind}>") for kind in kinds]
    op = linalg.GenericOp(
        [result], list(operands), [init], ir.ArrayAttr.get(maps), ir.ArrayAttr.get(iterators)
    )
    elements = [ir.RankedTensorType(value.type).element_type for value in (*operands, init)]
    block = op.regions[0].blocks.append(*elements)
    with ir.InsertionPoint(block):
        linalg.YieldOp([body(*block.arguments)])
    return op.results[0]


def _map(letters: str, order: Sequence[str]) -> ir.Attribute:
    dims = [ir.AffineExpr.get_dim(order.index(letter)) for letter in letters]
    return ir.AffineMapAttr.get(ir.AffineMap.get(len(order), 0, dims))
