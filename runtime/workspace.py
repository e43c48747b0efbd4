"""Workspace: memory that compiled code computes in, kept from call to call instead of allocated in each."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import RunError
from isthmus.signature import TensorType, evaluate_size

from .memory import Array, address
from .transfer import Transfer, element_type

_LINE = 64
"""Bytes of a cache line, on which workspace starts."""


class Workspace:
    """Hold memory that grows to the largest sizes asked for; pages that nobody touches cost nothing.

    One call uses it at a time: whoever runs holds the executor's lock. `blocks` is the memory behind the views given
    last, to be kept alive as long as those.
    """

    def __init__(self, types: Sequence[TensorType], transfer: Transfer) -> None:
        self._types = tuple(types)
        self._transfer = transfer
        self.blocks: tuple[Array, ...] = tuple(np.zeros(0, np.uint8) for _ in self._types)
        self._views: dict[tuple[tuple[int, ...], ...], list[Any]] = {}

    def views(self, symbols: Mapping[str, int]) -> list[Any]:
        """Give the device's views for these sizes."""
        if not self._types:
            return []
        shapes = tuple(tuple(evaluate_size(size, symbols) for size in value.shape) for value in self._types)
        if shapes not in self._views:
            self._grow(shapes)
        return self._views[shapes]

    def _grow(self, shapes: Sequence[tuple[int, ...]]) -> None:
        views, blocks = [], []
        for value, shape, block in zip(self._types, shapes, self.blocks, strict=True):
            dtype = DTYPES[value.dtype].numpy
            needed = math.prod(shape) * dtype.itemsize
            blocks.append(block if needed <= block.nbytes else _zeros(needed))
            array = blocks[-1][:needed].view(dtype).reshape(shape)
            views.append(self._transfer.view_output(array, element_type(value.dtype)))
        self.blocks, self._views = tuple(blocks), {tuple(shapes): views}


def _zeros(size: int) -> Array:
    try:
        block = np.zeros(size + _LINE, np.uint8)
    except MemoryError as error:
        raise RunError(f"memory exhausted: {error}", note="use smaller arrays") from error
    start = -address(block) % _LINE
    return block[start : start + size]
