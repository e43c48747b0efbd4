"""PyTorch modules as functions of a module that is being captured, to be called there."""

from collections.abc import Mapping
from typing import Any

import torch
from torch.export import ExportedProgram

from isthmus.errors import CaptureError

from ...dialects.mlir import ir
from ..embedding import Embedded, embed
from .capture import capture

Program = torch.nn.Module | ExportedProgram


def embed_module(
    program: Program,
    inputs: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    into: ir.Module,
    parameters: dict[str, Any],
    name: str,
) -> Embedded:
    """Capture a PyTorch program on specs and add it to `into` as the private function `@name`.

    A program that changes its buffers is a `CaptureError`.
    """
    with torch.inference_mode(False), torch.no_grad():
        captured = capture(program, inputs, kwargs, into.context)
    if captured.signature.state:
        changed = ", ".join(f"'{value.name}'" for value in captured.signature.state)
        raise CaptureError(
            f"the module changes its buffers {changed} when it is called",
            note="call module.eval() first, or keep such values in arrays of the function",
        )
    return embed(captured, into, parameters, name)
