"""Calls in rewritten code: NumPy's functions become those that trace, the user's are rewritten in turn."""

import functools
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

import numpy as np

from isthmus.errors import CaptureError

from . import where
from .array import Array
from .builtin_functions import ALWAYS, ON_TRACED, among, materialized
from .coupling import array_of, call_module, is_module, tensor_function, undecorated
from .elementwise import cast
from .emitter import current_trace, is_tracing
from .functions import find
from .rewrite import is_converted, rewritten
from .traced import Traced

_INSTALLED = tuple(
    {
        f"{Path(sysconfig.get_path(name)).resolve()}/"
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
)
MAXIMUM_DEPTH = 150
"""Deeper calls of the user's functions within each other are taken for endless …"""
MAXIMUM_CONDITIONS = 32
"""… and so are calls under more tests than this that only the run decides."""
_FOLDS = (all, any, max, min, sum)
Function = Callable[..., Any]


def call(function: Function, /, *args: Any, **kwargs: Any) -> Any:
    """Call a function as rewritten code does."""
    if not is_tracing():
        return function(*args, **kwargs)
    if isinstance(function, MethodType) and isinstance(function.__self__, Traced):
        return function(*args, **kwargs)
    made = ALWAYS.get(function) if isinstance(function, type | BuiltinMethodType) else None
    if made is None and (made := find(function)) is not None:
        args, kwargs = tuple(map(array_of, args)), {name: array_of(value) for name, value in kwargs.items()}
    made = made or tensor_function(function)
    if made is not None:
        with where.location(getattr(function, "__name__", "call")):
            return made(*args, **kwargs)
    if is_module(function):
        return call_module(function, args, kwargs)
    if isinstance(function, FunctionType):
        return _call_function(function, args, kwargs)
    if isinstance(function, type):
        return _call_class(function, args, kwargs)
    if isinstance(function, BuiltinMethodType):
        return _call_builtin(function, args, kwargs)
    return _call_object(function, args, kwargs)


def _call_function(function: FunctionType, args: Any, kwargs: Any) -> Any:
    """Call a function written in Python: the user's is rewritten first."""
    inner = undecorated(function)
    if inner is not None:
        return call(inner, *args, **kwargs)
    if is_converted(function) or not _is_users(function):
        return _deeper(function, args, kwargs)
    made = rewritten(function)
    if made is not None:
        return _deeper(made, args, kwargs)
    try:
        return _deeper(function, args, kwargs)
    except CaptureError as failure:
        raise _without_source(function, failure) from failure


def _without_source(function: FunctionType, failure: CaptureError) -> CaptureError:
    """Say that a function was traced as it is."""
    reason = f"'{function.__name__}' has no source code here, so its loops and branches were not captured"
    if failure.note and "has no source code" in failure.note:
        return failure
    note = f"{reason}: put it into a file, or use isthmus.loop and isthmus.cond"
    return CaptureError(failure.message, location=failure.location, note=note)


def _is_users(function: FunctionType) -> bool:
    is_ours = f"{function.__module__}.".startswith("isthmus.")
    return not is_ours and not function.__code__.co_filename.startswith(_INSTALLED)


def _deeper(function: Function, args: Any, kwargs: Any) -> Any:
    trace = current_trace()
    if trace.depth >= MAXIMUM_DEPTH or trace.conditions >= MAXIMUM_CONDITIONS:
        name = getattr(function, "__name__", "a function")
        raise where.error(
            f"'{name}' is called too many levels deep",
            note="a recursion whose end only the run knows cannot be captured: write it as a loop",
        )
    trace.depth += 1
    try:
        return function(*args, **kwargs)
    finally:
        trace.depth -= 1


def _call_class(kind: type, args: Any, kwargs: Any) -> Any:
    """Make an object: numbers of NumPy's types are casts, objects of the user's classes have a traced `__init__`."""
    if kind in ON_TRACED and among(args, kwargs):
        return ON_TRACED[kind](*args, **kwargs)
    if issubclass(kind, np.generic) and args and isinstance(args[0], Traced):
        return cast(args[0], np.dtype(kind))
    if kind in (map, filter):
        return kind(functools.partial(call, args[0]), *args[1:]) if args[0] is not None else kind(*args)
    start = getattr(kind, "__init__", None)
    is_plain = type(kind) is type and getattr(kind, "__new__", None) is object.__new__
    if is_plain and isinstance(start, FunctionType) and _is_users(start):
        made: Any = object.__new__(kind)
        call(start, made, *args, **kwargs)
        return made
    return kind(*args, **kwargs)


def _call_builtin(function: BuiltinMethodType, args: Any, kwargs: Any) -> Any:
    """Call what is written in C: functions of Python's and methods of constant arrays have traced forms."""
    if function is functools.reduce:
        return functools.reduce(functools.partial(call, args[0]), *args[1:])
    if isinstance(function.__self__, np.ndarray):
        return _call_method_of_constant(function, args, kwargs)
    if function in _FOLDS:
        args = materialized(args)
    if function in ON_TRACED and among(args, kwargs):
        return ON_TRACED[function](*args, **kwargs)
    return function(*args, **kwargs)


def _call_method_of_constant(function: BuiltinMethodType, args: Any, kwargs: Any) -> Any:
    array = function.__self__
    assert isinstance(array, np.ndarray)
    if among(args, kwargs) or (function.__name__ in ("copy", "astype") and array.dtype.kind in "fc"):
        return getattr(Array.constant(array), function.__name__)(*args, **kwargs)
    return function(*args, **kwargs)


def _call_object(function: Any, args: Any, kwargs: Any) -> Any:
    """Call a method, a partial function, a wrapped one, or an object that is callable."""
    if isinstance(function, MethodType):
        return call(function.__func__, function.__self__, *args, **kwargs)
    if isinstance(function, functools.partial):
        return call(function.func, *function.args, *args, **{**function.keywords, **kwargs})
    inner = _wrapped(function)
    if inner is not None:
        return call(inner, *args, **kwargs)
    method = vars(type(function)).get("__call__")
    if isinstance(method, FunctionType) and _is_users(method):
        return call(method, function, *args, **kwargs)
    return function(*args, **kwargs)


def _wrapped(function: Any) -> Any:
    """Find the plain function inside `isthmus.jit`, `lru_cache` and numba's decorators."""
    if isinstance(function, functools._lru_cache_wrapper) or type(function).__module__.startswith("isthmus."):
        return getattr(function, "__wrapped__", None)
    return getattr(function, "py_func", None)
