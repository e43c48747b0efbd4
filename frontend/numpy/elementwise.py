"""Element by element: broadcasting, conversions of dtype, one `linalg.generic` for each operation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...dialects.mlir import ir
from . import where
from .array import Array
from .elements import convert
from .emitter import current_trace, number
from .scalar import Scalar, Size, same_size
from .shapes import drop_units, spelled_shape
from .structured import generic

Dtype = np.dtype[Any]
Operand = Any
"""An `Array`, a `Scalar`, an ordinary array or a number."""


def elementwise(
    body: Callable[..., ir.Value], *operands: Operand, dtype: Any, loop: Sequence[Any] | None = None
) -> Any:
    """Apply `body`, from scalar SSA values to one of `dtype`, to operands that broadcast as in NumPy.

    `loop` lists the dtypes that the operands are converted to first; without it they are taken as they are. The
    result is an `Array`, or a `Scalar` when no operand has axes.
    """
    traced = [as_operand(operand) for operand in operands]
    dtypes = [dtype_of(operand) for operand in traced] if loop is None else [np.dtype(one) for one in loop]
    element = current_trace().element_type(np.dtype(dtype))
    if not any(isinstance(operand, Array) for operand in traced):
        values = [scalar_value(operand, wanted) for operand, wanted in zip(traced, dtypes, strict=True)]
        return Scalar(body(*values), dtype)
    shape = broadcast([operand.shape for operand in traced if isinstance(operand, Array)])
    call = _Call(body, traced, dtypes, shape)
    return Array.of(generic(call.run, call.inputs, call.maps, shape, element), dtype, shape)


class _Call:
    """Sort operands into the tensors that a generic reads and the scalars that its body captures."""

    def __init__(
        self,
        body: Callable[..., ir.Value],
        operands: Sequence[Operand],
        dtypes: Sequence[Dtype],
        shape: Sequence[Size],
    ) -> None:
        self.body, self.operands, self.dtypes = body, operands, dtypes
        self.inputs: list[ir.Value] = []
        self.maps: list[ir.AffineMap] = []
        self.captured: dict[int, ir.Value] = {}
        for place, operand in enumerate(operands):
            if isinstance(operand, Array):
                value, access = read_broadcast(operand, len(shape))
                self.inputs.append(value)
                self.maps.append(access)
            elif isinstance(operand, Scalar):
                self.captured[place] = scalar_value(operand, dtypes[place])

    def run(self, *arguments: ir.Value) -> ir.Value:
        remaining = iter(arguments)
        values = []
        for place, (operand, wanted) in enumerate(zip(self.operands, self.dtypes, strict=True)):
            if isinstance(operand, Array):
                values.append(convert(next(remaining), operand.dtype, wanted))
            elif place in self.captured:
                values.append(self.captured[place])
            else:
                values.append(scalar_value(operand, wanted))
        return self.body(*values)


def read_broadcast(array: Array, rank: int) -> tuple[ir.Value, ir.AffineMap]:
    """Read an array for a loop nest of `rank` axes: its tensor and the map by which it is accessed.

    Permutations become part of the map; axes of size 1 are dropped, since they do not move.
    """
    value, places = array.view.access()
    shift = rank - array.ndim
    units = [i for i, axis in enumerate(places) if same_size(array.shape[axis], 1)]
    value = drop_units(value, units)
    loops = [ir.AffineDimExpr.get(axis + shift) for i, axis in enumerate(places) if i not in units]
    return value, ir.AffineMap.get(rank, 0, loops)


def as_operand(value: Any) -> Operand:
    """Turn what NumPy takes for an array into an `Array`, a `Scalar` or a number."""
    if isinstance(value, Array | Scalar | bool | int | float | complex | np.generic):
        return value
    if hasattr(value, "__traced_array__"):
        return value.__traced_array__()
    if isinstance(value, np.ndarray):
        return value[()] if value.ndim == 0 and value.dtype != object else Array.constant(value)
    if isinstance(value, list | tuple):
        return Array.from_sequence(value)
    raise where.error(
        f"an object of type '{type(value).__name__}' is no operand",
        note="expected arrays, numbers, or nested lists of them",
    )


def dtype_of(operand: Operand) -> Dtype:
    """Give the dtype of an operand; Python numbers have NumPy's default one."""
    return operand.dtype if isinstance(operand, Array | Scalar | np.generic) else np.asarray(operand).dtype


