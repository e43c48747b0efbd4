"""Places of extremes, and reductions that pass over NaN."""

from typing import Any

import numpy as np

from ....dialects.mlir import arith, ir
from ..array import Array
from ..elements import is_float, is_unsigned
from ..elementwise import scalar_value
from ..where import error
from .combiners import identity
from .folding import fold_with_index
from .operands import as_array, as_operand, into, normal_axis
from .reductions import any_, mean, reduced, sum_, var

_ABSENT = np._NoValue


def argmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """Give the place of the first largest element; of the first NaN where there is one."""
    return _argument(np.maximum, a, axis, out, keepdims, "numpy.argmax")


def argmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """Give the place of the first smallest element; of the first NaN where there is one."""
    return _argument(np.minimum, a, axis, out, keepdims, "numpy.argmin")


def _argument(ufunc: np.ufunc, a: Any, axis: Any, out: Any, keepdims: Any, name: str) -> Any:
    from .shaping import ravel

    x = as_array(a)
    rank = x.ndim
    if axis is None:
        x, place = ravel(x), 0
    else:
        place = normal_axis(axis, x.ndim, name)
    if x.dtype.kind == "c":
        raise error(f"'{name}' of complex numbers is not supported", note="compare a.real")
    if isinstance(x.shape[place], int) and x.shape[place] == 0:
        raise error(f"'{name}': attempt to get the place of an extreme of an empty sequence")
    found = fold_with_index(
        _better(ufunc, x.dtype), scalar_value(identity(ufunc, x.dtype), x.dtype), x, place
    )
    if keepdims and keepdims is not _ABSENT:
        shape = (1,) * rank if axis is None else (*x.shape[:place], 1, *x.shape[place + 1 :])
        found = as_array(found).reshape(shape)
    return into(out, found)


def _better(ufunc: np.ufunc, dtype: "np.dtype[Any]") -> Any:
    """Compare strictly, so that the first one wins; NaN beats every number."""
    is_max = ufunc is np.maximum

    def float_better(element: ir.Value, best: ir.Value) -> ir.Value:
        ordered = arith.CmpFPredicate.OGT if is_max else arith.CmpFPredicate.OLT
        wins = arith.CmpFOp(ordered, element, best).result
        is_nan = arith.CmpFOp(arith.CmpFPredicate.UNO, element, element).result
        best_is_number = arith.CmpFOp(arith.CmpFPredicate.ORD, best, best).result
        return arith.OrIOp(wins, arith.AndIOp(is_nan, best_is_number).result).result

    names = ("ugt", "ult") if is_unsigned(dtype) else ("sgt", "slt")
    predicate = getattr(arith.CmpIPredicate, names[0 if is_max else 1])
    return (
        float_better
        if is_float(dtype)
        else lambda element, best: arith.CmpIOp(predicate, element, best).result
    )


def _replaced(a: Any, value: Any) -> Array:
    """Put a number in the place of every NaN."""
    x = as_array(a)
    if x.dtype.kind not in "fc":
        return x
    return as_array(np.where(np.isnan(x), x.dtype.type(value), x))


def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
) -> Any:
    """Add what is not NaN."""
    return sum_(_replaced(a, 0), axis, dtype, out, keepdims, initial, where)


def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
) -> Any:
    """Multiply what is not NaN."""
    return reduced(np.multiply, _replaced(a, 1), axis, dtype, out, keepdims, initial, where, "numpy.nanprod")


def nanmax(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
) -> Any:
    """Give the largest number; NaN where there is none."""
    return _nan_extreme(np.maximum, a, axis, out, keepdims, initial, where, "numpy.nanmax")


def nanmin(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _ABSENT,
    where: Any = True,
) -> Any:
    """Give the smallest number; NaN where there is none."""
    return _nan_extreme(np.minimum, a, axis, out, keepdims, initial, where, "numpy.nanmin")


def _nan_extreme(
    ufunc: np.ufunc, a: Any, axis: Any, out: Any, keepdims: Any, initial: Any, where: Any, name: str
) -> Any:
    x = as_array(a)
    if x.dtype.kind != "f":
        return reduced(ufunc, x, axis, None, out, keepdims, initial, where, name)
    found = reduced(
        ufunc, _replaced(x, identity(ufunc, x.dtype)), axis, None, None, keepdims, initial, where, name
    )
    present = any_(~np.isnan(x), axis, keepdims=keepdims, where=where)
    if initial is not _ABSENT:
        return into(out, found)
    return into(out, as_operand(np.where(present, found, x.dtype.type(np.nan))))


def nanargmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """Give the place of the first largest number; 0 where all are NaN, which NumPy refuses."""
    return argmax(_replaced(a, -np.inf), axis, out, keepdims=keepdims)


def nanargmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """Give the place of the first smallest number; 0 where all are NaN, which NumPy refuses."""
    return argmin(_replaced(a, np.inf), axis, out, keepdims=keepdims)


def _present(a: Any, where: Any) -> Any:
    """Tell what counts: what is not NaN, where the mask holds."""
    numbers = ~np.isnan(as_array(a))
    return numbers if where is True or where is _ABSENT else numbers & as_operand(where)


def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Average what is not NaN."""
    x = as_array(a)
    if x.dtype.kind not in "fc":
        return mean(x, axis, dtype, out, keepdims, where=where)
    return mean(_replaced(x, 0), axis, dtype, out, keepdims, where=_present(x, where))


def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = _ABSENT,
    correction: Any = _ABSENT,
) -> Any:
    """Average squared distances, NaN left out; NaN where too few are left."""
    x = as_array(a)
    if x.dtype.kind not in "fc":
        return var(x, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    present = _present(x, where)
    found = var(
        _replaced(x, 0), axis, dtype, None, ddof, keepdims, where=present, mean=mean, correction=correction
    )
    left = sum_(present, axis, keepdims=keepdims) - (ddof if correction is _ABSENT else correction)
    return into(out, as_operand(np.where(np.greater(left, 0), found, found.dtype.type(np.nan))))


def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = _ABSENT,
    correction: Any = _ABSENT,
) -> Any:
    """Give the root of the variance, NaN left out."""
    found = nanvar(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    return into(out, np.sqrt(found))


TABLE = {
    np.argmax: argmax,
    np.argmin: argmin,
    np.nanargmax: nanargmax,
    np.nanargmin: nanargmin,
    np.nanmax: nanmax,
    np.nanmean: nanmean,
    np.nanmin: nanmin,
    np.nanprod: nanprod,
    np.nanstd: nanstd,
    np.nansum: nansum,
    np.nanvar: nanvar,
}
