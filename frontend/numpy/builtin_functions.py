"""Python's own functions on traced values: `range`, `len`, `int`, `max`, `zip`, `isinstance`, `math.sqrt` and so on."""

import builtins
import functools
import math
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from ...dialects.mlir import ir
from . import where
from .array import Array
from .elementwise import cast
from .emitter import current_trace
from .iterables import Backwards, Counted, Items, Range, Together, items_of
from .operators import both, choice, either, truth
from .scalar import Scalar
from .traced import Traced

Function = Callable[..., Any]


def number_of(value: Any) -> Any:
    """Give the one element of an array as a number; numbers are themselves."""
    if not isinstance(value, Array):
        return value
    if value.size != 1:
        raise where.error(
            "only arrays with one element can be converted to Python numbers", note="use astype()"
        )
    return value.reshape(())[()]


def _converter(kind: type) -> Function:
    def convert(value: Any) -> Any:
        return cast(number_of(value), np.dtype(kind)).item()

    return convert


def _range(*bounds: Any) -> Any:
    bounds = tuple(number_of(bound) for bound in bounds)
    for bound in bounds:
        if isinstance(bound, Scalar) and bound.dtype.kind not in "iu":
            raise where.error(f"{bound!r} cannot be a bound of a range", note="convert it with int()")
    return Range.of(*(_as_size(bound) for bound in bounds))


def _as_size(bound: Any) -> Any:
    if not isinstance(bound, Scalar):
        return int(bound)
    return bound if bound.weak and bound.dtype == np.int64 else bound.astype(np.int64).item()


def _len(value: Any) -> Any:
    if isinstance(value, Array):
        if not value.ndim:
            raise where.error("len() of an array without axes")
        return value.shape[0]
    return len(value)


def _extreme(name: str) -> Function:
    def extreme(*values: Any, **options: Any) -> Any:
        if options:
            return getattr(builtins, name)(*values, **options)
        if len(values) == 1 and isinstance(values[0], Array):
            return getattr(np, name)(values[0], axis=0)
        many = list(values[0]) if len(values) == 1 else list(values)
        return functools.reduce(better, many)

    def better(best: Any, new: Any) -> Any:
        return choice(new > best if name == "max" else new < best, lambda: new, lambda: best)

    return extreme


def _sum(values: Any, /, start: Any = 0) -> Any:
    if isinstance(values, Array) and values.ndim:
        return np.sum(values, axis=0) + start
    return sum(values, start)


def _any(values: Any) -> Any:
    if isinstance(values, Array):
        return truth(np.any(values))
    return functools.reduce(lambda found, one: either(found, lambda: truth(one)), values, False)


def _all(values: Any) -> Any:
    if isinstance(values, Array):
        return truth(np.all(values))
    return functools.reduce(lambda found, one: both(found, lambda: truth(one)), values, True)


def _print(*values: Any, **options: Any) -> None:
    note = f"{where.user_place()}: print() of a traced value printed a placeholder, once, while capturing"
    current_trace().warnings.append(note)
    print(*values, **options)


def _enumerate(values: Any, start: Any = 0) -> Any:
    items = items_of(values)
    if items is None or (isinstance(values, range) and not isinstance(start, Traced)):
        return enumerate(values, start)
    return Together([Counted(start, items.count), items])


def _zip(*values: Any, **options: Any) -> Any:
    parts = [items_of(one) for one in values]
    if not parts or any(part is None for part in parts) or all(isinstance(one, range) for one in values):
        return zip(*values, **options)  # noqa: B905 (the user's own choice)
    return Together([part for part in parts if part is not None])


def _reversed(values: Any) -> Any:
    items = items_of(values)
    return reversed(values) if items is None or isinstance(values, range) else Backwards(items)


def _next(values: Any, *default: Any) -> Any:
    if ir.InsertionPoint.current.block != current_trace().entry:
        raise where.error(
            "next() in a loop or branch that is traced once gives one item only",
            note="write a 'for' statement over the items",
        )
    return next(values, *default)


