"""What every way of capturing gives: a module, its signature and its weights."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isthmus.signature import Signature

from ..dialects.mlir import ir

Parameters = Mapping[str, "np.ndarray[tuple[int, ...], np.dtype[np.generic]]"]


@dataclass(frozen=True)
class Captured:
    """Hold a program in the IR.

    `module` has one public function `main`: inputs and state in, outputs and new state out, in the order of
    `signature`. `parameters` maps the keys of `hpc.parameter` ops, and of state, to arrays; they share memory
    with the user's weights wherever that is possible.
    """

    module: ir.Module
    signature: Signature
    parameters: Parameters
