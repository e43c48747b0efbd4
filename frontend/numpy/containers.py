"""Lists, dicts and objects that a loop or branch can reach: what it changes in them, and how they were."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from .forms import same
from .places import UNDEFINED, Place
from .traced import Traced

_MAXIMUM = 2000
"""So many objects are looked at; what lies behind them is not watched."""
_LEAVES = (Traced, np.ndarray, np.generic, str, bytes, int, float, complex, type, ModuleType, FunctionType)


@dataclass(frozen=True)
class Item:
    """Be an item of a list or dict, or an attribute of an object."""

    container: Any
    key: Any

    def get(self) -> Any:
        """Give the value."""
        try:
            return self.container[self.key]
        except (KeyError, IndexError):
            return UNDEFINED

    def set(self, value: Any) -> None:
        """Replace the value."""
        if value is not UNDEFINED:
            self.container[self.key] = value


class Containers:
    """Hold copies of the containers that functions reach through their closures."""

    def __init__(self, functions: Iterable[Callable[..., Any]]) -> None:
        self.copies: list[tuple[str, Any, Any]] = []
        self.seen: set[int] = set()
        waiting = deque(_closures(functions))
        while waiting and len(self.seen) < _MAXIMUM:
            name, value = waiting.popleft()
            waiting.extend(self._look_at(name, value))

    def _look_at(self, name: str, value: Any) -> Iterator[tuple[str, Any]]:
        if value is None or isinstance(value, _LEAVES) or id(value) in self.seen:
            return
        self.seen.add(id(value))
        if isinstance(value, list | tuple | deque):
            if not isinstance(value, tuple):
                self.copies.append((name, value, list(value)))
            yield from ((f"{name}[{place}]", one) for place, one in enumerate(value))
        elif isinstance(value, dict):
            self.copies.append((name, value, dict(value)))
            yield from ((f"{name}[{key!r}]", one) for key, one in value.items())
        elif isinstance(value, set):
            self.copies.append((name, value, set(value)))
        elif isinstance(getattr(value, "__dict__", None), dict) and _is_users(value):
            self.copies.append((f"{name}.", vars(value), dict(vars(value))))
            yield from ((f"{name}.{key}", one) for key, one in vars(value).items())

    def restore(self) -> None:
        """Give the containers their contents back."""
        for _, container, copy in self.copies:
            if not _is_as_before(container, copy):
                container.clear()
                container.update(copy) if isinstance(container, dict | set) else container.extend(copy)

    def left_behind(self) -> str | None:
        """Name what holds a traced value and did not before, and put its contents back."""
        items, others = self.changed()
        left = [name for name, place in items.items() if isinstance(place.get(), Traced)]
        containers = {name.rstrip("."): container for name, container, _ in self.copies}
        left += [name for name in others if any(isinstance(one, Traced) for one in _values(containers[name]))]
        if left:
            self.restore()
        return left[0] if left else None

    def changed(self) -> tuple[dict[str, Place], list[str]]:
        """Give the items that have new values, and the names of the containers that changed in other ways."""
        items: dict[str, Place] = {}
        others: list[str] = []
        for name, container, copy in self.copies:
            if _is_as_before(container, copy):
                continue
            if isinstance(container, set | deque) or _keys(container) != _keys(copy):
                others.append(name.rstrip("."))
                continue
            for key in _keys(copy):
                if not same(container[key], copy[key]):
                    items[_spelled(name, key)] = Item(container, key)
        return items, others


def _closures(functions: Iterable[Callable[..., Any]]) -> Iterator[tuple[str, Any]]:
    """Yield what functions reach: closures, globals, objects they are methods of, arguments bound to them."""
    for function in functions:
        if isinstance(function, partial):
            yield from _closures([function.func])
            yield from ((f"argument {place}", one) for place, one in enumerate(function.args))
            continue
        if isinstance(function, MethodType):
            yield "self", function.__self__
            function = function.__func__
        code = getattr(function, "__code__", None)
        if code is None:
            continue
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            try:
                yield name, cell.cell_contents
            except ValueError:
                continue
        for name in _names(code):
            if name in function.__globals__:
                yield name, function.__globals__[name]


def _names(code: CodeType) -> set[str]:
    """List the global names in a function's code and in that of functions inside it."""
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return {*code.co_names}.union(*map(_names, inner))


def _is_users(value: Any) -> bool:
    module = type(value).__module__.partition(".")[0]
    return module not in ("numpy", "torch", "isthmus", "builtins", "functools") and not callable(value)


def _values(container: Any) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _keys(container: Any) -> Any:
    return list(container) if isinstance(container, dict) else range(len(container))


def _is_as_before(container: Any, copy: Any) -> bool:
    if isinstance(container, set):
        return bool(container == copy)
    keys = _keys(container)
    return list(keys) == list(_keys(copy)) and all(container[key] is copy[key] for key in keys)


def _spelled(name: str, key: Any) -> str:
    return f"{name}{key}" if name.endswith(".") else f"{name}[{key!r}]"