def scalar_value(operand: Operand, dtype: Any) -> ir.Value:
    """Emit a number or a `Scalar` as an SSA value of `dtype`."""
    dtype = np.dtype(dtype)
    if isinstance(operand, Scalar):
        return convert(operand.value, operand.dtype, dtype)
    with np.errstate(all="ignore"):
        try:
            constant = (
                np.asarray(operand).astype(dtype)
                if isinstance(operand, np.generic)
                else _exact(operand, dtype)
            )
        except OverflowError as failure:
            raise where.error(str(failure)) from None
    return number(constant[()], current_trace().element_type(dtype))


def _exact(operand: Any, dtype: Dtype) -> "np.ndarray[Any, Any]":
    if dtype.kind in "iu" and isinstance(operand, float | complex):
        return np.asarray(operand).astype(dtype)
    if dtype.kind in "fV" and isinstance(operand, complex):
        return np.asarray(operand.real, dtype)
    return np.asarray(operand, dtype)


def broadcast(shapes: Sequence[tuple[Size, ...]]) -> tuple[Size, ...]:
    """Give the shape that shapes broadcast to; a size that only the run knows is taken to fit."""
    rank = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(_common(column, shapes) for column in zip(*padded, strict=True))


def _common(column: Sequence[Size], shapes: Sequence[tuple[Size, ...]]) -> Size:
    numbers = {size for size in column if isinstance(size, int) and size != 1}
    if len(numbers) > 1:
        listed = " ".join(spelled_shape(shape) for shape in shapes)
        raise where.error(
            f"operands could not be broadcast together with shapes {listed}",
            note="sizes must be equal or 1; add axes with np.newaxis",
        )
    if numbers:
        return numbers.pop()
    return next((size for size in column if not isinstance(size, int)), 1)


def broadcast_to(value: Operand, shape: Sequence[Size], dtype: Any) -> ir.Value:
    """Give a tensor of exactly this shape and dtype; operands of other shapes are repeated."""
    from .structured import fill

    dtype = np.dtype(dtype)
    value = as_operand(value)
    if not isinstance(value, Array):
        return fill(shape, scalar_value(value, dtype))
    extra = value.ndim - len(shape)
    if extra > 0 and all(same_size(n, 1) for n in value.shape[:extra]):
        value = value[(0,) * extra]
        value = value if isinstance(value, Array) else value.as_array()
    _check_fits(value.shape, tuple(shape))
    if value.dtype == dtype and len(value.shape) == len(shape) and all(map(same_size, value.shape, shape)):
        return value.tensor()
    tensor, access = read_broadcast(value, len(shape))
    element = current_trace().element_type(dtype)
    return generic(lambda x: convert(x, value.dtype, dtype), [tensor], [access], shape, element)


def _check_fits(have: tuple[Size, ...], want: tuple[Size, ...]) -> None:
    fits = len(have) <= len(want) and all(
        not isinstance(a, int) or not isinstance(b, int) or a in (1, b)
        for a, b in zip(reversed(have), reversed(want), strict=False)
    )
    if not fits:
        raise where.error(
            f"could not broadcast input array from shape {spelled_shape(have)} into shape {spelled_shape(want)}"
        )


def cast(value: Operand, dtype: Any) -> Any:
    """Convert an operand to a dtype, as `astype` does; nothing is emitted where it has that dtype already."""
    dtype = np.dtype(dtype)
    value = as_operand(value)
    if isinstance(value, Array | Scalar) and value.dtype == dtype:
        return Scalar(value.value, dtype, linear=value._linear) if isinstance(value, Scalar) else value
    if not isinstance(value, Array | Scalar):
        return Scalar(scalar_value(value, dtype), dtype)
    return elementwise(lambda x: x, value, dtype=dtype, loop=[dtype])
