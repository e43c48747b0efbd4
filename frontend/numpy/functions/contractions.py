"""Sums of products of two arrays: as MLIR's named matrix products, or as one generic operation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....dialects.mlir import ir, linalg, tensor
from ..array import Array
from ..elements import convert, real_dtype
from ..elementwise import elementwise
from ..emitter import current_trace, number
from ..scalar import Scalar, Size
from ..structured import fill, structured
from .combiners import combiner

Dtype = np.dtype[Any]
Result = Array | Scalar


def accumulator(kind: Dtype) -> Dtype:
    """Give the dtype in which products are added: 16-bit floats in f32."""
    return np.dtype(np.float32) if kind.kind in "fV" and kind.itemsize == 2 else kind


def zeros(shape: Sequence[Size], kind: Dtype) -> ir.Value:
    """Make the tensor that sums start from."""
    return fill(shape, number(0, current_trace().element_type(kind)))


def result(value: ir.Value, shape: Sequence[Size], have: Dtype, kind: Dtype) -> Result:
    """Wrap a sum; a number when no axis is left."""
    if not shape:
        return Scalar(convert(tensor.ExtractOp(value, []).result, have, kind), kind)
    return Array.of(value, have, tuple(shape)).astype(kind, copy=False)


def named(operation: str, a: Array, b: Array, shape: Sequence[Size], kind: Dtype) -> Result:
    """Emit one of linalg's products by name; operands are real, of one dtype."""
    wide = accumulator(kind)
    made = getattr(linalg, operation)(a.tensor(), b.tensor(), outs=[zeros(shape, wide)])
    return result(made, shape, wide, kind)


def by_parts(multiply: Any, a: Array, b: Array, kind: Dtype) -> Any:
    """Do a bilinear product of complex arrays as products of their real and imaginary parts."""
    part = real_dtype(kind)

    def split(x: Array) -> list[Any]:
        parts = [x.real, x.imag] if x.dtype.kind == "c" else [x]
        return [one.astype(part, copy=False) for one in parts]

    left, right = split(a), split(b)
    if len(left) == 1:
        return join(multiply(left[0], right[0]), multiply(left[0], right[1]), kind)
    if len(right) == 1:
        return join(multiply(left[0], right[0]), multiply(left[1], right[0]), kind)
    real = multiply(left[0], right[0]) - multiply(left[1], right[1])
    return join(real, multiply(left[0], right[1]) + multiply(left[1], right[0]), kind)


def join(real: Any, imaginary: Any, kind: Dtype) -> Any:
    """Make complex numbers of their parts."""
    from ....dialects.mlir import complex

    element, part = current_trace().element_type(kind), real_dtype(kind)

    def body(x: ir.Value, y: ir.Value) -> ir.Value:
        return complex.CreateOp(element, x, y).result

    return elementwise(body, real, imaginary, dtype=kind, loop=[part, part])


def contract(a: Array, a_letters: str, b: Array, b_letters: str, output: str, kind: Dtype) -> Result:
    """Multiply and sum as `einsum` does, letters standing once in each: `contract(a, "ij", b, "jk", "ik", f64)`.

    Every letter of the result is in an operand; sizes of one letter agree.
    """
    if kind.kind == "c":
        return by_parts(
            lambda x, y: contract(x, a_letters, y, b_letters, output, real_dtype(kind)), a, b, kind
        )
    sizes = {
        letter: size
        for x, letters in ((b, b_letters), (a, a_letters))
        for letter, size in zip(letters, x.shape, strict=True)
    }
    order = list(dict.fromkeys(output + a_letters + b_letters))
    loops = {letter: ir.AffineDimExpr.get(place) for place, letter in enumerate(order)}
    wide = accumulator(kind)
    values, maps = [], []
    for x, letters in ((a, a_letters), (b, b_letters)):
        value, named_dims = _read(x, letters)
        values.append(value)
        maps.append(ir.AffineMap.get(len(order), 0, [loops[letter] for letter in named_dims]))
    maps.append(ir.AffineMap.get(len(order), 0, [loops[letter] for letter in output]))
    multiply, add = combiner(np.multiply, wide), combiner(np.add, wide)

    def body(x: ir.Value, y: ir.Value, *total: ir.Value) -> ir.Value:
        product = multiply(convert(y, b.dtype, wide), convert(x, a.dtype, wide))
        return add(product, total[0]) if total else product

    shape = [sizes[letter] for letter in output]
    kinds = ["parallel" if letter in output else "reduction" for letter in order]
    made = structured(body, values, zeros(shape, wide), maps, kinds)
    return result(made, shape, wide, kind)


def _read(x: Array, letters: str) -> tuple[ir.Value, str]:
    """Read an array with a letter for each dimension of the tensor; a permuted view is read in its own order."""
    if None in x.view.axes:
        return x.tensor(), letters
    value, places = x.view.access()
    return value, "".join(letters[place] for place in places)
