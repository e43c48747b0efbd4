"""Symbolic sizes: bound by the arguments of a call, checked, and used for the shapes of results."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence

from isthmus.errors import RunError
from isthmus.signature import UNKNOWN, Signature, TensorType, evaluate_size

from .memory import Array

Shape = tuple[int, ...]
_WORD = re.compile(r"[A-Za-z_]\w*")


def has_known_sizes(value: TensorType) -> bool:
    """Tell whether all sizes of an output are known before the run."""
    return UNKNOWN not in value.shape


def bind_sizes(signature: Signature, arrays: Sequence[Array]) -> dict[str, int]:
    """Check every argument's shape and give the values of the symbols; a mismatch is a `RunError`."""
    symbols: dict[str, int] = {}
    sources: dict[str, str] = {}
    derived: list[tuple[TensorType, int, int]] = []
    for value, array in zip(signature.inputs, arrays, strict=True):
        if array.shape == value.shape:
            continue
        if array.ndim != len(value.shape):
            raise _wrong_shape(value, array, f"rank {array.ndim}")
        for axis, (expected, size) in enumerate(zip(value.shape, array.shape, strict=True)):
            if isinstance(expected, int):
                if expected != size:
                    raise _wrong_shape(value, array, f"size {size} at axis {axis}")
            elif expected.isidentifier():
                _bind(signature, symbols, sources, expected, size, f"axis {axis} of '{value.name}'")
            elif expected != UNKNOWN:
                derived.append((value, axis, size))
    for value, axis, size in derived:
        _solve(signature, symbols, sources, value, axis, size)
        _check_derived(value, axis, size, symbols)
    return symbols


def result_shapes(signature: Signature) -> Callable[[Mapping[str, int]], list[Shape | None]]:
    """Give a function from the symbols' values to the shapes of the outputs (None: only the run decides)."""
    if not signature.symbols:
        fixed = _shapes(signature, {})
        return lambda symbols: fixed

    @functools.lru_cache(maxsize=64)
    def compute(items: tuple[tuple[str, int], ...]) -> list[Shape | None]:
        return _shapes(signature, dict(items))

    return lambda symbols: compute(tuple(symbols.items()))


def _shapes(signature: Signature, symbols: Mapping[str, int]) -> list[Shape | None]:
    return [_shape(value, symbols) if has_known_sizes(value) else None for value in signature.outputs]


def _shape(value: TensorType, symbols: Mapping[str, int]) -> Shape:
    shape = tuple(evaluate_size(size, symbols) for size in value.shape)
    if min(shape, default=0) < 0:
        raise RunError(f"output '{value}' would have shape {shape}: a size is negative")
    return shape


def _bind(
    signature: Signature, symbols: dict[str, int], sources: dict[str, str], name: str, size: int, where: str
) -> None:
    if name in symbols:
        if symbols[name] != size:
            raise RunError(
                f"sizes that must agree do not: {sources[name]} is {symbols[name]}, {where} is {size}"
                f" (both are '{name}')"
            )
        return
    low, high = signature.symbols.get(name, (0, None))
    if size < low or (high is not None and size > high):
        allowed = f"at least {low}" if high is None else f"{low} to {high}"
        raise RunError(f"{where} has size {size}: expected '{name}' to be {allowed}")
    symbols[name] = size
    sources[name] = where


def _solve(
    signature: Signature,
    symbols: dict[str, int],
    sources: dict[str, str],
    value: TensorType,
    axis: int,
    size: int,
) -> None:
    """Give the one symbol a size such as '2*n' leaves open the value that fits, where the size is linear in it."""
    expression = str(value.shape[axis])
    unbound = [
        name for name in _WORD.findall(expression) if name in signature.symbols and name not in symbols
    ]
    if len(unbound) != 1:
        return
    at_zero, at_one = (evaluate_size(expression, {**symbols, unbound[0]: n}) for n in (0, 1))
    step = at_one - at_zero
    if step == 0 or (size - at_zero) % step:
        raise RunError(
            f"axis {axis} of '{value.name}' has size {size}: expected '{expression}'",
            note=f"the program needs a multiple of {step}" + (f" plus {at_zero}" if at_zero else ""),
        )
    where = f"axis {axis} of '{value.name}'"
    _bind(signature, symbols, sources, unbound[0], (size - at_zero) // step, where)


def _check_derived(value: TensorType, axis: int, size: int, symbols: Mapping[str, int]) -> None:
    expected = evaluate_size(value.shape[axis], symbols)
    if expected != size:
        given = ", ".join(f"{name} = {number}" for name, number in symbols.items())
        raise RunError(
            f"axis {axis} of '{value.name}' has size {size}: expected {expected}"
            f" ('{value.shape[axis]}' with {given})"
        )


def _wrong_shape(value: TensorType, array: Array, what: str) -> RunError:
    shown = ", ".join(map(str, value.shape))
    return RunError(f"argument '{value.name}' has shape {array.shape} ({what}): expected [{shown}]")
