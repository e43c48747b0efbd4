"""What two elements of a reduction or a scan become, and what each starts from."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ....dialects.mlir import arith, complex, ir
from ..elements import is_float, is_unsigned
from ..where import error

Dtype = np.dtype[Any]
Combine = Callable[[ir.Value, ir.Value], ir.Value]


def combiner(ufunc: np.ufunc, dtype: Dtype) -> Combine:
    """Give the scalar operation of a binary ufunc on one dtype; one without is a `CaptureError`."""
    rules = _RULES.get(ufunc)
    if rules is None:
        raise error(
            f"'numpy.{ufunc.__name__}' cannot be accumulated",
            note=f"use one of {', '.join(sorted(one.__name__ for one in _RULES))}",
        )
    made = rules.get(_family(dtype))
    if made is None:
        raise error(f"'numpy.{ufunc.__name__}' has no meaning for elements of dtype '{dtype}'")
    return lambda element, accumulator: made(accumulator, element).result


def identity(ufunc: np.ufunc, dtype: Dtype) -> Any:
    """Give the number that a reduction starts from; extremes start from the other end of the dtype."""
    if ufunc in (np.maximum, np.fmax):
        return _lowest(dtype)
    if ufunc in (np.minimum, np.fmin):
        return _highest(dtype)
    if ufunc is np.bitwise_and:
        return -1 if dtype.kind == "i" else (True if dtype.kind == "b" else np.iinfo(dtype).max)
    return ufunc.identity


def _lowest(dtype: Dtype) -> Any:
    if is_float(dtype):
        return -np.inf
    return False if dtype.kind == "b" else np.iinfo(dtype).min


def _highest(dtype: Dtype) -> Any:
    if is_float(dtype):
        return np.inf
    return True if dtype.kind == "b" else np.iinfo(dtype).max


def _family(dtype: Dtype) -> str:
    if is_float(dtype):
        return "float"
    if dtype.kind == "b":
        return "bool"
    if dtype.kind == "c":
        return "complex"
    return "unsigned" if is_unsigned(dtype) else "signed"


def _all_integers(operation: Any, truth: Any = None) -> dict[str, Any]:
    return {"bool": truth or operation, "signed": operation, "unsigned": operation}


_OR = {"bool": arith.OrIOp, "signed": arith.OrIOp, "unsigned": arith.OrIOp}
_AND = {"bool": arith.AndIOp, "signed": arith.AndIOp, "unsigned": arith.AndIOp}
_XOR = {"bool": arith.XOrIOp, "signed": arith.XOrIOp, "unsigned": arith.XOrIOp}
_MAX = {"float": arith.MaximumFOp, "bool": arith.OrIOp, "signed": arith.MaxSIOp, "unsigned": arith.MaxUIOp}
_MIN = {"float": arith.MinimumFOp, "bool": arith.AndIOp, "signed": arith.MinSIOp, "unsigned": arith.MinUIOp}

_RULES: dict[np.ufunc, dict[str, Any]] = {
    np.add: {"float": arith.AddFOp, "complex": complex.AddOp, **_all_integers(arith.AddIOp, arith.OrIOp)},
    np.bitwise_and: _AND,
    np.bitwise_or: _OR,
    np.bitwise_xor: _XOR,
    np.fmax: {**_MAX, "float": arith.MaxNumFOp},
    np.fmin: {**_MIN, "float": arith.MinNumFOp},
    np.logical_and: {"bool": arith.AndIOp},
    np.logical_or: {"bool": arith.OrIOp},
    np.logical_xor: {"bool": arith.XOrIOp},
    np.maximum: _MAX,
    np.minimum: _MIN,
    np.multiply: {
        "float": arith.MulFOp,
        "complex": complex.MulOp,
        **_all_integers(arith.MulIOp, arith.AndIOp),
    },
}
