"""Scans: what a reduction holds at every place along an axis, as one loop over slices."""

from typing import Any

import numpy as np

from ....dialects.mlir import arith, ir, scf, tensor
from ..array import Array
from ..emitter import current_trace, index, number
from ..scalar import Scalar, Size, index_value
from ..shapes import split_sizes
from ..sizes import at_most
from ..structured import empty, structured
from .combiners import combiner, identity


def running(ufunc: np.ufunc, x: Array, axis: int) -> Array:
    """Accumulate along an axis in the array's dtype; the loop works on whole slices across the other axes."""
    if x.shape[axis] in (0, 1):
        return x.copy()
    combine = combiner(ufunc, x.dtype)
    made = _numbers(x, combine, ufunc) if x.ndim == 1 else _slices(x, axis, combine)
    return Array.of(made, x.dtype, x.shape)


def _numbers(x: Array, combine: Any, ufunc: np.ufunc) -> ir.Value:
    source = x.tensor()
    element = current_trace().element_type(x.dtype)
    target = empty(x.shape, element)
    begin, start = index(0), number(identity(ufunc, x.dtype), element)
    if isinstance(x.shape[0], int):
        start = tensor.ExtractOp(source, [index(0)]).result
        target, begin = tensor.InsertOp(start, target, [index(0)]).result, index(1)
    loop = scf.ForOp(begin, index_value(x.shape[0]), index(1), [start, target])
    with ir.InsertionPoint(loop.body):
        place = loop.induction_variable
        so_far, made = loop.inner_iter_args
        so_far = combine(tensor.ExtractOp(source, [place]).result, so_far)
        scf.YieldOp([so_far, tensor.InsertOp(so_far, made, [place]).result])
    return loop.results[1]


def _slices(x: Array, axis: int, combine: Any) -> ir.Value:
    source, cut = x.tensor(), _Cut(x, axis)
    target = _first(source, empty(x.shape, current_trace().element_type(x.dtype)), cut, x.shape[axis])
    loop = scf.ForOp(index(1), index_value(x.shape[axis]), index(1), [target])
    with ir.InsertionPoint(loop.body):
        place, made = loop.induction_variable, loop.inner_iter_args[0]
        before = cut.extract(made, arith.SubIOp(place, index(1)).result)
        maps = [ir.AffineMap.get_identity(len(cut.shape))] * 3
        values, here = [cut.extract(source, place), before], cut.extract(made, place)
        new = structured(combine, values, here, maps, ["parallel"] * len(cut.shape))
        scf.YieldOp([cut.insert(new, made, place)])
    return loop.results[0]


def _first(source: ir.Value, target: ir.Value, cut: "_Cut", extent: Size) -> ir.Value:
    """Copy the first slice, if there is one."""
    if isinstance(extent, int):
        return cut.insert(cut.extract(source, index(0)), target, index(0))
    loop = scf.ForOp(index(0), index_value(at_most(extent, 1)), index(1), [target])
    with ir.InsertionPoint(loop.body):
        place = loop.induction_variable
        scf.YieldOp([cut.insert(cut.extract(source, place), loop.inner_iter_args[0], place)])
    return loop.results[0]


class _Cut:
    """Take and put the slices across an axis, the axis left out."""

    def __init__(self, x: Array, axis: int) -> None:
        self.axis = axis
        self.shape = (*x.shape[:axis], *x.shape[axis + 1 :])
        self.sizes = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
        dynamic = ir.ShapedType.get_dynamic_size()
        static = [dynamic if isinstance(size, Scalar) else size for size in self.shape]
        self.type = ir.RankedTensorType.get(static, current_trace().element_type(x.dtype))

    def extract(self, value: ir.Value, place: ir.Value) -> ir.Value:
        """Take a slice."""
        return tensor.ExtractSliceOp(self.type, value, *self._box(place)).result

    def insert(self, part: ir.Value, value: ir.Value, place: ir.Value) -> ir.Value:
        """Put a slice."""
        return tensor.InsertSliceOp(part, value, *self._box(place)).result

    def _box(self, place: ir.Value) -> tuple[Any, ...]:
        rank = len(self.sizes)
        dynamic, static = split_sizes(self.sizes)
        offsets = [ir.ShapedType.get_dynamic_size() if axis == self.axis else 0 for axis in range(rank)]
        return [place], dynamic, [], offsets, static, [1] * rank
