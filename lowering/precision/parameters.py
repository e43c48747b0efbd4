"""Weights in the formats that the rewritten program reads."""

from collections.abc import Mapping

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import CompileError

from ...dialects.mlir import collect, ir
from .formats import element_of, width_of

Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


def convert(module: ir.Module, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """Round each array to the type of its `hpc.parameter`; the others are passed on, not copied.

    A finite number beyond the format's range is a `CompileError`.
    """
    converted = dict(parameters)
    for found in collect(module, "hpc.parameter"):
        key, kind = found.attributes["key"].value, found.results[0].type
        if width_of(kind) and width_of(kind) < converted[key].dtype.itemsize * 8:
            converted[key] = _rounded(key, converted[key], str(element_of(kind)))
    return converted


def _rounded(key: str, array: Array, name: str) -> Array:
    with np.errstate(over="ignore"):
        rounded = array.astype(DTYPES[name].numpy)
    lost = np.isfinite(array) & ~np.isfinite(rounded)
    if lost.any():
        largest = np.abs(array[lost]).max()
        raise CompileError(
            f"parameter '{key}' holds {largest:.3g}, beyond the range of '{name}'",
            note="choose 'bf16', which has the range of f32, or leave 'precision' out",
        )
    return rounded
