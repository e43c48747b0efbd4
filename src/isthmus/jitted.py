"""`jit`: compile a NumPy function when it is first called, and keep what was compiled, here and on disk."""

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from isthmus.errors import CaptureError, RunError
from isthmus.signature import Tree

from .fingerprint import COMPILED_METHODS
from .jit_key import NUMBERS, describe, disk_key
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
        self._compiled: dict[Any, _Compiled] = {}
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
                compiled = self._compiled[key] = _Compiled(program, self._fixed)
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

        return compile(
            self._function, args, kwargs=dict(kwargs), static=self.static, name=self._name, **self._options
        )


class _Compiled:
    """Run one program as the function it was compiled from."""

    def __init__(self, program: Program, fixed: frozenset[int]) -> None:
        self.program = program
        signature = program.signature
        positional, keyword = signature.arguments.children
        self._varying = [
            (index, tree)
            for index, tree in enumerate(positional.children)
            if index not in fixed and _varies(tree)
        ]
        self._keywords = list(zip(keyword.keys, keyword.children, strict=True))
        self._is_flat = not self._keywords and all(tree.kind == "leaf" for _, tree in self._varying)
        self._order = [index for index, _ in self._varying]
        self._all = self._is_flat and self._order == list(range(len(positional.children)))
        self._updated = [position for _, position in signature.updates]
        self._results = signature.results
        self._zero_rank = [
            index for index, kind in enumerate(signature.outputs) if not kind.shape and not kind.scalar
        ]
        self._call = program.call_flat

    def __call__(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        values = args if self._all else self._flatten(args, kwargs)
        if self._updated:
            _check_apart(values, self._updated)
        results = self._call(values)
        for index in self._zero_rank:
            results[index] = results[index][()]
        return self._results.build(results)

    def _flatten(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
        if self._is_flat:
            return [args[index] for index in self._order]
        leaves: list[Any] = [None] * len(self.program.signature.inputs)
        for index, tree in self._varying:
            _fill(tree, args[index], leaves)
        for name, tree in self._keywords:
            _fill(tree, kwargs[name], leaves)
        return leaves


def _varies(tree: Tree) -> bool:
    return tree.kind == "leaf" or any(map(_varies, tree.children))


def _fill(tree: Tree, value: Any, leaves: list[Any]) -> None:
    """Put the values of a nested argument into their places; its nesting is part of the key, and right."""
    if tree.kind == "leaf":
        leaves[tree.value] = value
    elif tree.kind == "dict":
        for key, child in zip(tree.keys, tree.children, strict=True):
            _fill(child, value[key], leaves)
    else:
        for child, entry in zip(tree.children, value if tree.children else (), strict=True):
            _fill(child, entry, leaves)


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


def _check_apart(values: Sequence[Any], updated: list[int]) -> None:
    """Refuse an array that is changed in place and shares memory with another argument."""
    for position in updated:
        for other, value in enumerate(values):
            if other == position or not isinstance(value, np.ndarray):
                continue
            if np.may_share_memory(values[position], value) and np.shares_memory(values[position], value):
                raise RunError(
                    f"arguments {position} and {other} share memory, and the function changes one of them",
                    note="pass a copy of the other one",
                )
