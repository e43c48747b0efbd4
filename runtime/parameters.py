"""Parameters: weights and initial state, kept beside the compiled code in an IREE parameter archive."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import ArtifactError
from isthmus.signature import TensorType

from .boot import iree_runtime
from .memory import Array, aligned_copy, is_aligned

SCOPE = "model"
"""The scope under which compiled code names its parameters."""


def describe(parameters: Mapping[str, Array]) -> tuple[TensorType, ...]:
    """List the names, dtypes and shapes of arrays for a manifest; an unknown dtype is an `ArtifactError`."""
    names = {dtype.numpy: dtype.name for dtype in DTYPES.values()}
    for key, array in parameters.items():
        if array.dtype not in names:
            raise ArtifactError(f"parameter '{key}' has dtype '{array.dtype}': expected {', '.join(DTYPES)}")
    return tuple(TensorType(key, names[array.dtype], array.shape) for key, array in parameters.items())


def index_of_arrays(parameters: Mapping[str, Array]) -> tuple[Any, list[Array]]:
    """Build IREE's index over arrays in memory without copying them.

    Returns the index and the byte arrays it refers to, which must live as long as the index. Only strided or
    unaligned arrays are copied.
    """
    index = iree_runtime().ParameterIndex()
    owners = [_bytes_of(array) for array in parameters.values()]
    for key, data in zip(parameters, owners, strict=True):
        index.add_buffer(key, data)
    return index, owners


def write_archive(path: Path, parameters: Mapping[str, Array]) -> None:
    """Write arrays into an archive file, each straight from its memory; a failure is an `ArtifactError`."""
    index, _owners = index_of_arrays(parameters)
    try:
        index.create_archive_file(str(path))
    except Exception as error:  # IREE maps its status codes to many Python classes
        raise ArtifactError(f"cannot write '{path}': {error}", note="is the disk full?") from error


class ArchivedParameters(Mapping[str, Array]):
    """Give the arrays of an archive as read-only views of the mapped file: nothing is read until used."""

    def __init__(self, path: Path, types: tuple[TensorType, ...]) -> None:
        self.path = path
        self.index = iree_runtime().ParameterIndex()
        try:
            self.index.load(str(path))
        except Exception as error:  # IREE maps its status codes to many Python classes
            raise ArtifactError(f"cannot read '{path}': {error}") from error
        entries = dict(self.index.items())
        self._arrays = {value.name: _view_of(entries.get(value.name), value, path) for value in types}

    def __getitem__(self, key: str) -> Array:
        return self._arrays[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def _view_of(entry: Any, value: TensorType, path: Path) -> Array:
    if entry is None or not entry.is_file:
        raise ArtifactError(f"'{path}' holds no parameter '{value.name}'")
    dtype = DTYPES[value.dtype].numpy
    shape = tuple(map(int, value.shape))
    count = math.prod(shape)
    if entry.length != count * dtype.itemsize:
        raise ArtifactError(
            f"'{path}' holds {entry.length} bytes for '{value}': expected {count * dtype.itemsize}"
        )
    data = np.frombuffer(entry.file_view, np.uint8) if count else np.zeros(0, np.uint8)
    view = data.view(dtype).reshape(shape)
    view.flags.writeable = False
    return view


def _bytes_of(array: Array) -> Array:
    """View an array's bytes as IREE takes them: flat and aligned (it only reads them)."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return flat if is_aligned(flat) else aligned_copy(flat)
