"""Example inputs for the exporter, made from what the user gave: arrays, tensors, numbers and specs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from isthmus.dtypes import DTYPES, dtype_of
from isthmus.errors import CaptureError, IsthmusError
from isthmus.spec import Spec

TORCH_DTYPES: dict[str, torch.dtype] = {
    "f64": torch.float64,
    "f32": torch.float32,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "i64": torch.int64,
    "i32": torch.int32,
    "i16": torch.int16,
    "i8": torch.int8,
    "u64": torch.uint64,
    "u32": torch.uint32,
    "u16": torch.uint16,
    "u8": torch.uint8,
    "bool": torch.bool,
    "c64": torch.complex64,
    "c128": torch.complex128,
}

# Sizes tried for symbols that come without an example: distinct, composite (networks halve their grids) and > 1
# (the exporter takes 0 and 1 for constants).
_TRIAL_SIZES = (16, 32, 48, 64, 80, 96, 112, 128)


def dtype_name(dtype: torch.dtype) -> str:
    """Give our name of a torch dtype; one without a name is a `CaptureError`."""
    for name, known in TORCH_DTYPES.items():
        if known == dtype:
            return name
    raise CaptureError(f"unsupported tensor dtype '{dtype}': expected one of {', '.join(TORCH_DTYPES)}")


@dataclass
class Examples:
    """Hold example inputs in the user's nesting and, for the tensors whose sizes vary, the specs they came from."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    specs: list[tuple[torch.Tensor, Spec]] = field(default_factory=list)


def make_examples(inputs: object, kwargs: Mapping[str, Any] | None) -> Examples:
    """Turn the user's inputs into tensors.

    `inputs` is a tuple or list (one per positional argument) or a single array or spec. Raises `CaptureError`
    for what is neither array, number, spec nor a nesting of them.
    """
    positional = inputs if isinstance(inputs, tuple | list) else (inputs,)
    made = Examples((), {})
    sizes = _SymbolSizes(list(_specs(positional)) + list(_specs(dict(kwargs or {}))))
    convert = _Converter(made, sizes).convert
    made.args = tuple(convert(value, f"input {index}") for index, value in enumerate(positional))
    made.kwargs = {name: convert(value, f"input '{name}'") for name, value in (kwargs or {}).items()}
    return made


def _specs(value: object) -> Iterator[Spec]:
    if isinstance(value, Spec):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from _specs(child)
    elif isinstance(value, tuple | list):
        for child in value:
            yield from _specs(child)


class _SymbolSizes:
    """Choose a trial size for every symbol: the example's where there is one, else one of the table."""

    def __init__(self, specs: list[Spec]) -> None:
        self._known: dict[str, int] = {}
        self._anonymous = 0
        for spec in specs:
            if spec.example is not None:
                shape = np.shape(spec.example)  # type: ignore[call-overload]
                if len(shape) != len(spec.shape):
                    raise CaptureError(f"spec '{spec}' has {len(spec.shape)} sizes, its example {len(shape)}")
                self._known |= {s: n for s, n in zip(spec.shape, shape, strict=True) if isinstance(s, str)}
        self._known.pop(Spec.ANY, None)

    def __getitem__(self, size: int | str) -> int:
        if isinstance(size, int):
            return size
        if size == Spec.ANY:
            self._anonymous += 1
            return self._trial(len(self._known) + self._anonymous - 1)
        return self._known.setdefault(size, self._trial(len(self._known) + self._anonymous))

    @staticmethod
    def _trial(index: int) -> int:
        return _TRIAL_SIZES[index % len(_TRIAL_SIZES)]


@dataclass(frozen=True)
class _Converter:
    examples: Examples
    sizes: _SymbolSizes

    def convert(self, value: object, where: str) -> Any:
        match value:
            case Spec():
                return self._from_spec(value, where)
            case torch.Tensor():
                return value.detach()
            case np.ndarray() | np.generic():
                return _from_numpy(np.asarray(value), where)
            case tuple() if hasattr(value, "_fields"):
                return type(value)(*self._children(value, where))
            case tuple() | list():
                return type(value)(self._children(value, where))
            case Mapping():
                return {key: self.convert(child, f"{where}['{key}']") for key, child in value.items()}
            case None | bool() | int() | float() | complex() | str():
                return value
        if hasattr(value, "__dlpack__"):
            return torch.from_dlpack(value)
        if hasattr(value, "__array__"):
            return _from_numpy(np.asarray(value), where)
        raise CaptureError(
            f"{where} is of type '{type(value).__name__}': expected an array, a tensor, a number or a Spec"
        )

    def _children(self, value: tuple[object, ...] | list[object], where: str) -> list[Any]:
        return [self.convert(child, f"{where}[{index}]") for index, child in enumerate(value)]

    def _from_spec(self, spec: Spec, where: str) -> torch.Tensor:
        if spec.example is not None:
            made: torch.Tensor = self.convert(spec.example, where).clone()
            _check_example(spec, made, where)
        else:
            made = torch.zeros([self.sizes[size] for size in spec.shape], dtype=TORCH_DTYPES[spec.dtype])
        if any(isinstance(size, str) for size in spec.shape):
            self.examples.specs.append((made, spec))
        return made


def _check_example(spec: Spec, made: torch.Tensor, where: str) -> None:
    fits = all(isinstance(want, str) or want == got for want, got in zip(spec.shape, made.shape, strict=True))
    if dtype_name(made.dtype) != spec.dtype or not fits:
        got = f"{dtype_name(made.dtype)}[{','.join(map(str, made.shape))}]"
        raise CaptureError(f"{where}: the example {got} does not fit the spec '{spec}'")


def _from_numpy(array: "np.ndarray[Any, Any]", where: str) -> torch.Tensor:
    try:
        name = dtype_of(array.dtype).name
    except IsthmusError as error:
        raise CaptureError(f"{where}: {error.message}") from error
    if name == "bf16":
        return torch.from_numpy(np.ascontiguousarray(array).view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(np.array(array, order="C"))


def to_numpy(tensor: torch.Tensor) -> "np.ndarray[Any, Any]":
    """View a CPU tensor as a C-contiguous NumPy array, without a copy where its layout allows."""
    plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
    if plain.dtype == torch.bfloat16:
        return plain.view(torch.int16).numpy().view(DTYPES["bf16"].numpy)
    return plain.numpy()
