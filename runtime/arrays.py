"""Values of users as NumPy arrays and back: NumPy, torch, any DLPack producer, lists and numbers."""

import sys
from typing import Any

import ml_dtypes
import numpy as np

from isthmus.dtypes import DTYPES, Dtype
from isthmus.errors import RunError
from isthmus.signature import TensorType

from .memory import Array, address, aligned_copy, is_aligned

_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
_NAMES = {dtype.numpy: dtype.name for dtype in DTYPES.values()}
_NUMBERS = (bool, int, float, complex)
# NumPy's kinds of Python numbers -> kinds of dtypes they may become ('V' is bfloat16).
_ACCEPTED_BY = {"b": "b", "i": "iufcV", "u": "iufcV", "f": "fcV", "c": "c"}


def is_torch(value: Any) -> bool:
    """Tell whether a value is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def array_of(value: Any, expected: TensorType) -> Array:
    """Give a value as an array of the expected dtype that compiled code can read where it lies.

    An array that is right already is given as it is; a strided, unaligned or byte-swapped one is copied.
    Python numbers and lists of them take the expected dtype; a dtype that differs is a `RunError`.
    """
    dtype = DTYPES[expected.dtype]
    array = value if type(value) is np.ndarray else _converted(value, expected, dtype)
    if array.dtype != dtype.numpy or not array.dtype.isnative:
        array = _recast(array, expected, dtype)
    if not array.flags.c_contiguous or not is_aligned(array):
        array = aligned_copy(array)
    return array


def exact_array_of(value: Any, expected: TensorType, role: str = "argument") -> Array:
    """Give an array that shares the caller's memory; whatever would need a copy is a `RunError`."""
    what = f"{role} '{expected.name}'"
    if is_torch(value) and (value.is_conj() or value.is_neg()):
        raise RunError(f"{what} is a lazy conjugate or negative", note="bind x.resolve_conj().resolve_neg()")
    array = _shared(value, what)
    dtype = DTYPES[expected.dtype]
    if array.dtype != dtype.numpy or not array.dtype.isnative:
        raise _wrong_dtype(array, expected, role)
    if not array.flags.c_contiguous:
        raise RunError(f"{what} is strided: expected a contiguous array", note="bind a contiguous copy of it")
    if not is_aligned(array):
        raise RunError(
            f"{what} does not start on a multiple of 16 bytes", note="bind a copy of it: x.copy() is aligned"
        )
    return array


def is_number(value: Any) -> bool:
    """Tell whether a value is a Python number or a NumPy scalar, which has no memory to share."""
    return isinstance(value, (*_NUMBERS, np.generic))


def torch_of(array: Array) -> Any:
    """Give an array as a torch tensor over the same memory."""
    torch = sys.modules["torch"]
    if array.dtype == _BFLOAT16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def write_back(value: Any, name: str, result: Array) -> None:
    """Copy a result into the array of the caller that the program updates, unless it lies there already."""
    if result is value:
        return
    if is_torch(value):
        if value.data_ptr() == address(result):
            return
        value.detach().copy_(torch_of(result))
    else:
        mine = _shared(value, f"argument '{name}'")
        if address(mine) != address(result):
            np.copyto(mine, result)


def check_writable(value: Any, name: str) -> None:
    """Refuse, before the call, a value that the program updates but nobody could write into."""
    if is_torch(value):
        return
    if not isinstance(value, np.ndarray) or not value.flags.writeable:
        shown = "is read-only" if isinstance(value, np.ndarray) else f"is a {type(value).__name__}"
        raise RunError(f"argument '{name}' {shown}: the program updates it", note="pass a writable array")


def _shared(value: Any, what: str) -> Array:
    """Give the memory of an array, tensor or DLPack producer as a NumPy array without copying."""
    if isinstance(value, np.ndarray):
        _check_unmasked(value, what)
        return value.view(np.ndarray)
    if is_torch(value):
        return _torch_memory(value, what)
    if hasattr(value, "__dlpack__"):
        return _dlpack_memory(value, what)
    raise RunError(f"{what} is a {type(value).__name__}: expected an array or a tensor")


