"""One program as the function it was compiled from: arguments in, NumPy's results out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from isthmus.errors import RunError
from isthmus.signature import Tree

from .runtime.manifest import MAIN
from .runtime.program import Program


class CompiledCall:
    """Run one program as the function it was compiled from."""

    def __init__(self, program: Program, fixed: frozenset[int], names: Sequence[str]) -> None:
        self.program = program
        self._names = names
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
        self._call = program.entry(MAIN).call_flat

    def __call__(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run it on arguments in the order of the parameters, defaults included."""
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
            if _varies(tree):
                _fill(tree, kwargs[name] if name in kwargs else args[self._names.index(name)], leaves)
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
