"""NumPy's ufuncs on traced values: operators, calls with `out=` and `where=`, and methods."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import where
from .array import Array
from .elementwise import as_operand, broadcast_to, elementwise
from .promotion import is_weak, promoted
from .scalar import Scalar
from .ufunc_bodies import BODIES


def operate(ufunc: np.ufunc, operands: Sequence[Any]) -> Any:
    """Apply a ufunc as an operator does: Python numbers alone give a Python number."""
    try:
        operands = [as_operand(operand) for operand in operands]
    except Exception as failure:
        if isinstance(failure, where.CaptureError):
            raise
        return NotImplemented
    with where.location(ufunc.__name__):
        result = apply(ufunc, operands)
        if isinstance(result, Scalar) and all(is_weak(operand) for operand in operands):
            return Scalar(result.value, result.dtype, weak=True)
        return result


def call_method(ufunc: np.ufunc, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Do what `np.add(…)`, `np.add.reduce(…)` and the like ask for."""
    with where.location(ufunc.__name__):
        if method != "__call__":
            raise where.error(f"'np.{ufunc.__name__}.{method}' is not supported on traced values")
        return _call(ufunc, inputs, **kwargs)


def _call(
    ufunc: np.ufunc,
    inputs: Sequence[Any],
    out: Any = None,
    where: Any = True,
    casting: str = "same_kind",
    dtype: Any = None,
    **_: Any,
) -> Any:
    result = apply(ufunc, [as_operand(operand) for operand in inputs], dtype)
    target = out[0] if isinstance(out, tuple) else out
    if target is None:
        return result
    _store(target, result, ufunc, casting)
    return target


def _store(target: Any, result: Any, ufunc: np.ufunc, casting: str) -> None:
    if not isinstance(target, Array):
        raise where.error(
            f"'out=' of np.{ufunc.__name__} is no traced array", note="create it in the captured function"
        )
    if not np.can_cast(result.dtype, target.dtype, casting):  # type: ignore[arg-type]
        raise where.error(
            f"cannot cast ufunc '{ufunc.__name__}' output from {result.dtype!r} to {target.dtype!r} "
            f"with casting rule '{casting}'",
            note="write a = a op b, or convert with astype()",
        )
    target.view.write(broadcast_to(result, target.shape, target.dtype))


def apply(ufunc: np.ufunc, operands: Sequence[Any], dtype: Any = None) -> Any:
    """Apply a ufunc to operands."""
    make = BODIES.get(ufunc)
    if make is None:
        raise where.error(f"'np.{ufunc.__name__}' is not supported on traced values")
    kinds = promoted(ufunc, operands, dtype)
    loop, result = kinds[: ufunc.nin], kinds[ufunc.nin]
    return elementwise(make(*loop, result), *operands, dtype=result, loop=loop)


def real(value: Any) -> Any:
    """Give the real part of a scalar."""
    raise NotImplementedError


def imag(value: Any) -> Any:
    """Give the imaginary part of a scalar."""
    raise NotImplementedError
