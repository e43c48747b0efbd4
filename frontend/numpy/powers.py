"""Powers whose exponent is known while the function is captured."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...dialects.mlir import arith, ir
from . import ufunc_complex, ufunc_floats, where
from .array import Array
from .elements import is_float
from .expression import plain
from .scalar import Scalar

_PRODUCTS = 64
"""Integer exponents up to this one become products."""


def fixed_power(base: Any, exponent: Any, dtype: np.dtype[Any]) -> Callable[[ir.Value], ir.Value] | None:
    """Find a body for `base ** exponent` that needs no general power; None where there is none."""
    if isinstance(exponent, Array | Scalar):
        return None
    if is_float(dtype):
        found = ufunc_floats.fixed_power(float(exponent))
        return None if found is None else ufunc_floats.formula(found)
    if dtype.kind == "c":
        return _of_complex(complex(exponent))
    if exponent < 0:
        raise where.error(
            "integers to negative integer powers are not allowed", note="convert the base to float"
        )
    return _of_integer(int(exponent)) if exponent <= _PRODUCTS else None


def _of_complex(exponent: complex) -> Callable[[ir.Value], ir.Value] | None:
    if exponent == 0.5:
        return ufunc_complex.formula(ufunc_complex.sqrt)
    if exponent.imag or exponent.real != int(exponent.real) or abs(exponent.real) >= 100:
        return None
    return ufunc_complex.formula(ufunc_complex.fixed_power(int(exponent.real)))


def _of_integer(exponent: int) -> Callable[[ir.Value], ir.Value]:
    def body(x: ir.Value) -> ir.Value:
        if exponent == 0:
            return plain(1, x)
        if exponent == 1:
            return x
        half = _of_integer(exponent // 2)(x)
        square = arith.MulIOp(half, half).result
        return arith.MulIOp(square, x).result if exponent % 2 else square

    return body
