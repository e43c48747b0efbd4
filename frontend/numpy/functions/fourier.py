"""Fourier transforms of any number of axes, through `hpc.fft`."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....dialects.hpc import FftOp
from ....dialects.mlir import ir
from ..array import Array
from ..emitter import current_trace, tensor_type
from ..where import error
from .operands import as_array, fresh, into, normal_axes
from .ranges import arange
from .shaping import roll

Dtype = np.dtype[Any]


def _complex_dtype(kind: Dtype) -> Dtype:
    return (
        np.dtype(np.complex64) if kind in (np.float16, np.float32, np.complex64) else np.dtype(np.complex128)
    )


def _real_dtype(kind: Dtype) -> Dtype:
    return np.dtype(np.float32) if _complex_dtype(kind) == np.complex64 else np.dtype(np.float64)


def _axes(x: Array, s: Any, axes: Any, name: str) -> tuple[tuple[int, ...], list[Any]]:
    """Give the axes and the lengths of the transform along them."""
    if axes is None:
        axes = tuple(range(x.ndim)) if s is None else tuple(range(x.ndim - len(s), x.ndim))
    places = tuple(normal_axes(axis, x.ndim, name)[0] for axis in axes)
    lengths = [None] * len(places) if s is None else list(s)
    if len(lengths) != len(places):
        raise error(f"'{name}': shape and axes have different lengths")
    if len(set(places)) != len(places):
        raise error(f"'{name}': an axis is named twice", note="transform along it twice")
    return places, [
        x.shape[axis] if n is None or n == -1 else n for axis, n in zip(places, lengths, strict=True)
    ]


def _checked(n: Any, name: str) -> int:
    if not isinstance(n, int | np.integer):
        raise error(
            f"'{name}': the length must be known at capture",
            note="name it in 'static=', or give it with 'n='",
        )
    if n < 1:
        raise error(f"'{name}': invalid number of data points ({n}) specified")
    return int(n)


def _resized(x: Array, axis: int, n: int) -> Array:
    """Cut or pad with zeros to the length of the transform."""
    have = x.shape[axis]
    before = (slice(None),) * axis
    if isinstance(have, int) and have == n:
        return x
    if isinstance(have, int) and have > n:
        return x[(*before, slice(0, n))]
    made = fresh((*x.shape[:axis], n, *x.shape[axis + 1 :]), 0, x.dtype)
    made[(*before, slice(0, have))] = x
    return made


def _scale(norm: str | None, count: int, is_forward: bool, name: str) -> float:
    divides = {None: not is_forward, "backward": not is_forward, "forward": is_forward}
    if norm == "ortho":
        return 1 / math.sqrt(count)
    if norm not in divides:
        raise error(f"'{name}': invalid norm value '{norm}': expected 'backward', 'ortho' or 'forward'")
    return 1 / count if divides[norm] else 1.0


def _emit(
    x: Array, kind: str, is_forward: bool, axes: Sequence[int], scale: float, shape: Any, dtype: Dtype
) -> Array:
    type_ = tensor_type(tuple(shape), current_trace().element_type(dtype))
    value = FftOp(
        x.tensor(),
        ir.StringAttr.get(kind),
        ir.StringAttr.get("forward" if is_forward else "inverse"),
        ir.DenseI64ArrayAttr.get(list(axes)),
        ir.FloatAttr.get(ir.F64Type.get(), scale),
        type_,
    ).output
    return Array.of(value, dtype, shape)


def _complex_transform(a: Any, s: Any, axes: Any, norm: Any, out: Any, is_forward: bool, name: str) -> Any:
    x = as_array(a)
    places, lengths = _axes(x, s, axes, name)
    lengths = [_checked(n, name) for n in lengths]
    kind = _complex_dtype(x.dtype)
    for axis, n in zip(places, lengths, strict=True):
        x = _resized(x, axis, n)
    x = x.astype(kind, copy=False)
    if not places:
        return into(out, x.copy())
    scale = _scale(norm, math.prod(lengths), is_forward, name)
    return into(out, _emit(x, "c2c", is_forward, places, scale, x.shape, kind))


def _real_forward(a: Any, s: Any, axes: Any, norm: Any, out: Any, name: str) -> Any:
    x = as_array(a)
    if x.dtype.kind == "c":
        raise error(f"'{name}' takes real input, got dtype '{x.dtype}'", note="use the complex transform")
    places, lengths = _axes(x, s, axes, name)
    lengths = [_checked(n, name) for n in lengths]
    for axis, n in zip(places, lengths, strict=True):
        x = _resized(x, axis, n)
    x = x.astype(_real_dtype(x.dtype), copy=False)
    last = places[-1]
    shape = [n // 2 + 1 if axis == last else n for axis, n in enumerate(x.shape)]
    scale = _scale(norm, math.prod(lengths), True, name)
    return into(out, _emit(x, "r2c", True, places, scale, shape, _complex_dtype(x.dtype)))


def _real_inverse(a: Any, s: Any, axes: Any, norm: Any, out: Any, name: str) -> Any:
    x = as_array(a)
    places, lengths = _axes(x, s, axes, name)
    if s is None or s[-1] is None or s[-1] == -1:
        lengths[-1] = 2 * (x.shape[places[-1]] - 1)
    lengths = [_checked(n, name) for n in lengths]
    last = places[-1]
    for axis, n in zip(places, lengths, strict=True):
        x = _resized(x, axis, n // 2 + 1 if axis == last else n)
    x = x.astype(_complex_dtype(x.dtype), copy=False)
    shape = [lengths[-1] if axis == last else n for axis, n in enumerate(x.shape)]
    scale = _scale(norm, math.prod(lengths), False, name)
    return into(out, _emit(x, "c2r", False, places, scale, shape, _real_dtype(x.dtype)))


def fft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Transform one axis."""
    return _complex_transform(a, [n], [axis], norm, out, True, "numpy.fft.fft")


