"""Captured programs as private functions of a module that is being captured."""

from dataclasses import dataclass
from typing import Any

from isthmus.signature import Signature

from ..dialects.mlir import collect, ir
from ..dialects.symbols import copy_symbols
from .captured import Captured


@dataclass(frozen=True)
class Embedded:
    """Name a function that stands for a program on arguments of certain shapes and dtypes."""

    symbol: str
    signature: Signature


def embed(captured: Captured, into: ir.Module, parameters: dict[str, Any], name: str) -> Embedded:
    """Add a captured program to `into` as the private function `@name`; both belong to one context.

    Its weights join `parameters` under keys that begin with the name; arrays that are there already are shared.
    """
    _share(captured, parameters, name)
    for copy in copy_symbols(captured.module, into, lambda old: name if old == "main" else f"{name}.{old}"):
        with into.context:
            copy.attributes["sym_visibility"] = ir.StringAttr.get("private")
    return Embedded(name, captured.signature)


def _share(captured: Captured, parameters: dict[str, Any], name: str) -> None:
    """Give the weights keys of their own, or those under which the same arrays are known."""
    known = {_identity(array): key for key, array in parameters.items()}
    keys = {}
    for key, array in captured.parameters.items():
        keys[key] = known.get(_identity(array), f"{name}.{key}")
        parameters[keys[key]] = array
    with captured.module.context:
        for op in collect(captured.module, "hpc.parameter"):
            op.attributes["key"] = ir.StringAttr.get(keys[ir.StringAttr(op.attributes["key"]).value])


def _identity(array: Any) -> tuple[Any, ...]:
    place = array.__array_interface__["data"][0] if array.size else id(array)
    return (place, array.shape, array.strides, array.dtype)
