"""Writing `a[indices] = values` and `ufunc.at`: loops in NumPy's order, in which the last write wins."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...dialects.mlir import arith, ir, scf, tensor
from .array import Array
from .elementwise import as_operand, broadcast, broadcast_to, scalar_value
from .emitter import current_trace, index, tensor_type
from .gathering import Indices, as_slices, checked, result_shape, wrapped_index
from .scalar import Scalar, Size, index_value
from .shapes import split_sizes


def scatter(array: Array, indices: Indices, place: int, value: Any) -> None:
    """Do `array[indices] = value`."""
    known = [(axis, checked(one, array.shape[axis], axis)) for axis, one in indices]
    if (view := as_slices(array, known, place)) is not None:
        Array(view).write(value)
        return
    _each(array, known, place, value, lambda _, new: new)


def update(ufunc: np.ufunc, array: Array, key: Any, value: Any) -> None:
    """Do `ufunc.at(array, key, value)`."""
    from .indexing import basic
    from .keys import parse

    parsed = parse(key, array)
    if parsed.mask is not None or not parsed.arrays:
        array[key] = ufunc(array[key]) if value is None else ufunc(array[key], value)
        return
    target = Array(basic(array.view, parsed.basic))
    known = [(axis, checked(one, target.shape[axis], axis)) for axis, one in parsed.arrays]

    def combine(old: Any, new: Any) -> Any:
        found = ufunc(old) if value is None else ufunc(old, new)
        return found.astype(array.dtype)

    operand = as_operand(0 if value is None else value)
    _each(target, known, parsed.place, operand, combine, reads=True)


def _each(
    array: Array,
    indices: Indices,
    place: int,
    value: Any,
    combine: Callable[[Any, Any], Any],
    reads: bool = False,
) -> None:
    arrays = [(axis, one if isinstance(one, Array) else Array.constant(one)) for axis, one in indices]
    chosen = broadcast([one.shape for _, one in arrays])
    shape, free = result_shape(array, arrays, chosen, place)
    kind = _value_dtype(value, array.dtype) if reads else array.dtype
    source = _Source(value, kind, shape, place, len(chosen), [array.shape[axis] for axis in free])
    tensors = [broadcast_to(one, chosen, one.dtype) for _, one in arrays]

    def write(places: Sequence[ir.Value], content: ir.Value) -> ir.Value:
        found: dict[int, ir.Value] = {}
        for (axis, one), values in zip(arrays, tensors, strict=True):
            number = tensor.ExtractOp(values, list(places)).result
            found[axis] = _clamped(wrapped_index(number, one.dtype, array.shape[axis]), array.shape[axis])
        target = _Target(array, found, content)
        return target.with_value(combine(target.read() if reads else None, source.at(places)))

    array.view.write(_loops(list(chosen), [], array.tensor(), write))


def _value_dtype(value: Any, default: np.dtype[Any]) -> np.dtype[Any]:
    from .promotion import is_weak

    return default if is_weak(value) else value.dtype


def _loops(sizes: list[Size], places: list[ir.Value], content: ir.Value, write: Any) -> ir.Value:
    """Nest a loop per size; `write` maps indices and content to new content."""
    if not sizes:
        return write(places, content)
    loop = scf.ForOp(index(0), index_value(sizes[0]), index(1), [content])
    with ir.InsertionPoint(loop.body):
        inner = _loops(sizes[1:], [*places, loop.induction_variable], loop.inner_iter_args[0], write)
        scf.YieldOp([inner])
    return loop.results[0]


def _clamped(place: ir.Value, size: Size) -> ir.Value:
    last = arith.SubIOp(index_value(size), index(1)).result
    return arith.MaxSIOp(arith.MinSIOp(place, last).result, index(0)).result


class _Source:
    """Give the values to write, a number or a slice for each place."""

    def __init__(
        self,
        value: Any,
        dtype: np.dtype[Any],
        shape: Sequence[Size],
        place: int,
        rank: int,
        free: Sequence[Size],
    ) -> None:
        self.dtype, self.place, self.rank, self.free = dtype, place, rank, list(free)
        self.scalar = None if isinstance(value, Array) else scalar_value(value, dtype)
        self.tensor = broadcast_to(value, shape, dtype) if isinstance(value, Array) else None

    def at(self, places: Sequence[ir.Value]) -> Any:
        """Give the value for one place: a `Scalar`, or an `Array` over the axes that are not indexed."""
        if self.tensor is None:
            return Scalar(self.scalar, self.dtype)  # type: ignore[arg-type]
        if not self.free:
            return Scalar(tensor.ExtractOp(self.tensor, list(places)).result, self.dtype)
        before, after = self.free[: self.place], self.free[self.place :]
        cut = _cut([*_zeros(before), *places, *_zeros(after)], [*before, *[1] * self.rank, *after])
        type_ = tensor_type(self.free, current_trace().element_type(self.dtype))
        return Array.of(tensor.ExtractSliceOp(type_, self.tensor, *cut).result, self.dtype, self.free)


class _Target:
    """Point at the element or slice of an array's content that a place means."""

    def __init__(self, array: Array, places: dict[int, ir.Value], content: ir.Value) -> None:
        self.array, self.places, self.content = array, places, content
        self.free = [array.shape[axis] for axis in range(array.ndim) if axis not in places]
        offsets = [places.get(axis, 0) for axis in range(array.ndim)]
        self.cut = _cut(offsets, [1 if axis in places else array.shape[axis] for axis in range(array.ndim)])

    def read(self) -> Any:
        """Give what is there."""
        if not self.free:
            places = [self.places[axis] for axis in range(self.array.ndim)]
            return Scalar(tensor.ExtractOp(self.content, places).result, self.array.dtype)
        type_ = tensor_type(self.free, current_trace().element_type(self.array.dtype))
        return Array.of(
            tensor.ExtractSliceOp(type_, self.content, *self.cut).result, self.array.dtype, self.free
        )

    def with_value(self, value: Any) -> ir.Value:
        """Give the content with a new value there."""
        if not self.free:
            places = [self.places[axis] for axis in range(self.array.ndim)]
            return tensor.InsertOp(scalar_value(value, self.array.dtype), self.content, places).result
        return tensor.InsertSliceOp(
            broadcast_to(value, self.free, self.array.dtype), self.content, *self.cut
        ).result


def _zeros(sizes: Sequence[Size]) -> list[int]:
    return [0] * len(sizes)


def _cut(offsets: Sequence[Any], sizes: Sequence[Size]) -> tuple[Any, ...]:
    """Spell a slice whose offsets are numbers or values of type `index`."""
    dynamic = ir.ShapedType.get_dynamic_size()
    given = [offset for offset in offsets if not isinstance(offset, int)]
    static = [offset if isinstance(offset, int) else dynamic for offset in offsets]
    lengths, static_lengths = split_sizes(sizes)
    return given, lengths, [], static, static_lengths, [1] * len(offsets)
