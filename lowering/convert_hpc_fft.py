"""`convert-hpc-fft`: the portable lowering of `hpc.fft`, exact to the dtype for every length."""

import string
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from isthmus.errors import PassError

from ..dialects.locations import describe
from ..dialects.mlir import arith, collect, complex, ir, linalg, replace, tensor
from .einsum import constant, einsum, elementwise, pad_front, size_of
from .fourier.transform import Axis, narrow, transform, widen
from .passes import Pass


@dataclass(frozen=True)
class ConvertHpcFft(Pass):
    """Replace `hpc.fft` by matrix products with roots of unity, split by Cooley-Tukey and Bluestein."""

    name: ClassVar[str] = "convert-hpc-fft"

    def apply(self, module: ir.Module) -> None:
        """Rewrite every transform in place; an element type without a lowering is a `PassError`."""
        for op in collect(module, "hpc.fft"):
            _check(op)
            with ir.InsertionPoint(op), op.location:
                replace(op, [_lower(op)])


def _check(op: ir.Operation) -> None:
    element = str(ir.RankedTensorType(op.results[0].type).element_type)
    if element.removeprefix("complex<").removesuffix(">") not in ("f32", "f64"):
        raise PassError(
            f"'hpc.fft' of element type '{element}' has no lowering: expected f32 or f64 parts",
            location=describe(str(op.location)) or None,
            note="convert the input to f32 before the transform",
        )


def _lower(op: ir.Operation) -> ir.Value:
    kind = op.attributes["kind"].value
    sign = -1 if op.attributes["direction"].value == "forward" else 1
    dimensions = list(op.attributes["dimensions"])
    scale = op.attributes["scale"].value
    source, target = op.operands[0], ir.RankedTensorType(op.results[0].type)
    rank = target.rank + 1
    last = dimensions[-1] + 1
    planes = _real_planes(source) if kind == "r2c" else _complex_planes(source)
    order = dimensions if kind == "c2r" else dimensions[::-1]
    for number, dimension in enumerate(order):
        position = dimension + 1
        factor = scale if number == 0 else 1.0
        if kind == "c2r" and position == last:
            planes = _to_real(planes, Axis(position, rank, target.shape[dimension], sign, factor, planes=1))
            continue
        length = ir.RankedTensorType(source.type).shape[dimension]
        planes = transform(planes, Axis(position, rank, length, sign, factor))
        if kind == "r2c" and position == last and target.shape[dimension] != length:
            planes = narrow(planes, position, target.shape[dimension])
    return _real(planes, target) if kind == "c2r" else _complex(planes, target)


def _to_real(planes: ir.Value, axis: Axis) -> ir.Value:
    """Invert half a spectrum: the real part of the transform of its doubled values, the rest zero."""
    half = axis.length // 2 + 1
    given = ir.RankedTensorType(planes.type).shape[axis.position]
    if given > half:
        planes = narrow(planes, axis.position, half)
    kept = min(given, half)
    weights = np.full(kept, 2.0)
    weights[0] = 1.0
    if axis.length % 2 == 0 and kept == half:
        weights[-1] = 1.0
    element = ir.RankedTensorType(planes.type).element_type
    table = constant(weights.astype(np.float32 if str(element) == "f32" else np.float64))
    weighted = einsum(axis.spec("p^j$,j->p^j$"), planes, table)
    return transform(widen(weighted, axis.position, axis.length), axis)


def _letters(rank: int) -> str:
    return string.ascii_lowercase[:rank]


def _real_planes(source: ir.Value) -> ir.Value:
    """View a real tensor as one plane."""
    type_ = ir.RankedTensorType(source.type)
    sizes = [size_of(source, axis) for axis in range(type_.rank)]
    result = ir.RankedTensorType.get([1, *type_.shape], type_.element_type)
    groups = [[0, 1], *([axis + 1] for axis in range(1, type_.rank))]
    dynamic = [size for size in sizes if not isinstance(size, int)]
    return tensor.ExpandShapeOp(result, source, groups, dynamic, list(result.shape)).result


def _complex_planes(source: ir.Value) -> ir.Value:
    """Separate real and imaginary parts along a new first axis."""
    type_ = ir.RankedTensorType(source.type)
    element = ir.ComplexType(type_.element_type).element_type
    letters = _letters(type_.rank)

    def part(value: ir.Value) -> ir.Value:
        first = arith.CmpIOp(arith.CmpIPredicate.eq, linalg.IndexOp(0).result, _index(0)).result
        return arith.SelectOp(first, complex.ReOp(value).result, complex.ImOp(value).result).result

    return pad_front(f"{letters}->{letters}", element, part, 2, source)


def _complex(planes: ir.Value, target: ir.RankedTensorType) -> ir.Value:
    letters = _letters(target.rank)
    parts = [_plane(planes, index) for index in (0, 1)]

    def join(real: ir.Value, imaginary: ir.Value) -> ir.Value:
        return complex.CreateOp(target.element_type, real, imaginary).result

    return elementwise(f"{letters},{letters}->{letters}", target.element_type, join, *parts)


def _real(planes: ir.Value, target: ir.RankedTensorType) -> ir.Value:
    return (
        tensor.CastOp(target, _plane(planes, 0)).result
        if _plane_type(planes) != target
        else _plane(planes, 0)
    )


def _plane_type(planes: ir.Value) -> ir.Type:
    type_ = ir.RankedTensorType(planes.type)
    return ir.RankedTensorType.get(type_.shape[1:], type_.element_type)


def _plane(planes: ir.Value, index: int) -> ir.Value:
    type_ = ir.RankedTensorType(planes.type)
    sizes = [size_of(planes, axis) for axis in range(1, type_.rank)]
    dynamic = [size for size in sizes if not isinstance(size, int)]
    offsets = [index] + [0] * (type_.rank - 1)
    static = [1, *type_.shape[1:]]
    return tensor.ExtractSliceOp(
        _plane_type(planes), planes, [], dynamic, [], offsets, static, [1] * type_.rank
    ).result


def _index(value: int) -> ir.Value:
    return arith.ConstantOp(ir.IndexType.get(), ir.IntegerAttr.get(ir.IndexType.get(), value)).result
