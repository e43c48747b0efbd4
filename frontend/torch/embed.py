"""PyTorch modules as functions of a module that is being captured, to be called there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.export import ExportedProgram

from isthmus.errors import CaptureError
from isthmus.signature import Signature

from ...dialects.mlir import collect, ir
from ...dialects.symbols import copy_symbols
from ..captured import Captured
from .capture import capture

Program = torch.nn.Module | ExportedProgram


@dataclass(frozen=True)
class Embedded:
    """Name a function that stands for a module on arguments of certain shapes and dtypes."""

    symbol: str
    signature: Signature


def embed(
    program: Program,
    inputs: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    into: ir.Module,
    parameters: dict[str, Any],
    name: str,
) -> Embedded:
    """Capture a PyTorch program on specs and add it to `into` as the private function `@name`.

    Its weights join `parameters` under keys that begin with the name; arrays that are there already are shared. A
    program that changes its buffers is a `CaptureError`.
    """
    with torch.inference_mode(False), torch.no_grad():
        captured = capture(program, inputs, kwargs, into.context)
    if captured.signature.state:
        changed = ", ".join(f"'{value.name}'" for value in captured.signature.state)
        raise CaptureError(
            f"the module changes its buffers {changed} when it is called",
            note="call module.eval() first, or keep such values in arrays of the function",
        )
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
