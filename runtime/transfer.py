"""Arrays as a device sees them: host memory imported in place, or copied to a device with its own memory."""

import ctypes
from typing import Any, Protocol

import ml_dtypes
import numpy as np

from .boot import iree_runtime
from .device import Device
from .memory import Array, address

_ELEMENT_TYPES = {
    "f64": "FLOAT_64",
    "f32": "FLOAT_32",
    "f16": "FLOAT_16",
    "bf16": "BFLOAT_16",
    "i64": "SINT_64",
    "i32": "SINT_32",
    "i16": "SINT_16",
    "i8": "SINT_8",
    "u64": "UINT_64",
    "u32": "UINT_32",
    "u16": "UINT_16",
    "u8": "UINT_8",
    "bool": "BOOL_8",
    "c64": "COMPLEX_64",
    "c128": "COMPLEX_128",
}
_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def element_type(dtype: str) -> Any:
    """Give IREE's element type for one of our dtype names."""
    return getattr(iree_runtime().HalElementType, _ELEMENT_TYPES[dtype])


class Transfer(Protocol):
    """Give a device views of host arrays; the caller keeps both alive while the device may use them."""

    in_place: bool

    def view_input(self, array: Array, element: Any) -> Any:
        """Give a view of an aligned, contiguous array that the device reads."""

    def view_output(self, array: Array, element: Any) -> Any:
        """Give a view that the device writes; `collect` then brings the values into the array."""

    def collect(self, view: Any, array: Array) -> None:
        """Bring what the device wrote into the array."""

    def to_host(self, view: Any, dtype: "np.dtype[Any]") -> Array:
        """Copy a view the device made into a new array."""

    def is_same(self, view: Any, array: Array) -> bool:
        """Tell whether a view the device gave back is the memory of an array (True where that cannot be told)."""


def transfer_for(device: Device) -> Transfer:
    """Choose how arrays reach a device."""
    return InPlace(device) if device.kind == "local" else Copied(device)


class InPlace:
    """Import host memory as it lies: nothing is copied."""

    in_place = True

    def __init__(self, device: Device) -> None:
        runtime = iree_runtime()
        self._import = device.handle.allocator.import_host_allocation
        self._view = runtime.HalBufferView
        self._memory = int(runtime.MemoryType.HOST_LOCAL | runtime.MemoryType.DEVICE_VISIBLE)
        self._usage = int(runtime.BufferUsage.DEFAULT | runtime.BufferUsage.MAPPING)

    def view_input(self, array: Array, element: Any) -> Any:
        """Import the array; a read-only one goes under a writable name, compiled code never writes inputs."""
        if not array.flags.writeable:
            array = _writable_name(array)
        return self.view_output(array, element)

    def view_output(self, array: Array, element: Any) -> Any:
        """Import the array."""
        exporter = array if array.dtype != _BFLOAT16 else array.view(np.int16)
        return self._view(self._import(exporter, self._memory, self._usage), array.shape, element)

    def collect(self, view: Any, array: Array) -> None:
        """Do nothing: the device wrote into the array itself."""

    def to_host(self, view: Any, dtype: "np.dtype[Any]") -> Array:
        """Copy a view the device made into a new array."""
        shape = tuple(view.shape)
        if 0 in shape:
            return np.zeros(shape, dtype)
        return np.array(_mapped(view), copy=True).view(dtype).reshape(shape)

    def is_same(self, view: Any, array: Array) -> bool:
        """Compare addresses."""
        return array.size == 0 or address(_mapped(view)) == address(array)


class Copied:
    """Copy arrays to the device's own memory and back."""

    in_place = False

    def __init__(self, device: Device) -> None:
        runtime = iree_runtime()
        self._device = device.handle
        self._runtime = runtime
        self._memory = int(runtime.MemoryType.DEVICE_LOCAL)
        self._usage = int(runtime.BufferUsage.DEFAULT)

    def view_input(self, array: Array, element: Any) -> Any:
        """Copy the array to the device."""
        exporter = array if array.dtype != _BFLOAT16 else array.view(np.int16)
        allocator = self._device.allocator
        return allocator.allocate_buffer_copy(self._memory, self._usage, self._device, exporter, element)

    def view_output(self, array: Array, element: Any) -> Any:
        """Allocate as much on the device."""
        buffer = self._device.allocator.allocate_buffer(self._memory, self._usage, array.nbytes)
        return self._runtime.HalBufferView(buffer, array.shape, element)

    def collect(self, view: Any, array: Array) -> None:
        """Copy the device's values into the array."""
        array[...] = self.to_host(view, array.dtype)

    def to_host(self, view: Any, dtype: "np.dtype[Any]") -> Array:
        """Copy the device's values into a new array."""
        shape = tuple(view.shape)
        if 0 in shape:
            return np.zeros(shape, dtype)
        values = self._runtime.DeviceArray(self._device, view).to_host()
        return np.array(values).view(dtype).reshape(shape)

    def is_same(self, view: Any, array: Array) -> bool:
        """Give True: a device's memory has no address here."""
        return True


def _mapped(view: Any) -> Array:
    values: Array = view.map().asarray((view.byte_length,), np.dtype(np.uint8))
    return values


def _writable_name(array: Array) -> Array:
    block = (ctypes.c_ubyte * array.nbytes).from_address(array.ctypes.data)
    name: Array = np.frombuffer(memoryview(block), np.uint8).view(array.dtype).reshape(array.shape)
    return name
