"""One-dimensional transforms along an axis of a tensor of planes (real part, imaginary part, ...).

Short lengths are one matrix product; a composite length n = r c is r-point transforms, twiddle factors and c-point
transforms (Cooley and Tukey 1965); a long prime length is a convolution of smooth length (Bluestein 1970).
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any

import numpy as np

from ...dialects.mlir import arith, ir, tensor
from ..einsum import constant, einsum, elementwise, size_of
from .tables import chirp, dft_matrix, rotation, twiddles

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]

LONGEST_MATRIX = 64
"""Up to here one product with the whole matrix is faster than splitting the length."""
LONGEST_PRIME_MATRIX = 256
"""Up to here a prime length is one product too; beyond it Bluestein's convolution takes over."""
LARGEST_TABLE = 1 << 17
"""Elements up to which twiddle factors are merged into the matrix of the step after them."""


@dataclass(frozen=True)
class Axis:
    """Transform axis `position` (planes are axis 0) of `rank`, of `length`, with exp(sign 2 pi i j k / length).

    `scale` multiplies the result; `planes` is how many planes of it are wanted: 2, or 1 for the real part.
    """

    position: int
    rank: int
    length: int
    sign: int
    scale: float = 1.0
    planes: int = 2

    def spec(self, template: str) -> str:
        """Spell an einsum: '^' and '$' in the template stand for the axes before and after this one."""
        spare = list(string.ascii_uppercase + "abcdefgh")
        before = "".join(spare[: self.position - 1])
        after = "".join(spare[self.position - 1 : self.rank - 2])
        return template.replace("^", before).replace("$", after)

    def apply(self, spec: str, value: ir.Value, table: Array) -> ir.Value:
        """Contract planes and axis of a value with a table m[p, q, ...], narrowed to the value's planes."""
        planes = ir.RankedTensorType(value.type).shape[0]
        element = str(ir.RankedTensorType(value.type).element_type)
        dtype = np.float32 if element == "f32" else np.float64
        return einsum(self.spec(spec), value, constant(table[:planes].astype(dtype)))


def transform(value: ir.Value, axis: Axis) -> ir.Value:
    """Transform `value[planes, ...]` along an axis; gives a tensor of the same extents with `axis.planes` planes."""
    factor = _factor(axis.length)
    if axis.length <= LONGEST_MATRIX or (factor == axis.length and factor <= LONGEST_PRIME_MATRIX):
        table = dft_matrix(axis.length, axis.sign) * axis.scale
        return axis.apply("p^j$,pqjk->q^k$", value, table[:, : axis.planes])
    if factor == axis.length:
        return _bluestein(value, axis)
    return _split(value, axis, factor)


def _factor(length: int) -> int:
    """Choose the factor to split off: near the root when that is short, else the largest short one, else a prime."""
    divisors = [d for d in range(2, min(LONGEST_MATRIX, length) + 1) if length % d == 0]
    if divisors:
        return min(divisors, key=lambda d: abs(d - isqrt(length)))
    return next((d for d in range(3, isqrt(length) + 1, 2) if length % d == 0), length)


def _split(value: ir.Value, axis: Axis, rows: int) -> ir.Value:
    """Transform a length of rows * columns: j = columns j1 + j2, k = k1 + rows k2."""
    columns = axis.length // rows
    shape = _shape(value)
    wide = _expand(value, axis.position, (rows, columns))
    first = replace(axis, length=rows, rank=axis.rank + 1, planes=2)
    second = Axis(axis.position + 1, axis.rank + 1, columns, axis.sign, planes=axis.planes)
    steps = transform(wide, first)
    factors = twiddles(rows, columns, axis.sign)
    if columns <= LONGEST_MATRIX and factors.size * columns <= LARGEST_TABLE:
        matrix = dft_matrix(columns, axis.sign)[:, : axis.planes]
        merged = np.einsum("prkm,rqmn->pqkmn", factors, matrix)
        done = axis.apply("p^km$,pqkmn->q^nk$", steps, merged)
    else:
        turned = axis.apply("p^km$,pqkm->q^km$", steps, factors)
        done = transform(turned, second)
        element = ir.RankedTensorType(value.type).element_type
        done = elementwise(axis.spec("q^km$->q^mk$"), element, lambda x: x, done)
    return _collapse(done, axis.position, [axis.planes, *shape[1:]])


