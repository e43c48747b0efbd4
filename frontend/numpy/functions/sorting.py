"""Sorting, and search in what is sorted."""

from typing import Any

import numpy as np

from ....dialects.mlir import arith, ir
from ..array import Array
from ..elements import convert, is_float, is_unsigned
from ..emitter import current_trace, index
from ..structured import generic
from ..where import error
from .combiners import combiner
from .folding import fold
from .indices import from_places
from .operands import as_array, as_operand, normal_axis, typed_number

Dtype = np.dtype[Any]
_SCANNED = 64
"""In tables up to this size the place of a value is found by counting; in longer ones by halving."""


def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """Give a sorted copy; NaN last. Always stable."""
    x, axis = _flat(a, axis, order, "numpy.sort")
    return _sorted([x], axis)[0]


def argsort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """Give the places that would sort an array; equal elements keep their order."""
    x, axis = _flat(a, axis, order, "numpy.argsort")
    return _sorted([x, _places(x, axis)], axis)[1]


def partition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
    """Sort completely, which is a partition at every place."""
    return sort(a, axis, order=order)


def argpartition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
    """Give the places that sort completely, which is a partition at every place."""
    return argsort(a, axis, order=order)


def lexsort(keys: Any, axis: int = -1) -> Any:
    """Give the places that sort by several keys, the last one first."""
    rows = [as_array(key) for key in keys]
    if not rows:
        raise error("'numpy.lexsort': need sequence of keys with len > 0 in lexsort")
    axis = normal_axis(axis, rows[0].ndim, "numpy.lexsort")
    return _sorted([*reversed(rows), _places(rows[0], axis)], axis, keys=len(rows))[-1]


def sort_complex(a: Any) -> Any:
    """Refuse: complex numbers are not ordered here."""
    raise error(
        "'numpy.sort_complex' is not supported", note="sort a.real, or by numpy.lexsort((a.imag, a.real))"
    )


def _flat(a: Any, axis: Any, order: Any, name: str) -> tuple[Array, int]:
    from .shaping import ravel

    if order is not None:
        raise error(f"'{name}' with keyword 'order' is not supported")
    x = as_array(a)
    if axis is None:
        x, axis = ravel(x), 0
    return x, normal_axis(axis, x.ndim, name)


def _places(x: Array, axis: int) -> Array:
    return from_places(x.shape, np.int64, lambda *places: places[axis])


def _sorted(arrays: list[Array], axis: int, keys: int = 1) -> list[Array]:
    """Sort arrays together, by the first `keys` of them, along one axis."""
    if any(x.dtype.kind == "c" for x in arrays):
        raise error("complex numbers cannot be sorted", note="sort a.real, or numpy.abs(a)")
    if arrays[0].shape[axis] in (0, 1):
        return [x.copy() for x in arrays]
    values = [x.tensor() for x in arrays]
    built = ir.Operation.create(
        "tm_tensor.sort",
        results=[value.type for value in values],
        operands=values,
        attributes={
            "dimension": ir.IntegerAttr.get(ir.IntegerType.get_signless(64), axis),
            "operandSegmentSizes": ir.DenseI32ArrayAttr.get([0, len(values)]),
        },
        regions=1,
    )
    types = [ir.RankedTensorType(value.type).element_type for value in values]
    block = built.regions[0].blocks.append(*(kind for kind in types for _ in range(2)))
    with ir.InsertionPoint(block):
        pairs: list[tuple[ir.Value, ir.Value]] = [
            (block.arguments[2 * k], block.arguments[2 * k + 1]) for k in range(keys)
        ]
        verdict = _ordered(pairs, [x.dtype for x in arrays[:keys]])
        ir.Operation.create("tm_tensor.yield", operands=[verdict])
    results = list(built.results)
    return [Array.of(value, x.dtype, x.shape) for value, x in zip(results, arrays, strict=True)]


def _ordered(pairs: list[tuple[ir.Value, ir.Value]], dtypes: list[Dtype]) -> ir.Value:
    """Tell whether the first of two rows may stay before the second: by the first key that differs."""
    left, right = pairs[-1]
    verdict = not_after(left, right, dtypes[-1])
    for (left, right), dtype in zip(reversed(pairs[:-1]), reversed(dtypes[:-1]), strict=True):
        may, back = not_after(left, right, dtype), not_after(right, left, dtype)
        verdict = arith.SelectOp(arith.AndIOp(may, back).result, verdict, may).result
    return verdict


