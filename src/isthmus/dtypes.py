"""The element types of Isthmus: one table from our names to NumPy, MLIR and byte sizes."""

from dataclasses import dataclass

import ml_dtypes
import numpy as np

from isthmus.errors import IsthmusError


@dataclass(frozen=True)
class Dtype:
    """Describe one element type: our name, NumPy's dtype and the spelling in MLIR."""

    name: str
    numpy: np.dtype[np.generic]
    mlir: str

    @property
    def itemsize(self) -> int:
        """Bytes per element in memory."""
        return self.numpy.itemsize


def _row(name: str, numpy: object, mlir: str) -> tuple[str, Dtype]:
    return name, Dtype(name, np.dtype(numpy), mlir)  # type: ignore[call-overload]


DTYPES: dict[str, Dtype] = dict(
    [
        _row("f64", np.float64, "f64"),
        _row("f32", np.float32, "f32"),
        _row("f16", np.float16, "f16"),
        _row("bf16", ml_dtypes.bfloat16, "bf16"),
        _row("i64", np.int64, "i64"),
        _row("i32", np.int32, "i32"),
        _row("i16", np.int16, "i16"),
        _row("i8", np.int8, "i8"),
        _row("u64", np.uint64, "i64"),
        _row("u32", np.uint32, "i32"),
        _row("u16", np.uint16, "i16"),
        _row("u8", np.uint8, "i8"),
        _row("bool", np.bool_, "i1"),
        _row("c64", np.complex64, "complex<f32>"),
        _row("c128", np.complex128, "complex<f64>"),
    ]
)


def dtype_named(name: str) -> Dtype:
    """Look up an element type by our name; an unknown one is an `IsthmusError` that lists the choices."""
    if name not in DTYPES:
        raise IsthmusError(f"unknown dtype '{name}': expected one of {', '.join(map(repr, DTYPES))}")
    return DTYPES[name]


def dtype_of(numpy: "np.dtype[np.generic]") -> Dtype:
    """Look up the element type of a NumPy array (native byte order)."""
    for dtype in DTYPES.values():
        if dtype.numpy == numpy:
            return dtype
    raise IsthmusError(f"unsupported array dtype '{numpy}': expected one of {', '.join(DTYPES)}")
