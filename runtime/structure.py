"""The nesting of arguments and results: from what the caller wrote to a flat list."""

from collections.abc import Iterator, Mapping
from typing import Any

from isthmus.errors import RunError
from isthmus.signature import Signature, Tree


def flatten_call(signature: Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
    """Match a call against the signature and give its values in the order of the inputs.

    A missing, unexpected or doubled argument, a wrong nesting or a changed constant is a `RunError` that
    names the argument.
    """
    positional, keyword = signature.arguments.children
    leaves: list[Any] = [None] * len(signature.inputs)
    if not kwargs and not keyword.children and len(args) == len(positional.children):
        values: Iterator[Any] = iter(args)
    else:
        values = iter(_ordered(signature, args, kwargs))
    for tree, value, name in zip(
        (*positional.children, *keyword.children), values, _top_names(signature), strict=True
    ):
        if tree.kind == "leaf":
            leaves[tree.value] = value
        else:
            _flatten(tree, value, name, leaves)
    return leaves


def flatten_results(tree: Tree, value: Any, count: int) -> list[Any]:
    """Match what a caller gives as `out` against the results; places that hold no result stay None."""
    leaves: list[Any] = [None] * count
    _flatten(tree, value, "out", leaves)
    return leaves


def _top_names(signature: Signature) -> list[str]:
    positional, keyword = signature.arguments.children
    names = [_positional_name(signature, index) for index in range(len(positional.children))]
    return [*names, *keyword.keys]


def _positional_name(signature: Signature, index: int) -> str:
    return signature.names[index] if index < len(signature.names) else str(index)


def _ordered(signature: Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
    """Put positional and keyword arguments into the order of the signature."""
    names = _top_names(signature)
    count = len(signature.arguments.children[0].children)
    if len(args) > count:
        raise RunError(f"got {len(args)} positional arguments: expected {_counted(names[:count])}")
    unexpected = [name for name in kwargs if name not in names]
    if unexpected:
        raise RunError(f"unexpected argument '{unexpected[0]}': expected {_counted(names)}")
    doubled = [name for name in names[: len(args)] if name in kwargs]
    if doubled:
        raise RunError(f"got two values for argument '{doubled[0]}'")
    missing = [name for name in names[len(args) :] if name not in kwargs]
    if missing:
        raise RunError(f"missing argument {', '.join(map(repr, missing))}: expected {_counted(names)}")
    return [*args, *(kwargs[name] for name in names[len(args) :])]


def _counted(names: list[str]) -> str:
    return f"{len(names)} ({', '.join(map(repr, names))})" if names else "none"


def _flatten(tree: Tree, value: Any, path: str, leaves: list[Any]) -> None:
    match tree.kind:
        case "leaf":
            leaves[tree.value] = value
        case "constant":
            _check_constant(tree.value, value, path)
        case "dict":
            for key, child in zip(tree.keys, tree.children, strict=True):
                _flatten(child, _entries(value, tree, path)[key], f"{path}[{key!r}]", leaves)
        case _:
            for index, (child, entry) in enumerate(
                zip(tree.children, _sequence(value, tree, path), strict=True)
            ):
                _flatten(child, entry, f"{path}[{index}]", leaves)


def _entries(value: Any, tree: Tree, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(path, value, f"a dict with {_counted(list(tree.keys))}")
    if set(value) != set(tree.keys):
        raise RunError(
            f"argument '{path}' has the keys {sorted(map(str, value))}: expected {list(tree.keys)}"
        )
    return value


def _sequence(value: Any, tree: Tree, path: str) -> tuple[Any, ...] | list[Any]:
    if not isinstance(value, tuple | list):
        raise _wrong(path, value, f"a {tree.kind} of {len(tree.children)}")
    if len(value) != len(tree.children):
        raise RunError(f"argument '{path}' has {len(value)} values: expected {len(tree.children)}")
    return value


def _check_constant(expected: Any, value: Any, path: str) -> None:
    same = type(value) is type(expected) and (value == expected or (value != value and expected != expected))
    if not same:
        shown = (
            repr(value) if isinstance(value, bool | int | float | str | None) else f"a {type(value).__name__}"
        )
        raise RunError(
            f"argument '{path}' is {shown}: expected {expected!r}, the value it was compiled with",
            note="compile the program again for another value",
        )


def _wrong(path: str, value: Any, expected: str) -> RunError:
    return RunError(f"argument '{path}' is a {type(value).__name__}: expected {expected}")
