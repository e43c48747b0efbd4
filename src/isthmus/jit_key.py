"""What decides the code that `jit` compiles: in this process, and on disk for every process."""

import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import isthmus
from isthmus.errors import CaptureError

from .fingerprint import fingerprint
from .runtime.cpu import host_cpu

NUMBERS = frozenset((bool, int, float, complex))
"""Python's numbers: inputs of the run, told apart by type alone."""

_TOOLS = ("iree-base-compiler", "torch", "torch-mlir", "numpy")


def describe(value: Any, place: int | str, signature: inspect.Signature) -> Any:
    """Describe an argument by what decides the compiled code; what cannot be one is a `CaptureError`."""
    kind = type(value)
    if kind is np.ndarray:
        return (value.dtype, value.shape)
    if kind in NUMBERS:
        return kind
    if value is None or kind is str:
        return (kind, value)
    if isinstance(value, np.generic):
        return value.dtype
    if isinstance(value, tuple | list):
        return (kind, tuple(describe(child, place, signature) for child in value))
    if isinstance(value, dict):
        return (kind, tuple((key, describe(child, place, signature)) for key, child in value.items()))
    if is_traced(value):
        return kind
    raise _refused(value, place, signature)


def is_plain(value: Any) -> bool:
    """Tell whether an artifact can state a static value: None, numbers, texts, and tuples of those."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    return value is None or isinstance(value, bool | int | float | str | np.bool_ | np.integer | np.floating)


def native(value: Any) -> Any:
    """Give an array of this machine's byte order to stand for one of the other: calls convert."""
    if isinstance(value, np.ndarray) and not value.dtype.isnative:
        return np.zeros(value.shape, value.dtype.newbyteorder("="))
    return value


def is_traced(value: Any) -> bool:
    """Tell whether a value belongs to a capture under way: the function is then part of it."""
    known = sys.modules.get("isthmus.frontend.numpy.traced")
    return known is not None and isinstance(value, known.Traced)


def _refused(value: Any, place: int | str, signature: inspect.Signature) -> CaptureError:
    names = list(signature.parameters)
    name = place if isinstance(place, str) else names[min(place, len(names) - 1)]
    kind = type(value)
    owner = kind.__module__.partition(".")[0]
    note = f'name it in static="{name}", if it is a constant of the program'
    if owner == "torch" and hasattr(value, "untyped_storage"):
        note = "pass x.numpy(), which shares the tensor's memory"
    elif isinstance(value, np.ndarray):
        note = "pass numpy.asarray(x), or x.filled(value) of a masked array"
    return CaptureError(
        f"argument '{name}' is a '{kind.__name__}' of {owner}: expected NumPy arrays, numbers, or tuples, lists and "
        "dictionaries of those",
        note=note,
    )


def disk_key(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    static: tuple[str, ...],
    options: Mapping[str, Any],
) -> str | None:
    """Name the compiled code of a call for every process; None when the function refers to what has no such name."""
    names = list(inspect.signature(function).parameters)
    places = [(names[min(index, len(names) - 1)], value) for index, value in enumerate(args)]
    values = [
        (name, value if name in static else _shape_of(value)) for name, value in (*places, *kwargs.items())
    ]
    cpu = host_cpu()
    machine = (cpu.architecture, sorted(cpu.features or ()))
    return fingerprint(function, values, sorted(static), dict(options), machine, toolchain())


def _shape_of(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return ("array", value.dtype.str, value.shape)
    if isinstance(value, tuple | list):
        return (type(value).__name__, [_shape_of(child) for child in value])
    if isinstance(value, dict):
        return {key: _shape_of(child) for key, child in value.items()}
    return value if value is None or isinstance(value, str) else ("number", type(value).__name__)


@functools.cache
def toolchain() -> tuple[str, ...]:
    """Name everything that turns a function into code: versions, and the state of our own sources."""
    found = [sys.version, isthmus.__version__]
    for name in _TOOLS:
        try:
            found.append(version(name))
        except PackageNotFoundError:
            found.append("")
    home = Path(isthmus.__file__).parent
    for folder in (home, *sorted(path for path in home.iterdir() if path.is_dir())):
        files = folder.glob("*.py") if folder == home else folder.resolve().rglob("*.py")
        found += sorted(f"{file.name}:{(at := file.stat()).st_size}:{at.st_mtime_ns}" for file in files)
    return tuple(found)
