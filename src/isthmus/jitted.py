"""`jit`: compile a NumPy function when it is first called, and keep what was compiled, here and on disk."""

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from isthmus.errors import CaptureError

from .fingerprint import COMPILED_METHODS
from .jit_call import CompiledCall
from .jit_key import NUMBERS, describe, disk_key, is_plain, native
from .runtime.boot import cache_directory
from .runtime.cache import ArtifactCache
from .runtime.loader import load
from .runtime.program import Program

if TYPE_CHECKING:
    from .runtime.artifact import Artifact

Function = Callable[..., Any]


@overload
def jit(function: Function, /) -> "Jitted": ...


@overload
def jit(
    function: None = None,
    /,
    *,
    static: str | Iterable[str] = (),
    target: str = "cpu",
    precision: str | None = None,
    cache: bool = True,
) -> "Callable[[Function], Jitted]": ...


@overload
def jit(
    function: Function,
    /,
    *,
    static: str | Iterable[str] = (),
    target: str = "cpu",
    precision: str | None = None,
    cache: bool = True,
) -> "Jitted": ...


def jit(
    function: Function | None = None,
    /,
    *,
    static: str | Iterable[str] = (),
    target: str = "cpu",
    precision: str | None = None,
    cache: bool = True,
) -> "Jitted | Callable[[Function], Jitted]":
    """Give a function that compiles itself at its first call with arguments of new shapes and dtypes.

    Use it as a decorator, `@isthmus.jit` or `@isthmus.jit(static="n")`, or as `fast = isthmus.jit(function)`. Numbers
    are inputs like arrays: a new value runs the same code. Parameters named in `static` are constants, and a new value
    compiles again. What the function refers to beside its arguments (globals, closures, fields of `self`) is read when
    it is captured. Arrays that the function changes in place are changed for the caller. `target` and
    `precision` are those of `isthmus.compile`. With `cache`, compiled code is kept on disk for the next process.

    Raises `CaptureError` at the first call when the function cannot be captured, with the user's line.
    """
    names = (static,) if isinstance(static, str) else tuple(static)
    if function is None:
        return lambda decorated: Jitted(decorated, names, target, precision, cache)
    return Jitted(function, names, target, precision, cache)