def not_after(left: ir.Value, right: ir.Value, dtype: Dtype) -> ir.Value:
    """Emit `left <= right` with NaN above every number."""
    if is_float(dtype):
        below = arith.CmpFOp(arith.CmpFPredicate.OLE, left, right).result
        return arith.OrIOp(below, arith.CmpFOp(arith.CmpFPredicate.UNO, right, right).result).result
    predicate = arith.CmpIPredicate.ule if is_unsigned(dtype) else arith.CmpIPredicate.sle
    return arith.CmpIOp(predicate, left, right).result


def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """Give the places at which values would be inserted into a sorted table."""
    table = as_array(a)
    if side not in ("left", "right"):
        raise error(f"'numpy.searchsorted': side must be 'left' or 'right', got '{side}'")
    if table.ndim != 1:
        raise error("'numpy.searchsorted': the table must have one dimension")
    if sorter is not None:
        table = table[as_array(sorter)]
    values = as_operand(v)
    kind = np.result_type(table.dtype, values.dtype)
    if kind.kind == "c":
        raise error("'numpy.searchsorted' of complex numbers is not supported")
    table, values = table.astype(kind, copy=False), values.astype(kind, copy=False)
    if isinstance(table.shape[0], int) and table.shape[0] > _SCANNED:
        return _halved(table, values, side)
    return _counted(table, values, side)


def _is_before(entry: ir.Value, value: ir.Value, dtype: Dtype, side: str) -> ir.Value:
    """Tell whether a table entry stands before the place of a value."""
    if side == "right":
        return not_after(entry, value, dtype)
    after = not_after(value, entry, dtype)
    return arith.XOrIOp(after, typed_number(1, bool)).result


def _counted(table: Array, values: Any, side: str) -> Any:
    """Count the entries that stand before: one reduction over the table."""
    from ..elementwise import elementwise

    kind = table.dtype
    spread = values[..., None] if isinstance(values, Array) else values

    def before(entry: ir.Value, value: ir.Value) -> ir.Value:
        return convert(_is_before(entry, value, kind, side), np.dtype(bool), np.dtype(np.int64))

    marks = elementwise(before, table, spread, dtype=np.int64)
    add = combiner(np.add, np.dtype(np.int64))
    return fold(add, typed_number(0, np.int64), marks, [marks.ndim - 1], np.int64)


def _halved(table: Array, values: Any, side: str) -> Any:
    """Search by halving, with as many steps for every value: the loop body is unrolled and reads the table."""
    from ....dialects.mlir import tensor
    from ..elementwise import read_broadcast
    from ..scalar import Scalar

    source, count = table.tensor(), table.shape[0]
    i64 = np.dtype(np.int64)

    def place(value: ir.Value) -> ir.Value:
        low = index(0)
        width = 1 << (count.bit_length() - 1)
        while width:
            probe = arith.AddIOp(low, index(width)).result
            inside = arith.CmpIOp(arith.CmpIPredicate.ule, probe, index(count)).result
            here = arith.MinUIOp(arith.SubIOp(probe, index(1)).result, index(count - 1)).result
            passed = _is_before(tensor.ExtractOp(source, [here]).result, value, table.dtype, side)
            low = arith.SelectOp(arith.AndIOp(inside, passed).result, probe, low).result
            width //= 2
        return arith.IndexCastOp(current_trace().element_type(i64), low).result

    if isinstance(values, Scalar):
        return Scalar(place(values.value), i64)
    tensor_in, access = read_broadcast(values, values.ndim)
    made = generic(place, [tensor_in], [access], values.shape, current_trace().element_type(i64))
    return Array.of(made, i64, values.shape)


def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """Give the number of the bin of each value; the edges must increase, or be known when they decrease."""
    if isinstance(bins, np.ndarray | list | tuple) and len(bins) > 1 and _is_decreasing(bins):
        edges = np.asarray(bins)[::-1]
        return len(edges) - searchsorted(np.ascontiguousarray(edges), x, side="left" if right else "right")
    return searchsorted(bins, x, side="left" if right else "right")


def _is_decreasing(bins: Any) -> bool:
    from .operands import is_static

    return is_static(*bins) and bool(np.asarray(bins)[0] > np.asarray(bins)[-1])


TABLE = {
    np.argpartition: argpartition,
    np.argsort: argsort,
    np.digitize: digitize,
    np.lexsort: lexsort,
    np.partition: partition,
    np.searchsorted: searchsorted,
    np.sort: sort,
    np.sort_complex: sort_complex,
}