def _bluestein(value: ir.Value, axis: Axis) -> ir.Value:
    """Transform a prime length: j k = (j^2 + k^2 - (k - j)^2) / 2 makes it a convolution with a chirp."""
    length = axis.length
    padded = _smooth(2 * length - 1)
    real, imaginary = chirp(length, axis.sign)
    factors = rotation(real, imaginary)
    kernel = np.zeros(padded, dtype=np.clongdouble)
    kernel[:length] = real - 1j * imaginary
    kernel[padded - length + 1 :] = kernel[1:length][::-1]
    spectrum = np.fft.fft(kernel) / padded
    response = rotation(spectrum.real.astype(np.float64), spectrum.imag.astype(np.float64))
    long = replace(axis, length=padded, scale=1.0, planes=2)
    turned = axis.apply("p^j$,pqj->q^j$", value, factors)
    forward = transform(_pad(turned, axis.position, padded), replace(long, sign=-1))
    product = axis.apply("p^j$,pqj->q^j$", forward, response)
    back = narrow(transform(product, replace(long, sign=1)), axis.position, length)
    return axis.apply("p^j$,pqj->q^j$", back, factors[:, : axis.planes] * axis.scale)


def _smooth(least: int) -> int:
    """Find the smallest 2^a 3^b 5^c that is at least `least`."""
    best = 1 << (least - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            rest = -(-least // three)
            best = min(best, three << (rest - 1).bit_length())
            three *= 3
        five *= 5
    return best


Sizes = list[int | ir.Value]


def _shape(value: ir.Value) -> Sizes:
    return [size_of(value, axis) for axis in range(ir.RankedTensorType(value.type).rank)]


def _typed(value: ir.Value, sizes: Sequence[int | ir.Value]) -> ir.RankedTensorType:
    dynamic = ir.ShapedType.get_dynamic_size()
    shape = [size if isinstance(size, int) else dynamic for size in sizes]
    return ir.RankedTensorType.get(shape, ir.RankedTensorType(value.type).element_type)


def _expand(value: ir.Value, position: int, extents: tuple[int, int]) -> ir.Value:
    sizes = _shape(value)
    wide = [*sizes[:position], *extents, *sizes[position + 1 :]]
    groups = _groups(len(sizes), position)
    dynamic = [size for size in wide if not isinstance(size, int)]
    type_ = _typed(value, wide)
    return tensor.ExpandShapeOp(type_, value, groups, dynamic, list(type_.shape)).result


def _collapse(value: ir.Value, position: int, sizes: Sequence[int | ir.Value]) -> ir.Value:
    return tensor.CollapseShapeOp(_typed(value, sizes), value, _groups(len(sizes), position)).result


def _groups(rank: int, position: int) -> list[list[int]]:
    """List, for a tensor of `rank`, the axes each of its axes has when the one at `position` is split in two."""
    return [
        [axis] if axis < position else [axis, axis + 1] if axis == position else [axis + 1]
        for axis in range(rank)
    ]


def _pad(value: ir.Value, position: int, extent: int) -> ir.Value:
    """Extend an axis with zeros at its end."""
    type_ = ir.RankedTensorType(value.type)
    sizes = _shape(value)
    high = [0] * type_.rank
    high[position] = extent - type_.shape[position]
    sizes[position] = extent
    op = tensor.PadOp(_typed(value, sizes), value, [], [], [0] * type_.rank, high)
    index = ir.IndexType.get()
    block = op.regions[0].blocks.append(*[index] * type_.rank)
    with ir.InsertionPoint(block):
        zero = arith.ConstantOp(type_.element_type, ir.FloatAttr.get(type_.element_type, 0.0)).result
        tensor.YieldOp(zero)
    return op.result


def narrow(value: ir.Value, position: int, extent: int) -> ir.Value:
    """Keep the first `extent` elements of an axis."""
    sizes = _shape(value)
    sizes[position] = extent
    type_ = _typed(value, sizes)
    dynamic = [size for size in sizes if not isinstance(size, int)]
    rank = len(sizes)
    return tensor.ExtractSliceOp(
        type_, value, [], dynamic, [], [0] * rank, list(type_.shape), [1] * rank
    ).result


def widen(value: ir.Value, position: int, extent: int) -> ir.Value:
    """Extend an axis with zeros to `extent` elements."""
    return _pad(value, position, extent)
