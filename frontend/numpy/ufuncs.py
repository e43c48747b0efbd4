"""NumPy's ufuncs on traced values: operators, and calls with `out=`, `where=`, `dtype=` and `casting=`."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import where
from .array import Array
from .elementwise import as_operand, broadcast_to, elementwise
from .linear import Linear
from .masked import Masked, apply_masked
from .powers import fixed_power
from .promotion import is_weak, promoted
from .scalar import Scalar, linear_of
from .ufunc_bodies import BODIES, SEVERAL_RESULTS

_OF_BITS = {np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert}


def operate(ufunc: np.ufunc, operands: Sequence[Any]) -> Any:
    """Apply a ufunc as an operator does: Python numbers alone give a Python number."""
    if not all(_is_operand(operand) for operand in operands):
        return NotImplemented
    with where.location(ufunc.__name__):
        if not all(is_weak(operand) for operand in operands):
            return apply(ufunc, operands)
        return _on_python_numbers(ufunc, operands)


def _is_operand(value: Any) -> bool:
    if isinstance(
        value, Array | Scalar | Masked | int | float | complex | np.generic | np.ndarray | list | tuple
    ):
        return True
    return hasattr(value, "__traced_array__")


def _on_python_numbers(ufunc: np.ufunc, operands: Sequence[Any]) -> Any:
    """Compute as Python does: sums of bools are ints, negative powers of ints are floats."""
    if ufunc not in _OF_BITS and not ufunc.types[-1].endswith("?"):
        operands = [_counted(operand) for operand in operands]
    if ufunc is np.power and _is_negative_int(operands[1]) and _kind(operands[0]) in "iu":
        operands = [
            float(operands[0]) if isinstance(operands[0], int) else operands[0].astype(np.float64),
            operands[1],
        ]
    result = apply(ufunc, operands)
    if isinstance(result, tuple):
        return tuple(one.item() if isinstance(one, Scalar) else one for one in result)
    return result.item() if isinstance(result, Scalar) else result


def _counted(operand: Any) -> Any:
    """Let a bool count as an int."""
    if isinstance(operand, Scalar):
        return operand.astype(np.int64).item() if operand.dtype.kind == "b" else operand
    return int(operand) if isinstance(operand, bool) else operand


def _is_negative_int(operand: Any) -> bool:
    return isinstance(operand, int) and operand < 0


def _kind(operand: Any) -> str:
    return operand.dtype.kind if isinstance(operand, Scalar) else np.asarray(operand).dtype.kind


def call_method(ufunc: np.ufunc, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Do what `np.add(…)`, `np.add.reduce(…)` and the like ask for."""
    with where.location(ufunc.__name__):
        if method == "__call__":
            return _call(ufunc, inputs, **kwargs)
        from .ufunc_methods import METHODS

        if method not in METHODS:
            raise where.error(
                f"'np.{ufunc.__name__}.{method}' is not supported on traced values",
                note=f"supported are {', '.join(f'np.{ufunc.__name__}.{name}' for name in METHODS)}",
            )
        return METHODS[method](ufunc, *inputs, **kwargs)


def _call(
    ufunc: np.ufunc,
    inputs: Sequence[Any],
    out: Any = None,
    casting: str = "same_kind",
    dtype: Any = None,
    **rest: Any,
) -> Any:
    condition = rest.pop("where", True)
    rest = {name: value for name, value in rest.items() if name not in ("order", "subok")}
    if rest:
        raise where.error(f"np.{ufunc.__name__} got an unsupported argument '{next(iter(rest))}'")
    result = apply(ufunc, inputs, dtype, casting)
    targets = out if isinstance(out, tuple) else (out,) * ufunc.nout
    results = result if isinstance(result, tuple) else (result,)
    stored = tuple(
        _stored(target, one, condition, ufunc, casting) for target, one in zip(targets, results, strict=True)
    )
    return stored if isinstance(result, tuple) else stored[0]


def _stored(target: Any, result: Any, condition: Any, ufunc: np.ufunc, casting: str) -> Any:
    """Write a result where `out=` says, if it does; `where=` keeps what was there, or 0, elsewhere."""
    if target is None:
        return result if condition is True else _chosen(condition, result, result.dtype.type(0), result.dtype)
    if not isinstance(target, Array):
        raise where.error(
            f"the destination of np.{ufunc.__name__} is an array made outside of the captured function",
            note="create it inside, or pass it as an argument",
        )
    if not np.can_cast(result.dtype, target.dtype, casting):  # type: ignore[arg-type]
        raise where.error(
            f"cannot cast ufunc '{ufunc.__name__}' output from {result.dtype!r} to {target.dtype!r} "
            f"with casting rule '{casting}'",
            note="write a = a op b instead of a op= b, or convert with astype()",
        )
    if condition is not True:
        result = _chosen(condition, result, target, target.dtype)
    target.view.write(broadcast_to(result, target.shape, target.dtype))
    return target