def _check_unmasked(value: Array, what: str) -> None:
    if isinstance(value, np.ma.MaskedArray):
        raise RunError(
            f"{what} is a masked array: compiled programs know no masks", note="pass x.filled(value)"
        )


def _torch_memory(tensor: Any, what: str) -> Array:
    torch = sys.modules["torch"]
    if tensor.device.type != "cpu":
        raise RunError(f"{what} is on device '{tensor.device}': expected 'cpu'", note="pass x.cpu()")
    if tensor.layout is not torch.strided:
        raise RunError(f"{what} is a sparse tensor: expected a dense one", note="pass x.to_dense()")
    tensor = tensor.detach().resolve_conj().resolve_neg()
    try:
        if tensor.dtype is torch.bfloat16:
            return np.asarray(tensor.view(torch.int16).numpy()).view(_BFLOAT16)
        return np.asarray(tensor.numpy())
    except (TypeError, RuntimeError) as error:
        raise RunError(f"{what} cannot be read as an array: {_first_line(error)}") from error


def _dlpack_memory(value: Any, what: str) -> Array:
    try:
        return np.from_dlpack(value)
    except Exception as error:  # each producer raises its own
        raise RunError(f"{what} cannot be read through DLPack: {_first_line(error)}") from error


def _converted(value: Any, expected: TensorType, dtype: Dtype) -> Array:
    what = f"argument '{expected.name}'"
    if isinstance(value, np.ndarray) or hasattr(value, "__dlpack__"):
        return _shared(value, what)
    if _is_plain(value):
        return _from_numbers(value, expected, dtype)
    if value is None or isinstance(value, str | bytes | dict | set):
        raise RunError(f"{what} is a {type(value).__name__}: expected {_described(expected)}")
    try:
        array = np.asarray(value)
    except Exception as error:  # __array__ of any class
        raise RunError(f"{what} cannot be read as an array: {_first_line(error)}") from error
    return array


def _is_plain(value: Any) -> bool:
    """Tell whether a value is a Python number or nested lists of nothing else."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return type(value) in _NUMBERS


def _from_numbers(value: Any, expected: TensorType, dtype: Dtype) -> Array:
    what = f"argument '{expected.name}'"
    try:
        plain = np.asarray(value)
        kinds = _ACCEPTED_BY.get(plain.dtype.kind, "")
        if plain.size and dtype.numpy.kind not in kinds:
            raise RunError(f"{what} is {value!r:.40}: expected {_described(expected)}")
        return np.asarray(value, dtype.numpy)
    except OverflowError as error:
        raise RunError(f"{what} is {value!r:.40}: it does not fit {expected.dtype}") from error
    except ValueError as error:
        raise RunError(f"{what} is a list of unequal rows: expected {_described(expected)}") from error


def _recast(array: Array, expected: TensorType, dtype: Dtype) -> Array:
    """Convert what loses nothing: another byte order, or a narrower value for a Python number's place."""
    swapped = array.dtype.newbyteorder("=") == dtype.numpy
    widened = expected.scalar and array.ndim == 0 and np.can_cast(array.dtype, dtype.numpy, "safe")
    if swapped or widened:
        return array.astype(dtype.numpy)
    raise _wrong_dtype(array, expected, "argument")


def _wrong_dtype(array: Array, expected: TensorType, role: str) -> RunError:
    got = _NAMES.get(array.dtype, str(array.dtype))
    if not array.dtype.isnative:
        got = f"byte-swapped {_NAMES.get(array.dtype.newbyteorder('='), array.dtype)}"
    return RunError(
        f"{role} '{expected.name}' has dtype {got}: expected {expected.dtype}",
        note=f"convert it with .astype('{DTYPES[expected.dtype].numpy}'): nothing is narrowed silently",
    )


def _described(expected: TensorType) -> str:
    return f"an array {expected.dtype}[{', '.join(map(str, expected.shape))}]"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
