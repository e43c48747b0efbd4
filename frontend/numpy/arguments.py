"""The arguments of a captured function: from examples to stand-ins and the signature's inputs."""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES, dtype_of
from isthmus.errors import CaptureError, IsthmusError
from isthmus.signature import Size, TensorType, Tree
from isthmus.spec import Spec

from ...dialects.mlir import ir, tensor
from .array import Array
from .emitter import current_trace, index, tensor_type
from .linear import Linear, Symbol
from .scalar import Scalar
from .storage import Storage
from .views import View

_PYTHON = {bool: "bool", int: "i64", float: "f64", complex: "c128"}


@dataclass
class Arguments:
    """Hold what a call gives: `examples` nests as the caller wrote it, `tree` says how.

    `storages` pairs each array input's index with the cell that the traced function changes.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    static: Collection[str]
    names: tuple[str, ...] = ()
    types: tuple[TensorType, ...] = ()
    tree: Tree = field(default_factory=lambda: Tree("tuple"))
    storages: list[tuple[int, Storage, ir.Value]] = field(default_factory=list)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    sizes: dict[str, Scalar] = field(default_factory=dict)

    def trace(self, entry: ir.Block) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give the function an argument for each input, and make the stand-ins."""
        pairs = [self._value(value, name) for name, value in zip(self.names, self.args, strict=True)]
        keyword = {name: self._value(value, name) for name, value in self.kwargs.items()}
        positional = Tree("tuple", children=tuple(tree for _, tree in pairs))
        named = Tree("dict", children=tuple(tree for _, tree in keyword.values()), keys=tuple(keyword))
        self.tree = Tree("tuple", children=(positional, named))
        return tuple(value for value, _ in pairs), {name: value for name, (value, _) in keyword.items()}

    def _value(self, value: Any, name: str) -> tuple[Any, Tree]:
        if name in self.static or value is None or isinstance(value, str):
            return value, _constant(value, name)
        if isinstance(value, tuple | list):
            pairs = [self._value(one, f"{name}_{place}") for place, one in enumerate(value)]
            kind = "tuple" if isinstance(value, tuple) else "list"
            made = [v for v, _ in pairs]
            nested = type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
            return nested, Tree(kind, children=tuple(tree for _, tree in pairs))
        if isinstance(value, dict):
            found = {key: self._value(one, f"{name}_{key}") for key, one in value.items()}
            tree = Tree("dict", children=tuple(tree for _, tree in found.values()), keys=tuple(found))
            return {key: one for key, (one, _) in found.items()}, tree
        return self._leaf(value, name)

    def _leaf(self, value: Any, name: str) -> tuple[Any, Tree]:
        place = len(self.types)
        type_ = self._type(value, name)
        self.types = (*self.types, type_)
        dtype = DTYPES[type_.dtype].numpy
        trace = current_trace()
        kind = tensor_type(type_.shape, trace.element_type(dtype))
        argument = trace.entry.add_argument(kind, ir.Location.name(name))
        if not type_.shape and not isinstance(value, np.ndarray | Spec):
            weak = type(value) in _PYTHON
            return Scalar(tensor.ExtractOp(argument, []).result, dtype, weak=weak), Tree("leaf", place)
        shape = tuple(self._size(size, argument, axis) for axis, size in enumerate(type_.shape))
        read_only = ""
        if isinstance(value, np.ndarray) and not value.flags.writeable:
            read_only = "the argument is read-only"
        storage = Storage(argument, dtype, shape, read_only, name)
        self.storages.append((place, storage, argument))
        return Array(View.whole(storage)), Tree("leaf", place)

    def _type(self, value: Any, name: str) -> TensorType:
        if isinstance(value, Spec):
            shape = tuple(self._named(size) for size in value.shape)
            return TensorType(name, value.dtype, shape)
        if type(value) in _PYTHON:
            return TensorType(name, _PYTHON[type(value)], (), scalar=True)
        if not isinstance(value, np.ndarray | np.generic):
            value = _as_array(value, name)
        try:
            return TensorType(name, dtype_of(value.dtype).name, tuple(value.shape))
        except IsthmusError as error:
            raise CaptureError(f"argument '{name}': {error.message}") from None

    def _named(self, size: Size) -> Size:
        if isinstance(size, int):
            return size
        name = size if size != Spec.ANY else f"size_{len(self.symbols)}"
        self.symbols.setdefault(name, Symbol(low=Linear(0), name=name))
        return name

    def _size(self, size: Size, argument: ir.Value, axis: int) -> Any:
        if isinstance(size, int):
            return size
        if size not in self.sizes:
            extent = tensor.DimOp(argument, index(axis)).result
            self.sizes[size] = Scalar.of_index(extent).with_linear(Linear.of(self.symbols[size]))
        return self.sizes[size]

    def ranges(self) -> dict[str, tuple[int, int | None]]:
        """Give each symbolic size its inclusive range."""
        return {
            name: (symbol.low.constant if symbol.low else 0, None) for name, symbol in self.symbols.items()
        }


def _as_array(value: Any, name: str) -> "np.ndarray[Any, Any]":
    if hasattr(value, "__array__"):
        return np.asarray(value)
    raise CaptureError(
        f"argument '{name}' of type '{type(value).__name__}' cannot be an input",
        note="expected arrays, numbers, nested tuples, lists and dicts of them, or its name in 'static='",
    )


def _constant(value: Any, name: str) -> Tree:
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return Tree(kind, children=tuple(_constant(one, name) for one in value))
    if isinstance(value, np.bool_ | np.integer | np.floating):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return Tree("constant", value)
    raise CaptureError(
        f"static argument '{name}' of type '{type(value).__name__}' cannot be written into an artifact",
        note="expected numbers, strings, None and tuples of them; bind other objects with functools.partial",
    )


def bind(
    function: Callable[..., Any], inputs: object, kwargs: Mapping[str, Any] | None, static: Collection[str]
) -> Arguments:
    """Match examples with the function's parameters; defaults that are not given stay constants of the function."""
    given = () if inputs is None else tuple(inputs) if isinstance(inputs, tuple | list) else (inputs,)
    static = (static,) if isinstance(static, str) else tuple(static)
    try:
        signature = inspect.signature(function)
        signature.bind(*given, **(kwargs or {}))
    except TypeError as error:
        raise CaptureError(f"the inputs do not fit the function: {error}") from None
    parameters = list(signature.parameters.values())
    places = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    places += [
        f"{p.name}_{place}" for p in parameters if p.kind is p.VAR_POSITIONAL for place in range(len(given))
    ]
    unknown = [name for name in static if name not in signature.parameters]
    if unknown:
        raise CaptureError(
            f"'static' names '{unknown[0]}', which is no parameter",
            note=f"expected some of {', '.join(map(repr, signature.parameters))}",
        )
    return Arguments(given, dict(kwargs or {}), static, tuple(places[: len(given)]))