def _isinstance(value: Any, kinds: Any) -> bool:
    if not isinstance(value, Array | Scalar):
        return isinstance(value, kinds)
    return isinstance(value, kinds) or issubclass(_type(value), kinds)


def _type(*arguments: Any) -> Any:
    value = arguments[0]
    if len(arguments) > 1 or not isinstance(value, Array | Scalar):
        return type(*arguments)
    if isinstance(value, Array):
        return np.ndarray
    if not value.weak:
        return value.dtype.type
    return {"b": bool, "i": int, "u": int, "f": float}.get(value.dtype.kind, complex)


def _round(value: Any, digits: Any = None) -> Any:
    if isinstance(value, Scalar) and digits is None:
        return cast(np.rint(value), np.int64).item() if value.dtype.kind == "f" else value
    return np.round(value, digits or 0)


def _pow(base: Any, exponent: Any, modulus: Any = None) -> Any:
    return base**exponent if modulus is None else base**exponent % modulus


def _complex(real: Any, imaginary: Any = 0) -> Any:
    return cast(number_of(real) + number_of(imaginary) * 1j, np.complex128).item()


def _float_function(function: Function) -> Function:
    def compute(*values: Any) -> Any:
        found = function(*(cast(number_of(value), np.float64) for value in values))
        return found.item() if found.dtype.kind == "f" else truth(found)

    return compute


def _rounding(function: Function) -> Function:
    def compute(value: Any) -> Any:
        return cast(function(number_of(value)), np.int64).item()

    return compute


def _fabs(value: Any) -> Any:
    return _converter(float)(abs(number_of(value)))


_SAME_NAMES = (
    "sqrt exp expm1 log1p log2 log10 sin cos tan sinh cosh tanh asinh acosh atanh hypot atan2 fmod copysign"
)
_MATH: dict[str, Function] = {
    **{
        name: getattr(np, name)
        for name in (*_SAME_NAMES.split(), "asin", "acos", "atan", "degrees", "radians")
    },
    "isnan": np.isnan,
    "isinf": np.isinf,
    "isfinite": np.isfinite,
    "cbrt": np.cbrt,
    "pow": np.power,
}
ON_TRACED: dict[Function, Function] = {
    abs: abs,
    all: _all,
    any: _any,
    bool: truth,
    complex: _complex,
    float: _converter(float),
    int: _converter(int),
    isinstance: _isinstance,
    max: _extreme("max"),
    min: _extreme("min"),
    pow: _pow,
    print: _print,
    range: _range,
    round: _round,
    sum: _sum,
    type: _type,
    math.fabs: _fabs,
    math.floor: _rounding(np.floor),
    math.ceil: _rounding(np.ceil),
    math.trunc: _rounding(np.trunc),
    **{getattr(math, name): _float_function(function) for name, function in _MATH.items()},
}
"""What replaces functions of Python's when a traced value is among their arguments."""
ALWAYS: dict[Function, Function] = {
    enumerate: _enumerate,
    len: _len,
    next: _next,
    reversed: _reversed,
    zip: _zip,
}
"""What replaces functions of Python's whatever their arguments are."""


def holds_traced(values: Iterable[Any]) -> bool:
    """Tell whether something among the values, or in a list, tuple or dict of them, is traced."""
    return any(
        isinstance(one, Traced | Items)
        or (isinstance(one, list | tuple) and holds_traced(one))
        or (isinstance(one, dict) and holds_traced(one.values()))
        for one in values
    )


def materialized(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Let `max(f(x) for x in xs)` be looked at: a generator becomes a list."""
    return tuple(list(one) if isinstance(one, Iterator) else one for one in args)


def among(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Tell whether a call has traced arguments."""
    return holds_traced(chain(args, kwargs.values()))
