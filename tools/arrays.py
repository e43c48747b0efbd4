"""Arrays in files: .npy and .npz, bfloat16 included, and one line that describes an array."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import IsthmusError, RunError

Array = np.ndarray[Any, Any]

_BFLOAT16 = DTYPES["bf16"].numpy
_FEW = 8


def read_array(path: Path) -> Array:
    """Read a .npy file; an unreadable, damaged or pickled one is a `RunError`."""
    found = _load(path)
    if isinstance(found, dict):
        raise RunError(f"'{path}' holds several arrays: expected a .npy file")
    return found


def read_arrays(path: Path) -> dict[str, Array]:
    """Read a .npz file, by the names of its arrays."""
    found = _load(path)
    if not isinstance(found, dict):
        raise RunError(f"'{path}' holds one array without a name: expected a .npz file")
    return found


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write all arrays to a .npz file, or a single one to a .npy file."""
    try:
        if path.suffix == ".npy":
            (array,) = arrays.values()
            np.save(path, array)
        else:
            np.savez(path, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        raise RunError(f"cannot write '{path}': {(error.strerror or str(error)).lower()}") from error


def describe_array(array: Array) -> str:
    """Say its dtype, shape and range, and the values themselves when they are few."""
    name = next((row.name for row in DTYPES.values() if row.numpy == array.dtype), str(array.dtype))
    text = f"{name}[{', '.join(map(str, array.shape))}]"
    if array.size == 0:
        return text
    if array.size <= _FEW:
        return f"{text} = {array.tolist()}"
    if array.dtype.kind in "c":
        return f"{text} largest magnitude {np.abs(array).max():.6g}"
    wide = array.astype(np.float64)
    return f"{text} min {wide.min():.6g} max {wide.max():.6g} mean {wide.mean():.6g}"


def _load(path: Path) -> Array | dict[str, Array]:
    try:
        with path.open("rb") as stream:
            found = np.load(stream, allow_pickle=False)
            if isinstance(found, np.ndarray):
                return _restore(found)
            return {name: _restore(found[name]) for name in found}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> IsthmusError:
    if isinstance(error, OSError) and error.strerror:
        return RunError(f"cannot read '{path}': {error.strerror.lower()}")
    reason = (str(error).splitlines() or ["it is damaged"])[0]
    note = "arrays of Python objects are never read" if "allow_pickle" in reason else None
    return RunError(f"'{path}' is no .npy or .npz file: {reason}", note=note)


def _restore(array: Array) -> Array:
    """Give bfloat16 its type back: NumPy files keep it as two opaque bytes."""
    return array.view(_BFLOAT16) if array.dtype == np.dtype("V2") else array
