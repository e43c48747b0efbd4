"""Reductions as one `linalg.generic` each, whatever view they read."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....dialects.mlir import ir, tensor
from ..array import Array
from ..elements import convert
from ..emitter import current_trace
from ..scalar import Scalar, Size
from ..shapes import add_units
from ..structured import fill, structured

Body = Callable[[ir.Value, ir.Value], ir.Value]


def fold(
    body: Body, initial: ir.Value, x: Array, axes: Sequence[int], dtype: Any, keepdims: bool = False
) -> Any:
    """Reduce axes: `body(element, accumulator)` from `initial`, both of `dtype`, to which elements are converted.

    Without axes left the result is a `Scalar`.
    """
    kind = np.dtype(dtype)
    value, places = x.view.access()
    shape = [size for axis, size in enumerate(x.shape) if axis not in axes]
    kept = [axis for axis in range(x.ndim) if axis not in axes and axis in places]
    loops = [ir.AffineDimExpr.get(place) for place in range(len(places))]
    maps = [
        ir.AffineMap.get_identity(len(places)),
        ir.AffineMap.get(len(places), 0, [loops[places.index(axis)] for axis in kept]),
    ]
    kinds = ["reduction" if axis in axes else "parallel" for axis in places]
    start = fill([x.shape[axis] for axis in kept], initial)

    def step(element: ir.Value, *accumulator: ir.Value) -> ir.Value:
        converted = convert(element, x.dtype, kind)
        return body(converted, accumulator[0] if accumulator else initial)

    made = structured(step, [value], start, maps, kinds)
    if keepdims:
        shape = [1 if axis in axes else size for axis, size in enumerate(x.shape)]
        new = [axis for axis in range(x.ndim) if axis not in kept]
    else:
        new = _places_of_units(x, axes, kept)
    made = add_units(made, new, shape)
    if not shape:
        return Scalar(tensor.ExtractOp(made, []).result, kind)
    return Array.of(made, kind, shape)


def _places_of_units(x: Array, axes: Sequence[int], kept: Sequence[int]) -> list[int]:
    remaining = [axis for axis in range(x.ndim) if axis not in axes]
    return [place for place, axis in enumerate(remaining) if axis not in kept]


def fold_with_index(
    better: Callable[[ir.Value, ir.Value], ir.Value], initial: ir.Value, x: Array, axis: int
) -> "Array | Scalar":
    """Find along an axis the place of the first element for which `better(element, best so far)` holds.

    One operation carries the best element and its place. `x` is not empty along the axis.
    """
    from .indices import index_as_i64, select

    value, places = x.view.access()
    if axis not in places:
        return _zeros([size for place, size in enumerate(x.shape) if place != axis])
    kept = [one for one in range(x.ndim) if one != axis and one in places]
    loops = [ir.AffineDimExpr.get(place) for place in range(len(places))]
    target = ir.AffineMap.get(len(places), 0, [loops[places.index(one)] for one in kept])
    sizes: list[Size] = [x.shape[one] for one in kept]
    i64 = current_trace().element_type(np.dtype(np.int64))
    starts = [fill(sizes, initial), fill(sizes, ir_zero(i64))]
    rows = {kind: ir.Attribute.parse(f"#linalg.iterator_type<{kind}>") for kind in ("parallel", "reduction")}
    built = ir.Operation.create(
        "linalg.generic",
        results=[start.type for start in starts],
        operands=[value, *starts],
        attributes={
            "indexing_maps": ir.ArrayAttr.get(
                [ir.AffineMapAttr.get(m) for m in (ir.AffineMap.get_identity(len(places)), target, target)]
            ),
            "iterator_types": ir.ArrayAttr.get(
                [rows["reduction" if one == axis else "parallel"] for one in places]
            ),
            "operandSegmentSizes": ir.DenseI32ArrayAttr.get([1, 2]),
        },
        regions=1,
    )
    block = built.regions[0].blocks.append(value.type.element_type, initial.type, i64)
    with ir.InsertionPoint(block):
        element, best, place = block.arguments
        wins = better(element, best)
        here = index_as_i64(places.index(axis))
        ir.Operation.create("linalg.yield", operands=[select(wins, element, best), select(wins, here, place)])
    shape = [size for one, size in enumerate(x.shape) if one != axis]
    made = add_units(built.results[1], _places_of_units(x, [axis], kept), shape)
    if not shape:
        return Scalar(tensor.ExtractOp(made, []).result, np.int64)
    return Array.of(made, np.int64, shape)


def ir_zero(type_: ir.Type) -> ir.Value:
    """Emit a zero."""
    from ..emitter import number

    return number(0, type_)


def _zeros(shape: Sequence[Size]) -> "Array | Scalar":
    i64 = current_trace().element_type(np.dtype(np.int64))
    if not shape:
        return Scalar(ir_zero(i64), np.int64)
    return Array.of(fill(shape, ir_zero(i64)), np.int64, tuple(shape))