def ifft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Transform one axis back."""
    return _complex_transform(a, [n], [axis], norm, out, False, "numpy.fft.ifft")


def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Transform two axes."""
    return _complex_transform(a, s, axes, norm, out, True, "numpy.fft.fft2")


def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Transform two axes back."""
    return _complex_transform(a, s, axes, norm, out, False, "numpy.fft.ifft2")


def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Transform several axes."""
    return _complex_transform(a, s, axes, norm, out, True, "numpy.fft.fftn")


def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Transform several axes back."""
    return _complex_transform(a, s, axes, norm, out, False, "numpy.fft.ifftn")


def rfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Transform one axis of real numbers to half a spectrum."""
    return _real_forward(a, [n], [axis], norm, out, "numpy.fft.rfft")


def irfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Transform half a spectrum back to real numbers."""
    return _real_inverse(a, [n], [axis], norm, out, "numpy.fft.irfft")


def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Transform two axes of real numbers to half a spectrum."""
    return _real_forward(a, s, axes, norm, out, "numpy.fft.rfft2")


def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Transform half a spectrum over two axes back to real numbers."""
    return _real_inverse(a, s, axes, norm, out, "numpy.fft.irfft2")


def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Transform several axes of real numbers to half a spectrum."""
    return _real_forward(a, s, axes, norm, out, "numpy.fft.rfftn")


def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Transform half a spectrum over several axes back to real numbers."""
    return _real_inverse(a, s, axes, norm, out, "numpy.fft.irfftn")


def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Transform half of a Hermitian signal to its real spectrum."""
    return _real_inverse(np.conj(as_array(a)), [n], [axis], _SWAPPED.get(norm, norm), out, "numpy.fft.hfft")


def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Transform a real spectrum to half of a Hermitian signal."""
    half = _real_forward(a, [n], [axis], _SWAPPED.get(norm, norm), None, "numpy.fft.ihfft")
    return into(out, np.conj(half))


_SWAPPED = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def fftfreq(n: Any, d: Any = 1.0, device: Any = None) -> Any:
    """Give the frequencies of a transform's bins."""
    from ..sizes import ceil_divided

    count = n if isinstance(n, int | np.integer) else as_size(n)
    half = ceil_divided(count, 2)
    places = arange(count)
    signed = np.where(np.less(places, half), places, places - count)
    return signed * (1.0 / (count * d))


def rfftfreq(n: Any, d: Any = 1.0, device: Any = None) -> Any:
    """Give the frequencies of a real transform's bins."""
    count = n if isinstance(n, int | np.integer) else as_size(n)
    return arange(count // 2 + 1) * (1.0 / (count * d))


def as_size(n: Any) -> Any:
    """Take a size that only the run knows."""
    from ..reshaping import as_size as size

    return size(n)


def fftshift(x: Any, axes: Any = None) -> Any:
    """Bring the zero frequency to the middle."""
    return _shifted(x, axes, lambda n: n // 2)


def ifftshift(x: Any, axes: Any = None) -> Any:
    """Bring the zero frequency back to the front."""
    return _shifted(x, axes, lambda n: -(n // 2))


def _shifted(x: Any, axes: Any, by: Callable[[Any], Any]) -> Any:
    array = as_array(x)
    places = normal_axes(axes, array.ndim, "numpy.fft.fftshift")
    return roll(array, tuple(by(array.shape[axis]) for axis in places), places)


TABLE = {
    np.fft.fft: fft,
    np.fft.fft2: fft2,
    np.fft.fftfreq: fftfreq,
    np.fft.fftn: fftn,
    np.fft.fftshift: fftshift,
    np.fft.hfft: hfft,
    np.fft.ifft: ifft,
    np.fft.ifft2: ifft2,
    np.fft.ifftn: ifftn,
    np.fft.ifftshift: ifftshift,
    np.fft.ihfft: ihfft,
    np.fft.irfft: irfft,
    np.fft.irfft2: irfft2,
    np.fft.irfftn: irfftn,
    np.fft.rfft: rfft,
    np.fft.rfft2: rfft2,
    np.fft.rfftfreq: rfftfreq,
    np.fft.rfftn: rfftn,
}
