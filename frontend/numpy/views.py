"""`View`: the part of a storage that an array shows: a strided box, its axes permuted, new ones added."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ...dialects.mlir import arith, ir, tensor
from .emitter import index, tensor_type
from .scalar import Size, index_value, same_size
from .shapes import add_units, as_type, drop_units, permute, reshape, reverse, split_sizes, type_of
from .sizes import minus, plus, times
from .storage import Storage
from .structured import empty


class Base(Protocol):
    """What a view is cut from: a storage, or a view in another shape."""

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type."""

    @property
    def storage(self) -> Storage:
        """The cell at the bottom."""

    def read(self) -> ir.Value:
        """Give the content as a tensor."""

    def write(self, value: ir.Value) -> None:
        """Replace the content."""


@dataclass(frozen=True)
class Span:
    """Select `size` indices of a dimension, the first is `offset`, `step` apart; dropped ones have size 1."""

    offset: Size
    size: Size
    step: int = 1

    @property
    def low(self) -> Size:
        """The smallest index selected."""
        if self.step > 0:
            return self.offset
        return plus(self.offset, times(minus(self.size, 1), self.step))

    def same_as(self, other: "Span") -> bool:
        """Tell whether both are known to select the same."""
        pairs = (self.offset, other.offset), (self.size, other.size)
        return self.step == other.step and all(same_size(a, b) for a, b in pairs)


@dataclass(frozen=True)
class View:
    """Show a base through one span per dimension; `axes` lists, per axis shown, its base dimension or None (new)."""

    base: Base
    spans: tuple[Span, ...]
    axes: tuple[int | None, ...]

    @staticmethod
    def whole(base: Base) -> "View":
        """Show all of a base."""
        return View(base, tuple(Span(0, size) for size in base.shape), tuple(range(len(base.shape))))

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes shown."""
        return tuple(1 if axis is None else self.spans[axis].size for axis in self.axes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type."""
        return self.base.dtype

    @property
    def storage(self) -> Storage:
        """The cell at the bottom."""
        return self.base.storage

    @property
    def is_box_whole(self) -> bool:
        """Tell whether the spans select everything, in order."""
        return all(
            span.step == 1 and same_size(span.offset, 0) and same_size(span.size, size)
            for span, size in zip(self.spans, self.base.shape, strict=True)
        )

    @property
    def is_empty(self) -> bool:
        """Tell whether it certainly shows no element."""
        return any(isinstance(size, int) and size == 0 for size in self.shape)

    def same_as(self, other: "View") -> bool:
        """Tell whether both are known to show the same elements in the same places."""
        return (
            self.base == other.base
            and self.axes == other.axes
            and all(a.same_as(b) for a, b in zip(self.spans, other.spans, strict=True))
        )

    @property
    def is_whole(self) -> bool:
        """Tell whether the view shows an array itself."""
        return isinstance(self.base, Storage) and self.same_as(View.whole(self.base))

    def __call__(self, dtype: Any = None) -> Any:
        """Do what ndarray's method `view` does, which has the name of the attribute that holds this."""
        from .array import Array
        from .bit_views import reinterpreted

        return Array(self if dtype is None else reinterpreted(self, np.dtype(dtype)))

    def transposed(self, order: Sequence[int]) -> "View":
        """Permute the axes."""
        return View(self.base, self.spans, tuple(self.axes[axis] for axis in order))

    def access(self) -> tuple[ir.Value, list[int]]:
        """Give the tensor of the selected box in the base's own order, and for each of its dimensions the axis."""
        kept = self._kept()
        value = self._box(kept)
        flipped = [place for place, dimension in enumerate(kept) if self.spans[dimension].step < 0]
        value = reverse(value, flipped, [self.spans[dimension].size for dimension in kept])
        return value, [self.axes.index(dimension) for dimension in kept]

    def addressed(self) -> tuple[ir.Value, Callable[[Mapping[int, ir.Value]], list[ir.Value]]]:
        """Give a tensor to extract elements from, and how indices along the axes become its own.

        IREE 3.13 cannot extract from a slice with steps inside of a loop: the indices take the steps instead.
        """
        if all(self.spans[dimension].step == 1 for dimension in self._kept()):
            value, places = self.access()
            return value, lambda indices: [indices[axis] for axis in places]

        def base_indices(indices: Mapping[int, ir.Value]) -> list[ir.Value]:
            return [self._base_index(dimension, indices) for dimension in range(len(self.spans))]

        return self.base.read(), base_indices

    def _base_index(self, dimension: int, indices: Mapping[int, ir.Value]) -> ir.Value:
        span = self.spans[dimension]
        offset = index_value(span.offset)
        if dimension not in self.axes:
            return offset
        moved = arith.MulIOp(indices[self.axes.index(dimension)], index(span.step)).result
        return arith.AddIOp(moved, offset).result

    def read(self) -> ir.Value:
        """Give the content shown as a tensor of `shape`."""
        value, places = self.access()
        order = [places.index(axis) for axis in range(len(self.axes)) if self.axes[axis] is not None]
        value = permute(
            value, order, [size for size, axis in zip(self.shape, self.axes, strict=True) if axis is not None]
        )
        return add_units(value, [i for i, axis in enumerate(self.axes) if axis is None], self.shape)

    def write(self, value: ir.Value) -> None:
        """Replace the content shown by a tensor of `shape`."""
        if self.is_empty:
            return
        value = as_type(value, tensor_type(self.shape, type_of(value).element_type))
        value = drop_units(value, [i for i, axis in enumerate(self.axes) if axis is None])
        kept = self._kept()
        shown = [axis for axis in self.axes if axis is not None]
        sizes = [self.spans[dimension].size for dimension in kept]
        value = permute(value, [shown.index(dimension) for dimension in kept], sizes)
        flipped = [place for place, dimension in enumerate(kept) if self.spans[dimension].step < 0]
        value = reverse(value, flipped, sizes)
        if self.is_box_whole and len(kept) == len(self.spans):
            self.base.write(value)
        else:
            self.base.write(tensor.InsertSliceOp(value, self.base.read(), *self._slice()).result)

    def element(self) -> ir.Value:
        """Read the one element of a view without axes."""
        return tensor.ExtractOp(self.base.read(), [index_value(span.offset) for span in self.spans]).result

    def write_element(self, value: ir.Value) -> None:
        """Replace the one element of a view without axes."""
        places = [index_value(span.offset) for span in self.spans]
        self.base.write(tensor.InsertOp(value, self.base.read(), places).result)

    def _kept(self) -> list[int]:
        return sorted(axis for axis in self.axes if axis is not None)

    def _box(self, kept: list[int]) -> ir.Value:
        source = self.base.read()
        if self.is_box_whole and len(kept) == len(self.spans):
            return source
        sizes = [self.spans[dimension].size for dimension in kept]
        type_ = tensor_type(sizes, type_of(source).element_type)
        if self.is_empty:  # MLIR refuses offsets in dimensions without elements
            return empty(sizes, type_.element_type)
        return tensor.ExtractSliceOp(type_, source, *self._slice()).result

    def _slice(self) -> tuple[Any, ...]:
        offsets, static_offsets = split_sizes([span.low for span in self.spans])
        sizes, static_sizes = split_sizes([span.size for span in self.spans])
        steps = [abs(span.step) for span in self.spans]
        return offsets, sizes, [], static_offsets, static_sizes, steps


