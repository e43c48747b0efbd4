"""Several functions as the entries of one artifact, sharing arrays that stay on the device between calls."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import CaptureError
from isthmus.spec import Spec

from .dialects.mlir import collect, ir
from .frontend.captured import Captured, Parameters
from .frontend.keep_state import keep_state

Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]
CaptureFunction = Callable[[Any, tuple[Any, ...], Mapping[str, Any] | None, tuple[str, ...]], Captured]


@dataclass(frozen=True)
class Entry:
    """Describe one entry before its capture: arguments by parameter, and which parameters are state."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    static: tuple[str, ...]
    state: Mapping[str, Array]


def plan_entries(
    functions: Mapping[str, Any],
    inputs: Any,
    kwargs: Any,
    state: Mapping[str, Any] | None,
    static: Iterable[str],
) -> dict[str, Entry]:
    """Match functions with their inputs and the state; what does not fit is a `CaptureError` that names the entry.

    `inputs` and `kwargs` map entries to what they take beside the state. A parameter whose name is in `state` is
    state.
    """
    initial = {name: _initial(name, value) for name, value in (state or {}).items()}
    given, keywords = dict(inputs or {}), dict(kwargs or {})
    _check_names(functions, given, "inputs")
    _check_names(functions, keywords, "kwargs")
    entries = {
        name: _entry(name, function, given.get(name, ()), keywords.get(name, {}), initial, tuple(static))
        for name, function in functions.items()
    }
    unused = set(initial).difference(*(entry.state for entry in entries.values()))
    if unused:
        raise CaptureError(
            f"state '{min(unused)}' is a parameter of no entry",
            note="an entry takes state by the name of a parameter",
        )
    return entries


def capture_entries(entries: Mapping[str, Entry], capture: CaptureFunction) -> dict[str, Captured]:
    """Capture each entry, its state arguments turned into state."""
    found = {}
    for name, entry in entries.items():
        captured = capture(entry.function, entry.arguments, entry.keywords, entry.static)
        found[name] = keep_state(captured, entry.state)
    return found


def share_parameters(
    captured: Mapping[str, tuple[ir.Module, Parameters]], state: Iterable[str]
) -> dict[str, Array]:
    """Give each array of all entries one key: equal ones are shared, different ones of one key get names apart."""
    shared: dict[str, Array] = {}
    keys: dict[tuple[Any, ...], str] = {}
    kept = set(state)
    for entry, (module, parameters) in captured.items():
        renamed = {}
        for key, array in parameters.items():
            identity = _identity(array)
            if key in kept:
                renamed[key] = key
            elif identity in keys:
                renamed[key] = keys[identity]
            else:
                renamed[key] = keys[identity] = f"{entry}.{key}" if key in shared or key in kept else key
            shared[renamed[key]] = array
        for op in collect(module, "hpc.parameter"):
            key = ir.StringAttr(op.attributes["key"]).value
            with module.context:
                op.attributes["key"] = ir.StringAttr.get(renamed[key])
    return shared


def _identity(array: Array) -> tuple[Any, ...]:
    place = array.__array_interface__["data"][0] if array.size else id(array)
    return (place, array.shape, array.strides, array.dtype)


def _initial(name: str, value: Any) -> Array:
    if isinstance(value, Spec):
        if any(isinstance(size, str) for size in value.shape):
            raise CaptureError(
                f"state '{name}' is '{value}': its sizes cannot vary", note="write them as numbers"
            )
        return np.zeros(tuple(int(size) for size in value.shape), DTYPES[value.dtype].numpy)
    if not isinstance(value, np.ndarray):
        raise CaptureError(
            f"state '{name}' is a '{type(value).__name__}': expected an array or a Spec",
            note="a number that changes is an array of rank 0: np.array(0.0), changed as t[...] = t + dt",
        )
    return np.array(value, order="C")


def _check_names(functions: Mapping[str, Any], given: Mapping[str, Any], what: str) -> None:
    bad = [name for name in functions if not (isinstance(name, str) and name.isidentifier())]
    if bad:
        raise CaptureError(f"entry {bad[0]!r} is no name", note="name entries as functions are named")
    unknown = [name for name in given if name not in functions]
    if unknown:
        names = ", ".join(map(repr, functions))
        raise CaptureError(f"'{what}' names the entry '{unknown[0]}': expected {names}")


def _entry(
    name: str,
    function: Callable[..., Any],
    inputs: Any,
    keywords: Mapping[str, Any],
    state: Mapping[str, Array],
    static: tuple[str, ...],
) -> Entry:
    parameters = _parameters(name, function)
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    values = iter(inputs if isinstance(inputs, tuple | list) else (inputs,))
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    arguments: list[Any] = []
    for parameter in positional:
        value = state[parameter] if parameter in state else _next(values, keywords, defaults, parameter)
        if value is _NOTHING:
            raise CaptureError(
                f"entry '{name}' needs an input for parameter '{parameter}'",
                note=f"write it in inputs['{name}'], or name it in 'state'",
            )
        arguments.append(value)
    left = len(rest := list(values))
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        arguments += rest
    elif left:
        raise CaptureError(f"entry '{name}' was given {left} inputs more than it takes beside the state")
    return Entry(
        function,
        tuple(arguments),
        {key: value for key, value in keywords.items() if key not in positional},
        tuple(key for key in static if key in {p.name for p in parameters}),
        {key: value for key, value in state.items() if key in positional},
    )


_NOTHING = object()


def _next(values: Any, keywords: Mapping[str, Any], defaults: Mapping[str, Any], parameter: str) -> Any:
    if parameter in keywords:
        return keywords[parameter]
    value = next(values, _NOTHING)
    return defaults.get(parameter, _NOTHING) if value is _NOTHING else value


def _parameters(name: str, function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        raise CaptureError(
            f"entry '{name}' is a '{type(function).__name__}': expected a function",
            note="wrap it in a function",
        ) from None
