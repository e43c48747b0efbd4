"""Rewrite a function so that its loops, branches and calls can be traced; the user's file and lines are kept."""

import ast
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from inspect import unwrap
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from isthmus.errors import CaptureError

from .rewrite_expressions import RUNTIME
from .rewrite_statements import PREFIX, FunctionRewriter, parameter_names
from .source import Definition, definition
from .where import Place

_MARK = "__isthmus_converted__"


def converted(function: Any) -> Any:
    """Mark a function whose code is rewritten already."""
    setattr(function, _MARK, True)
    return function


def is_converted(function: Any) -> bool:
    """Tell whether a function's code is rewritten already."""
    return _MARK in getattr(function, "__dict__", {})


def rewrite(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give what is traced when a function is captured."""
    from .calls import call
    from .containers import Containers

    def run(*args: Any, **kwargs: Any) -> Any:
        containers = Containers([function])
        try:
            result = call(function, *args, **kwargs)
        except RecursionError as failure:
            raise CaptureError(
                "the function calls itself without an end",
                location=_place(function),
                note="a recursion whose end only the run knows cannot be captured: write it as a loop",
            ) from failure
        left = containers.left_behind()
        if left:
            raise CaptureError(
                f"the function leaves a traced value in '{left}', which outlives the capture",
                location=_place(function),
                note="return the value, or put back what was there before",
            )
        return result

    return run


def rewritten(function: FunctionType) -> FunctionType | None:
    """Give the rewritten form of a function: same globals, closure and defaults; None when it has no source."""
    if is_converted(function):
        return function
    code = _rewritten(_Key(function))
    if code is None:
        return None
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    cells[RUNTIME] = CellType(_runtime())
    closure = tuple(cells[name] for name in code.co_freevars)
    made = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__ = function.__qualname__
    made.__module__ = function.__module__
    made.__doc__ = function.__doc__
    return converted(made)


def _place(function: Callable[..., Any]) -> str | None:
    code = getattr(unwrap(function), "__code__", None)
    return None if code is None else str(Place(code.co_filename, code.co_firstlineno, code.co_name))


class _Key:
    """A function as the key of a cache: its code, and where that stands."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self.code = function.__code__

    def __hash__(self) -> int:
        return hash(self.code)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.code is other.code


@lru_cache(maxsize=1024)
def _rewritten(key: _Key) -> CodeType | None:
    function = key.function
    found = definition(function)
    if found is None or isinstance(found[0], ast.AsyncFunctionDef):
        return None
    node, classes = found
    class_name = classes[-1] if classes else ""
    made = _plain_function(deepcopy(node))
    made.body = FunctionRewriter(made.body, parameter_names(made), class_name, inner=False).rewrite(made.body)
    free = [name for name in function.__code__.co_freevars if name != "__class__"]
    module = _module(made, [*free, RUNTIME], class_name)
    code = compile(module, function.__code__.co_filename, "exec", dont_inherit=True)
    return _renamed(_find(code, made.name), function.__code__)


def _plain_function(node: Definition) -> ast.FunctionDef:
    """Strip what the original function brings along: its name, decorators, defaults, annotations."""
    if isinstance(node, ast.Lambda):
        body: list[ast.stmt] = [ast.copy_location(ast.Return(node.body), node.body)]
    else:
        body = node.body
    made = ast.copy_location(ast.FunctionDef(f"{PREFIX}function", node.args, body, []), node)
    arguments = made.args
    arguments.defaults = [ast.Constant(None) for _ in arguments.defaults]
    arguments.kw_defaults = [None if one is None else ast.Constant(None) for one in arguments.kw_defaults]
    everything = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    for one in everything:
        if one is not None:
            one.annotation = None
    return made


def _module(made: ast.FunctionDef, free: list[str], class_name: str) -> ast.Module:
    """Wrap a function into what gives its free names, and its private ones, their meaning."""
    inner: ast.stmt = made
    if class_name:
        inner = ast.copy_location(ast.ClassDef(class_name, [], [], [made], []), made)
    parameters = ast.arguments(
        posonlyargs=[], args=[ast.arg(name) for name in free], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    body: list[ast.stmt] = [inner]
    if class_name and class_name not in free:
        body.insert(0, ast.Global([class_name]))
    factory = ast.copy_location(ast.FunctionDef(f"{PREFIX}factory", parameters, body, []), made)
    module = ast.fix_missing_locations(ast.Module([factory], []))
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute | ast.Name) and _is_runtime(node):
            node.end_lineno, node.end_col_offset = (
                node.lineno,
                node.col_offset,
            )  # else calls get their last line
    return module


def _is_runtime(node: ast.expr) -> bool:
    inner = node.value if isinstance(node, ast.Attribute) else node
    return isinstance(inner, ast.Name) and inner.id == RUNTIME


def _find(code: CodeType, name: str) -> CodeType:
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    found = [one for one in inner if one.co_name == name]
    return found[0] if found else _find(inner[0], name)


def _renamed(code: CodeType, original: CodeType) -> CodeType:
    """Let the functions made of loops and branches go by the name of the user's function in tracebacks."""
    consts = tuple(
        _renamed(one, original if one.co_name.startswith(PREFIX) or one.co_name == "<lambda>" else one)
        if isinstance(one, CodeType)
        else one
        for one in code.co_consts
    )
    return code.replace(co_consts=consts, co_name=original.co_name, co_qualname=original.co_qualname)


def _runtime() -> ModuleType:
    from . import converted as runtime

    return runtime
