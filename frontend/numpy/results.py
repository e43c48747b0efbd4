"""The results of a captured function: from what it returned to the signature's outputs."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from isthmus.dtypes import dtype_of
from isthmus.signature import UNKNOWN, TensorType, Tree

from ...dialects.mlir import ir
from . import where
from .arguments import Arguments
from .array import Array
from .elementwise import as_operand
from .scalar import Scalar, Size, linear_of
from .structured import from_scalar


@dataclass
class Results:
    """Hold the values that `@main` returns: the arguments it changed, then the function's results.

    A changed argument that is returned, too, is one output: the caller gets their own array back, as in NumPy.
    """

    values: list[ir.Value] = field(default_factory=list)
    types: tuple[TensorType, ...] = ()
    tree: Tree = field(default_factory=lambda: Tree("constant"))
    updates: tuple[tuple[int, int], ...] = ()
    changed: dict[int, int] = field(default_factory=dict)

    @staticmethod
    def of(returned: Any, arguments: Arguments) -> "Results":
        """Collect the results and the changed arguments."""
        results = Results()
        for place, storage, before in arguments.storages:
            storage.origin.read()
            if storage.value != before:
                results.updates = (*results.updates, (len(results.values), place))
                results.changed[id(storage)] = len(results.values)
                results._append(storage.value, storage.dtype, storage.shape, arguments.types[place].name)
        results.tree = results._add(returned, "result")
        return results

    def _add(self, value: Any, name: str) -> Tree:
        if value is None or (
            isinstance(value, bool | int | float | str) and not isinstance(value, np.generic)
        ):
            return Tree("constant", value)
        if isinstance(value, tuple | list):
            children = tuple(self._add(one, f"{name}_{place}") for place, one in enumerate(value))
            return Tree("tuple" if isinstance(value, tuple) else "list", children=children)
        if isinstance(value, dict):
            children = tuple(self._add(one, f"{name}_{key}") for key, one in value.items())
            return Tree("dict", children=children, keys=tuple(map(str, value)))
        return self._leaf(value, name)

    def _leaf(self, value: Any, name: str) -> Tree:
        from .creation import constant

        value = as_operand(value)
        if not isinstance(value, Array | Scalar):
            value = constant(value)
        if isinstance(value, Array) and id(value.view.storage) in self.changed and value.view.is_whole:
            return Tree("leaf", self.changed[id(value.view.storage)])
        place = len(self.values)
        if isinstance(value, Scalar):
            with where.location("return"):
                self._append(from_scalar(value.value), value.dtype, (), name, scalar=value.weak)
        else:
            with where.location("return"):
                self._append(value.tensor(), value.dtype, value.shape, name)
        return Tree("leaf", place)

    def _append(
        self, value: ir.Value, dtype: np.dtype[Any], shape: tuple[Size, ...], name: str, scalar: bool = False
    ) -> None:
        self.values.append(value)
        sizes = tuple(
            linear_of(size).spelled() or UNKNOWN if isinstance(size, Scalar) else size for size in shape
        )
        self.types = (*self.types, TensorType(name, dtype_of(dtype).name, sizes, scalar))
