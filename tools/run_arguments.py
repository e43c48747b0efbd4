"""The arguments of one call: read from files and the command line, or made up from the signature."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import RunError
from isthmus.signature import Signature, TensorType, evaluate_size

from .arrays import Array, read_array, read_arrays

_DEFAULT_SIZE = 64


def given_arguments(signature: Signature, texts: Sequence[str]) -> list[Any]:
    """Read one value for each input: `X.npy`, `3.5`, `NAME=` either, or an .npz file that names them.

    What is missing, unknown or given twice is a `RunError` that lists the inputs.
    """
    named: dict[str, Any] = {}
    loose: list[Any] = []
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and not Path(text).exists():
            _add(named, name, _value(value))
        elif text.endswith(".npz"):
            for key, array in read_arrays(Path(text)).items():
                _add(named, key, array)
        else:
            loose.append(_value(text))
    return _assign(signature, named, loose)


def _add(named: dict[str, Any], name: str, value: Any) -> None:
    if name in named:
        raise RunError(f"input '{name}' is given twice")
    named[name] = value


def _value(text: str) -> Any:
    if text.endswith(".npy"):
        return read_array(Path(text))
    for kind in (int, float, complex):
        try:
            return kind(text)
        except ValueError:
            continue
    if text in ("true", "false"):
        return text == "true"
    raise RunError(f"'{text}' is no input: expected a .npy or .npz file or a number")


def _assign(signature: Signature, named: Mapping[str, Any], loose: Sequence[Any]) -> list[Any]:
    """Put named values in their places and the others, in order, in the places left."""
    names = [kind.name for kind in signature.inputs]
    listed = ", ".join(map(str, signature.inputs)) or "none"
    unknown = [name for name in named if name not in names]
    if unknown:
        raise RunError(f"the program has no input '{unknown[0]}'", note=f"its inputs: {listed}")
    rest = iter(loose)
    values = [named[name] if name in named else next(rest, None) for name in names]
    if len(named) + len(loose) != len(names):
        raise RunError(
            f"the program takes {len(names)} inputs, got {len(named) + len(loose)}",
            note=f"its inputs: {listed}; --random makes them up",
        )
    return [_fitted(value, kind) for value, kind in zip(values, signature.inputs, strict=True)]


def _fitted(value: Any, kind: TensorType) -> Any:
    """Make a number on the command line an array of the input's dtype, and an array the number it stands for."""
    if isinstance(value, np.ndarray):
        return value.item() if kind.scalar and value.ndim == 0 else value
    if kind.scalar:
        return value
    try:
        return np.asarray(value).astype(DTYPES[kind.dtype].numpy, casting="same_kind")
    except TypeError:
        raise RunError(f"input '{kind}' got '{value}': expected a {kind.dtype}") from None


def random_arguments(signature: Signature, sizes: Mapping[str, int], seed: int) -> list[Any]:
    """Make up values: normal numbers, integers 0 and 1 (safe as indices), sizes as asked or small."""
    unknown = [name for name in sizes if name not in signature.symbols]
    if unknown:
        choices = ", ".join(f"'{name}'" for name in signature.symbols) or "none"
        raise RunError(f"the program has no size '{unknown[0]}': expected one of {choices}")
    symbols = {name: sizes.get(name, _default(bounds)) for name, bounds in signature.symbols.items()}
    generator = np.random.default_rng(seed)
    return [_random(kind, symbols, generator) for kind in signature.inputs]


def _default(bounds: tuple[int, int | None]) -> int:
    low, high = bounds
    return max(low, min(_DEFAULT_SIZE, high if high is not None else _DEFAULT_SIZE))


def _random(kind: TensorType, symbols: Mapping[str, int], generator: np.random.Generator) -> Any:
    shape = tuple(evaluate_size(size, symbols) for size in kind.shape)
    dtype = DTYPES[kind.dtype].numpy
    if kind.dtype == "bool" or kind.dtype[0] in "iu":
        made: Array = generator.integers(0, 2, shape).astype(dtype)
    elif dtype.kind == "c":
        made = (generator.standard_normal(shape) + 1j * generator.standard_normal(shape)).astype(dtype)
    else:
        made = np.asarray(generator.standard_normal(shape)).astype(dtype)
    return made.item() if kind.scalar else made
