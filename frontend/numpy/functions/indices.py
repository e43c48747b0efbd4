"""Pieces of loop bodies that work on places: the place itself, comparisons, choices."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....dialects.mlir import arith, complex, ir, linalg
from ..array import Array
from ..emitter import current_trace
from ..scalar import Size, size_value
from ..structured import generic


def index_as_i64(loop: int) -> ir.Value:
    """Give, inside a loop body, the place along a loop."""
    return arith.IndexCastOp(ir.IntegerType.get_signless(64), linalg.IndexOp(loop).result).result


def select(condition: ir.Value, yes: ir.Value, no: ir.Value) -> ir.Value:
    """Choose a value; of complex ones each part, since hosts know no complex numbers."""
    if isinstance(yes.type, ir.ComplexType):
        pairs = [(part(yes).result, part(no).result) for part in (complex.ReOp, complex.ImOp)]
        parts = [arith.SelectOp(condition, *pair).result for pair in pairs]
        return complex.CreateOp(yes.type, *parts).result
    return arith.SelectOp(condition, yes, no).result


def from_places(shape: Sequence[Size], dtype: Any, body: Callable[..., ir.Value]) -> Array:
    """Make an array whose elements follow from their places: `body` gets one i64 per axis."""
    kind = np.dtype(dtype)
    element = current_trace().element_type(kind)

    def run() -> ir.Value:
        return body(*(index_as_i64(loop) for loop in range(len(shape))))

    return Array.of(generic(run, [], [], shape, element), kind, tuple(shape))


def lower_band(shape: Sequence[Size], k: Any, axes: tuple[int, int] = (-2, -1)) -> Array:
    """Tell where column - row <= k."""
    offset = size_value(k)

    def body(*places: ir.Value) -> ir.Value:
        row, column = places[axes[0]], places[axes[1]]
        return arith.CmpIOp(arith.CmpIPredicate.sle, arith.SubIOp(column, row).result, offset).result

    return from_places(shape, bool, body)
