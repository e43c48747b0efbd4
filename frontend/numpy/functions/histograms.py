"""Counting: histograms and bin counts, with sizes known at capture."""

from typing import Any

import numpy as np

from ....dialects.mlir import arith, ir, scf, tensor
from ..array import Array
from ..elements import convert
from ..emitter import index
from ..scalar import Scalar, index_value
from ..where import error
from .combiners import combiner
from .operands import as_array, as_operand, fresh, is_static
from .ranges import linspace
from .reductions import max_, min_, sum_
from .sorting import searchsorted

Dtype = np.dtype[Any]


def bincount(x: Any, /, weights: Any = None, minlength: Any = 0) -> Any:
    """Count how often each of the numbers 0 … minlength - 1 occurs; larger ones are left out."""
    values = as_array(x)
    if values.dtype.kind not in "iub":
        raise error(f"'numpy.bincount': cannot cast array data from dtype '{values.dtype}' to dtype 'int64'")
    if isinstance(minlength, int) and minlength < 1:
        raise error(
            "'numpy.bincount' gives a result whose size depends on data",
            note="say how many bins there are: numpy.bincount(x, minlength=n), every element below n",
        )
    return _added(values.reshape((-1,)), _weights(weights, values), minlength, np.dtype(np.int64))


def _weights(weights: Any, values: Array) -> Array | None:
    if weights is None:
        return None
    found = as_array(weights)
    if tuple(found.shape) != tuple(values.shape):
        raise error("the weights and the values must have the same length")
    kind = found.dtype if found.dtype.kind == "c" else np.dtype(np.float64)
    return found.reshape((-1,)).astype(kind, copy=False)


def _added(places: Array, weights: Array | None, count: Any, kind: Dtype) -> Array:
    """Add one, or a weight, to the bin of each element: one loop in the order of the elements."""
    kind = kind if weights is None else weights.dtype
    made = fresh((count,), 0, kind)
    bins, extra = places.tensor(), None if weights is None else weights.tensor()
    add = combiner(np.add, kind)
    one = _one(kind)
    loop = scf.ForOp(index(0), index_value(places.shape[0]), index(1), [made.tensor()])
    with ir.InsertionPoint(loop.body):
        step, so_far = loop.induction_variable, loop.inner_iter_args[0]
        place = convert(tensor.ExtractOp(bins, [step]).result, places.dtype, np.dtype(np.int64))
        amount = one if extra is None else tensor.ExtractOp(extra, [step]).result
        place = arith.IndexCastOp(ir.IndexType.get(), place).result
        inside = arith.CmpIOp(arith.CmpIPredicate.ult, place, index_value(count)).result
        place = arith.SelectOp(inside, place, index(0)).result
        amount = arith.SelectOp(inside, amount, _zero(kind)).result
        old = tensor.ExtractOp(so_far, [place]).result
        scf.YieldOp([tensor.InsertOp(add(amount, old), so_far, [place]).result])
    return Array.of(loop.results[0], kind, (count,))


def _one(kind: Dtype) -> ir.Value:
    from .operands import typed_number

    return typed_number(1, kind)


def _zero(kind: Dtype) -> ir.Value:
    from .operands import typed_number

    return typed_number(0, kind)


def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Count elements in bins of equal width, or between the given edges."""
    x = _numbers(a)
    extra = _weights(weights, as_array(a))
    edges, places, count = _binned(x, bins, range)
    counts = _added(places, extra, count, np.dtype(np.int64))
    if density:
        widths = edges[1:] - edges[:-1]
        return counts / widths / sum_(counts), edges
    return counts, edges


def _numbers(a: Any) -> Array:
    """Give the flat array; integers as f64, which holds their edges."""
    x = as_array(a).reshape((-1,))
    return x.astype(np.float64) if x.dtype.kind in "iub" else x


def _binned(x: Array, bins: Any, range: Any) -> tuple[Array, Array, Any]:
    """Give the edges, the place of every element (that of none: past the last bin) and the number of bins."""
    if isinstance(bins, str):
        raise error("'numpy.histogram': the number of bins must be known", note="give a number or the edges")
    if isinstance(bins, int | np.integer) or (isinstance(bins, Scalar) and bins.dtype.kind in "iu"):
        edges, low, high = _even_edges(x, bins, range)
        return edges, _even_places(x, edges, low, high, bins), bins
    edges = as_array(bins)
    if edges.ndim != 1:
        raise error("'numpy.histogram': 'bins' must be 1d, when an array")
    count = edges.shape[0] - 1
    places = searchsorted(edges, x, side="right") - 1
    places = np.where(np.equal(x, edges[-1]), count - 1, places)
    outside = np.less(x, edges[0]) | np.greater(x, edges[-1]) | np.not_equal(x, x)
    return edges, as_array(np.where(outside, count, places)), count


def _even_edges(x: Array, bins: Any, range: Any) -> tuple[Array, Any, Any]:
    if range is not None and is_static(*range):
        low, high = (float(bound) for bound in range)
        if low > high:
            raise error("'numpy.histogram': max must be larger than min in range parameter")
        low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
    else:
        low, high = (min_(x), max_(x)) if range is None else range
        same = np.equal(low, high)
        low, high = (
            as_operand(np.where(same, bound + shift, bound)) for bound, shift in ((low, -0.5), (high, 0.5))
        )
    kind = np.result_type(as_operand(low).dtype, as_operand(high).dtype, x.dtype)
    return linspace(low, high, bins + 1, dtype=kind), low, high


def _even_places(x: Array, edges: Array, low: Any, high: Any, bins: Any) -> Array:
    """Compute the bin by division and correct it by the edges themselves, as NumPy does."""
    guess = (x - low) / (as_operand(high) - low) * bins
    place = np.minimum(guess.astype(np.int64), bins - 1)
    place = np.minimum(np.maximum(place, 0), bins - 1)
    place = place - np.less(x, edges[place]).astype(np.int64)
    up = np.greater_equal(x, edges[np.maximum(place, 0) + 1]) & np.not_equal(place, bins - 1)
    place = place + up.astype(np.int64)
    inside = np.greater_equal(x, low) & np.less_equal(x, high)
    return as_array(np.where(inside, place, bins))


def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """Give the edges that `histogram` would use."""
    return _binned(_numbers(a), bins, range)[0]


TABLE = {
    np.bincount: bincount,
    np.histogram: histogram,
    np.histogram_bin_edges: histogram_bin_edges,
}