@dataclass(frozen=True)
class Reshaped:
    """Show a view in another shape of as many elements, in row-major order."""

    view: View
    shape: tuple[Size, ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type."""
        return self.view.dtype

    @property
    def storage(self) -> Storage:
        """The cell at the bottom."""
        return self.view.storage

    def read(self) -> ir.Value:
        """Give the content as a tensor of `shape`."""
        return reshape(self.view.read(), self.view.shape, self.shape)

    def write(self, value: ir.Value) -> None:
        """Replace the content by a tensor of `shape`."""
        self.view.write(reshape(value, self.shape, self.view.shape))


@dataclass(frozen=True)
class Part:
    """Show the real or the imaginary part of a complex view."""

    view: View
    is_imaginary: bool

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes."""
        return self.view.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type."""
        from .elements import real_dtype

        return real_dtype(self.view.dtype)

    @property
    def storage(self) -> Storage:
        """The cell at the bottom."""
        return self.view.storage

    def read(self) -> ir.Value:
        """Give the part as a tensor of floating-point numbers."""
        from .parts import part_of

        return part_of(self.view.read(), self.is_imaginary, self.shape, self.dtype)

    def write(self, value: ir.Value) -> None:
        """Replace the part; the other one stays."""
        from .parts import with_part

        self.view.write(with_part(self.view.read(), value, self.is_imaginary, self.shape))


def is_contiguous_in(view: View, shape: tuple[Size, ...]) -> bool:
    """Tell whether NumPy would show `view` in another shape without a copy (its storage lies in row-major order)."""
    if all(isinstance(n, int) for n in (*view.base.shape, *view.shape, *shape)):
        return _numpy_can(view, shape)
    return view.is_box_whole and view.axes == tuple(range(len(view.spans)))


def _numpy_can(view: View, shape: tuple[int, ...]) -> bool:
    strides = [1] * len(view.spans)
    for axis in reversed(range(len(strides) - 1)):
        strides[axis] = strides[axis + 1] * max(1, view.base.shape[axis + 1])
    steps = [0 if axis is None else strides[axis] * view.spans[axis].step for axis in view.axes]
    like = np.lib.stride_tricks.as_strided(np.empty(1, np.int8), view.shape, steps)
    try:
        np.reshape(like, shape, copy=False)
    except ValueError:
        return False
    return True