def _chosen(condition: Any, result: Any, other: Any, dtype: np.dtype[Any]) -> Any:
    from .expression import select

    return elementwise(select, condition, result, other, dtype=dtype, loop=[np.dtype(bool), dtype, dtype])


def apply(ufunc: np.ufunc, operands: Sequence[Any], dtype: Any = None, casting: str = "same_kind") -> Any:
    """Apply a ufunc to operands; several results are a tuple."""
    if any(isinstance(operand, Masked) for operand in operands):
        return apply_masked(lambda *values: apply(ufunc, values, dtype, casting), operands)
    if ufunc.signature is not None:
        from .dispatch import implementation

        return implementation(ufunc)(*operands)
    numbers = [_number(operand) for operand in operands]
    if not any(isinstance(one, Array | Scalar) for one in numbers):
        return ufunc(*numbers, dtype=dtype, casting=casting)
    kinds = promoted(ufunc, numbers, dtype, casting)
    loop, results = kinds[: ufunc.nin], kinds[ufunc.nin :]
    if ufunc in SEVERAL_RESULTS:
        makers = SEVERAL_RESULTS[ufunc]
        return tuple(
            elementwise(_body(ufunc, make, kinds), *numbers, dtype=result, loop=loop)
            for make, result in zip(makers, results, strict=True)
        )
    if ufunc in (np.power, np.float_power):
        found = fixed_power(numbers[0], numbers[1], loop[0])
        if found is not None:
            return elementwise(found, numbers[0], dtype=results[0], loop=loop[:1])
    if ufunc not in BODIES:
        raise where.error(f"'np.{ufunc.__name__}' is not supported on traced values")
    made = elementwise(_body(ufunc, BODIES[ufunc], kinds), *numbers, dtype=results[0], loop=loop)
    return _with_range(ufunc, numbers, made) if isinstance(made, Scalar) else made


def _number(operand: Any) -> Any:
    """Read an operand; an array without axes is the number it holds."""
    operand = as_operand(operand)
    if isinstance(operand, Array) and not operand.ndim:
        return Scalar(operand.view.element(), operand.dtype)
    return operand


def _body(ufunc: np.ufunc, make: Any, kinds: Sequence[np.dtype[Any]]) -> Any:
    try:
        return make(*kinds)
    except KeyError:
        names = ", ".join(str(kind) for kind in kinds[: ufunc.nin])
        raise where.error(f"'np.{ufunc.__name__}' is not supported on {names}") from None


def _with_range(ufunc: np.ufunc, operands: Sequence[Any], made: Scalar) -> Any:
    """Keep what is known of an index: a sum or a multiple of known ones is known too."""
    if made.dtype != np.int64 or not all(_is_index(operand) for operand in operands):
        return made
    keep = _LINEAR.get(ufunc)
    linear = None if keep is None else keep(*[linear_of(_plain(operand)) for operand in operands])
    if linear is None:
        return made
    if linear.is_constant and all(is_weak(operand) for operand in operands):
        return Scalar(made.value, made.dtype, made.weak, linear)
    return made.with_linear(linear)


def _is_index(operand: Any) -> bool:
    if isinstance(operand, Scalar):
        return operand.dtype == np.int64
    return isinstance(operand, int | np.integer)


def _plain(operand: Any) -> Any:
    return operand if isinstance(operand, Scalar) else int(operand)


def _product(left: Linear, right: Linear) -> Linear | None:
    if left.is_constant:
        return right.times(left.constant)
    return left.times(right.constant) if right.is_constant else None


def _modulo(left: Linear, right: Linear) -> Linear | None:
    from .linear import Symbol

    if not right.is_constant or right.constant <= 0:
        return None
    return Linear.of(Symbol(Linear(0), Linear(right.constant - 1)))


def _quotient(left: Linear, right: Linear) -> Linear | None:
    from .linear import Symbol

    low, high = left.lower(), left.upper()
    if not right.is_constant or right.constant <= 0:
        return None
    first, last = (None if bound is None else Linear(bound // right.constant) for bound in (low, high))
    return Linear.of(Symbol(first, last))


_LINEAR: dict[np.ufunc, Callable[..., Linear | None]] = {
    np.add: lambda left, right: left + right,
    np.subtract: lambda left, right: left - right,
    np.multiply: _product,
    np.negative: lambda left: left.times(-1),
    np.positive: lambda left: left,
    np.remainder: _modulo,
    np.floor_divide: _quotient,
}
