"""Convolution and correlation of vectors."""

from typing import Any

import numpy as np

from ....dialects.mlir import ir
from ..array import Array
from ..structured import structured
from ..where import error
from .combiners import combiner
from .contractions import accumulator, by_parts, result, zeros
from .operands import as_array, conjugate, fresh

_UNROLLED = 16
"""Up to as many weights become a sum of shifted arrays, which fuses with its neighbours; more become a loop."""


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """Convolve two vectors."""
    x, y = _vectors(a, v, "numpy.convolve")
    if _known(y) > _known(x):
        x, y = y, x
    return _sliding(x, y, mode, "numpy.convolve")


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """Correlate two vectors."""
    x, y = _vectors(a, v, "numpy.correlate")
    y = conjugate(y)
    if _known(y) > _known(x):
        return _sliding(y, x[::-1], mode, "numpy.correlate")[::-1].copy()
    return _sliding(x, y[::-1], mode, "numpy.correlate")


def _vectors(a: Any, v: Any, name: str) -> tuple[Array, Array]:
    x, y = as_array(a), as_array(v)
    kind = np.result_type(x.dtype, y.dtype)
    x, y = ((one.reshape((1,)) if one.ndim == 0 else one).astype(kind, copy=False) for one in (x, y))
    if x.ndim != 1 or y.ndim != 1:
        raise error(f"'{name}': object too deep for desired array: expected vectors")
    return x, y


def _known(x: Array) -> int:
    if not isinstance(x.shape[0], int) or not x.shape[0]:
        raise error("a convolution needs sizes that are known at capture and not zero")
    return x.shape[0]


def _sliding(x: Array, weights: Array, mode: str, name: str) -> Any:
    """Weigh x[i - k] by weights[k], zeros around the longer vector."""
    n, m = _known(x), _known(weights)
    starts = {"full": (0, n + m - 1), "same": ((m - 1) // 2, n), "valid": (m - 1, n - m + 1)}
    if mode not in starts:
        raise error(f"'{name}': mode must be 'valid', 'same' or 'full', got '{mode}'")
    first, count = starts[mode]
    padded = fresh((n + 2 * (m - 1),), 0, x.dtype)
    padded[m - 1 : m - 1 + n] = x
    window = padded[first : first + count + m - 1]
    if m > _UNROLLED:
        return _summed(window, weights[::-1], count, x.dtype)
    total: Any = None
    for k in range(m):
        part = window[m - 1 - k : m - 1 - k + count] * weights[k]
        total = part if total is None else total + part
    return total


def _summed(window: Array, weights: Array, count: int, kind: "np.dtype[Any]") -> Any:
    """Sum window[i + k] weights[k] over k in one operation."""
    if kind.kind == "c":
        return by_parts(lambda x, y: _summed(x, y, count, x.dtype), window, weights, kind)
    place, k = ir.AffineDimExpr.get(0), ir.AffineDimExpr.get(1)
    maps = [ir.AffineMap.get(2, 0, [one]) for one in (place + k, k, place)]
    wide = accumulator(kind)
    multiply, add = combiner(np.multiply, wide), combiner(np.add, wide)

    def body(x: ir.Value, y: ir.Value, so_far: ir.Value) -> ir.Value:
        return add(multiply(y, x), so_far)

    inputs = [one.astype(wide, copy=False).tensor() for one in (window, weights)]
    made = structured(body, inputs, zeros((count,), wide), maps, ["parallel", "reduction"])
    return result(made, (count,), wide, kind)


TABLE = {
    np.convolve: convolve,
    np.correlate: correlate,
}