class Jitted:
    """Call a function compiled; see `jit`. Several threads may call it."""

    def __init__(
        self, function: Function, static: tuple[str, ...], target: str, precision: str | None, cache: bool
    ) -> None:
        _check_function(function)
        functools.update_wrapper(self, function)
        self.static = static
        self._function = function
        self._options: dict[str, Any] = {"target": target, "precision": precision}
        self._cache = cache
        self._signature = _signature_of(function, static)
        parameters = list(self._signature.parameters.values())
        self._plain = all(parameter.kind in _POSITIONAL for parameter in parameters)
        self._count = len(parameters)
        self._fixed = frozenset(i for i, p in enumerate(parameters) if p.name in static)
        self._compiled: dict[Any, CompiledCall] = {}
        self._lock = threading.RLock()
        self._name = getattr(function, "__name__", type(function).__name__)

    def __repr__(self) -> str:
        count = len(self._compiled)
        return f"<jit of '{self._name}': {count} program{'s' if count != 1 else ''}>"

    @property
    def uncompiled(self) -> Function:
        """The function itself."""
        return self._function

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs compiled so far, one for each combination of shapes, dtypes and static values."""
        return tuple(compiled.program for compiled in self._compiled.values())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the compiled function, after compiling it for such arguments if need be."""
        if kwargs or not self._plain or len(args) != self._count:
            return self._call_bound(args, kwargs)
        key = self._key(args)
        compiled = self._compiled.get(key)
        if compiled is None:
            return self._call_new(key, args, {})
        return compiled(args, {})

    def __deepcopy__(self, _: Any) -> "Jitted":
        """Give the function itself, as for any function."""
        return self

    def __copy__(self) -> "Jitted":
        return self

    def __reduce__(self) -> Any:
        """Travel by name where that leads here, as decorated functions do; otherwise with the function."""
        found: Any = sys.modules.get(self.__module__)
        path = str(getattr(self._function, "__qualname__", self._name))
        for name in path.split("."):
            found = getattr(found, name, None)
        if found is self:
            return path
        return Jitted, (self._function, self.static, *self._options.values(), self._cache)

    def __get__(self, instance: Any, owner: type | None = None) -> "Jitted":
        """Give the method of an instance: its fields are constants, so that each has programs of its own."""
        if instance is None:
            return self
        bound: dict[Function, Jitted] = vars(instance).setdefault(COMPILED_METHODS, {})
        if self._function not in bound:
            method = self._function.__get__(instance, owner)
            bound[self._function] = Jitted(method, self.static, **self._options, cache=self._cache)
        return bound[self._function]

    def lower(self, *args: Any, **kwargs: Any) -> str:
        """Give the IR as captured for such arguments, as text."""
        from isthmus.compiler import capture

        args, kwargs = self._normal(args, kwargs)
        return str(capture(self._function, args, kwargs, self.static).module)

    def compile(self, *args: Any, **kwargs: Any) -> "Artifact":
        """Compile for such arguments and give the artifact, to be saved or loaded elsewhere."""
        args, kwargs = self._normal(args, kwargs)
        return self._artifact(args, kwargs)

    def clear(self) -> None:
        """Forget what was compiled in this process: the next call captures the function anew."""
        with self._lock:
            self._compiled.clear()

    def _key(self, args: tuple[Any, ...]) -> Any:
        """Describe arguments by what decides the compiled code."""
        fixed, parts = self._fixed, []
        for index, value in enumerate(args):
            kind = type(value)
            if index in fixed:
                parts.append(_static(kind, value, self._signature, index))
            elif kind is np.ndarray:
                parts.append((value.dtype, value.shape))
            elif kind in NUMBERS:
                parts.append(kind)
            else:
                parts.append(describe(value, index, self._signature))
        return tuple(parts)

    def _call_bound(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call with keywords, defaults or a variable number of arguments."""
        args, kwargs = self._normal(args, kwargs)
        key = (self._key(args), tuple((name, self._keyword(name, value)) for name, value in kwargs.items()))
        compiled = self._compiled.get(key if kwargs or not self._plain else key[0])
        if compiled is None:
            return self._call_new(key if kwargs or not self._plain else key[0], args, kwargs)
        return compiled(args, kwargs)

    def _keyword(self, name: str, value: Any) -> Any:
        if name in self.static:
            return _static(type(value), value, self._signature, name)
        if type(value) is np.ndarray:
            return (value.dtype, value.shape)
        return type(value) if type(value) in NUMBERS else describe(value, name, self._signature)

    def _normal(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Put arguments in the order of the parameters, defaults included; what Python refuses is a `TypeError`."""
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def _call_new(self, key: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        if _is_tracing():
            from .frontend.numpy.calls import call

            return call(self._function, *args, **kwargs)
        with self._lock:
            compiled = self._compiled.get(key)
            if compiled is None:
                program = load(self._artifact(args, kwargs))
                compiled = self._compiled[key] = CompiledCall(
                    program, self._fixed, list(self._signature.parameters)
                )
        return compiled(args, kwargs)

    def _artifact(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> "Artifact":
        """Find the artifact on disk, or compile it and put it there."""
        root = cache_directory() if self._cache else None
        key = None if root is None else disk_key(self._function, args, kwargs, self.static, self._options)
        if root is None or key is None:
            return self._compile(args, kwargs)
        cache = ArtifactCache(root)
        artifact = cache.get(key)
        if artifact is None:
            artifact = self._compile(args, kwargs)
            cache.put(key, artifact)
        return artifact

    def _compile(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> "Artifact":
        from .api import compile

        function, args, kwargs, static = self._without_objects(tuple(map(native, args)), dict(kwargs))
        return compile(function, args, kwargs=kwargs, static=static, name=self._name, **self._options)

    def _without_objects(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Function, tuple[Any, ...], dict[str, Any], tuple[str, ...]]:
        """Bind static values that no artifact could name (functions, objects) to the function."""
        names = list(self._signature.parameters)
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        bound = {name: given[name] for name in self.static if not is_plain(given[name])}
        if not bound:
            return self._function, args, kwargs, self.static
        first = min(names.index(name) for name in bound)
        later = dict(zip(names[first:], args[first:], strict=False))
        others = {name: value for name, value in {**later, **kwargs}.items() if name not in bound}
        static = tuple(name for name in self.static if name not in bound)
        return functools.partial(self._function, **bound), args[:first], others, static


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _is_tracing() -> bool:
    """Ask without importing the compiler half: what was compiled before needs the runtime alone."""
    emitter = sys.modules.get("isthmus.frontend.numpy.emitter")
    return emitter is not None and bool(emitter.is_tracing())


def _check_function(function: Any) -> None:
    kinds = {base.__module__.partition(".")[0] for base in type(function).__mro__}
    if "torch" in kinds:
        raise CaptureError(
            f"'isthmus.jit' compiles NumPy functions: got a '{type(function).__name__}' of torch",
            note="compile it with isthmus.compile(module, inputs), or call it inside a NumPy function",
        )
    if isinstance(function, type) or not callable(function):
        what = "a class" if isinstance(function, type) else f"a '{type(function).__name__}'"
        raise CaptureError(
            f"'isthmus.jit' compiles NumPy functions: got {what}", note="pass a function or a method"
        )


def _signature_of(function: Function, static: tuple[str, ...]) -> inspect.Signature:
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        raise CaptureError(
            f"'{getattr(function, '__name__', function)}' does not say what it takes",
            note="wrap it in a Python function",
        ) from None
    unknown = [name for name in static if name not in signature.parameters]
    if unknown:
        names = ", ".join(map(repr, signature.parameters)) or "none"
        raise CaptureError(
            f"static names '{unknown[0]}', no parameter of the function: expected one of {names}"
        )
    return signature


def _static(kind: type, value: Any, signature: inspect.Signature, place: int | str) -> Any:
    try:
        hash(value)
    except TypeError:
        name = list(signature.parameters)[place] if isinstance(place, int) else place
        raise CaptureError(
            f"static argument '{name}' is a {kind.__name__}, which cannot be compared from call to call",
            note="pass a number, a text, a function or a tuple of those",
        ) from None
    return (kind, value)
