"""The trace under way: what one capture builds, and the smallest pieces of IR."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from isthmus.dtypes import DTYPES

from ...dialects.hpc import ParameterOp
from ...dialects.mlir import arith, complex, ir
from . import where

if TYPE_CHECKING:
    from .storage import Storage

_INLINE_BYTES = 4096
"""Constant arrays up to this size stay in the IR; larger ones are parameters."""
_CURRENT: ContextVar["Trace | None"] = ContextVar("isthmus_numpy_trace", default=None)
_NAMES = {row.numpy: row for row in DTYPES.values()}


class Trace:
    """Hold what one capture builds.

    `storages` remembers every array cell in the order of creation, weakly; `warnings` what the user should know;
    `embedded` the functions that stand for programs of others (PyTorch modules).
    Control flow keeps its books here: `discarded` operations wait to be destroyed until no handle into them is used,
    `copies` counts how often unrolling repeats what is traced now, `conditions` how many traced tests it is under,
    `depth` how many of the user's functions are being called within each other,
    `refused` how many short loops were not unrolled since that would have made too many copies.
    """

    def __init__(self, context: ir.Context, module: ir.Module, entry: ir.Block) -> None:
        self.context = context
        self.module = module
        self.entry = entry
        self.parameters: dict[str, np.ndarray[Any, Any]] = {}
        self.warnings: list[str] = []
        self.embedded: dict[Any, Any] = {}
        self.discarded: list[ir.Operation] = []
        self.copies = 1
        self.conditions = 0
        self.depth = 0
        self.refused = 0
        self._storages: list[weakref.ref[Storage]] = []
        self._constants: dict[int, tuple[object, ir.Value]] = {}
        self._types: dict[str, ir.Type] = {}

    def register(self, storage: "Storage") -> None:
        """Remember a new array cell."""
        self._storages.append(weakref.ref(storage))
        if len(self._storages) % 1024 == 0:
            self._storages = [ref for ref in self._storages if ref() is not None]

    def live_storages(self) -> list["Storage"]:
        """List the array cells that are still reachable, oldest first."""
        return [storage for ref in self._storages if (storage := ref()) is not None]

    def element_type(self, dtype: "np.dtype[Any]") -> ir.Type:
        """Give the MLIR type of a NumPy dtype; one without is a `CaptureError`."""
        row = _NAMES.get(dtype)
        if row is None:
            kind = "arrays of objects" if dtype.kind == "O" else f"dtype '{dtype}'"
            raise where.error(
                f"{kind} cannot be compiled",
                note=f"use one of {', '.join(str(row.numpy) for row in DTYPES.values())}",
            )
        if row.mlir not in self._types:
            self._types[row.mlir] = ir.Type.parse(row.mlir, self.context)
        return self._types[row.mlir]

    def constant_array(self, array: "np.ndarray[Any, Any]") -> ir.Value:
        """Give the tensor of an ordinary array: inline where it is small, a parameter otherwise.

        It is emitted at the top of `@main`, once per array, so that every region may use it.
        """
        known = self._constants.get(id(array))
        if known is None:
            with ir.InsertionPoint.at_block_begin(self.entry):
                known = self._constants[id(array)] = (array, self._constant(array))
        return known[1]

    def _constant(self, array: "np.ndarray[Any, Any]") -> ir.Value:
        element = self.element_type(array.dtype)
        data = np.ascontiguousarray(array).reshape(array.shape)
        if data.nbytes <= _INLINE_BYTES or _is_splat(data):
            return arith.ConstantOp(tensor_type(data.shape, element), dense(data, element)).result
        key = f"constant.{len(self.parameters)}"
        if data.dtype == np.complex128:  # IREE 3.13 dies on elements of 16 bytes
            pairs = self.parameters[key] = data.view(np.float64).reshape(*data.shape, 2)
            return _from_pairs(
                _parameter(key, tensor_type(pairs.shape, self.element_type(pairs.dtype))), element
            )
        self.parameters[key] = data
        return _parameter(key, tensor_type(data.shape, element))


def current_trace() -> Trace:
    """Give the trace under way; outside of a capture it is a `CaptureError`."""
    trace = _CURRENT.get()
    if trace is None:
        raise where.error(
            "a traced value was used after its capture had ended", note="return it from the function"
        )
    return trace


def is_tracing() -> bool:
    """Tell whether a capture is under way."""
    return _CURRENT.get() is not None


@contextmanager
def tracing(trace: Trace) -> Iterator[Trace]:
    """Make `trace` the current one."""
    token = _CURRENT.set(trace)
    try:
        yield trace
    finally:
        _CURRENT.reset(token)


def tensor_type(shape: "tuple[Any, ...] | list[Any]", element: ir.Type) -> ir.RankedTensorType:
    """Make a ranked tensor type; sizes that are not plain numbers are dynamic."""
    dynamic = ir.ShapedType.get_dynamic_size()
    return ir.RankedTensorType.get([n if isinstance(n, int) else dynamic for n in shape], element)


def dense(array: "np.ndarray[Any, Any]", element: ir.Type) -> ir.DenseElementsAttr:
    """Make the attribute of a constant tensor."""
    type_ = tensor_type(array.shape, element)
    if array.size and _is_splat(array):
        return ir.DenseElementsAttr.get_splat(type_, attribute(array.reshape(-1)[0], element))
    return ir.DenseElementsAttr.get(array, type=type_)


def _is_splat(array: "np.ndarray[Any, Any]") -> bool:
    if not array.size or array.dtype.kind == "c":
        return False
    bits = array.reshape(-1).view(f"u{array.itemsize}")
    return bool((bits == bits[0]).all())


def attribute(number: Any, element: ir.Type) -> ir.Attribute:
    """Make the attribute of one number."""
    if isinstance(element, ir.ComplexType):
        part = element.element_type
        return ir.ArrayAttr.get([ir.FloatAttr.get(part, float(p)) for p in (number.real, number.imag)])
    if isinstance(element, ir.IntegerType):
        return ir.IntegerAttr.get(element, _signed(int(number), element.width))
    if isinstance(element, ir.IndexType):
        return ir.IntegerAttr.get(element, int(number))
    return ir.FloatAttr.get(element, float(number))


def _signed(number: int, width: int) -> int:
    if width == 1:
        return number & 1
    number &= (1 << width) - 1
    return number - (1 << width) if number >> (width - 1) else number


def number(value: Any, element: ir.Type) -> ir.Value:
    """Emit a scalar constant of an MLIR type (f64, i32, index, complex<f64> …) at the insertion point."""
    if isinstance(element, ir.ComplexType):
        return complex.ConstantOp(element, attribute(value, element)).result
    return arith.ConstantOp(element, attribute(value, element)).result


def index(value: int) -> ir.Value:
    """Emit a constant of type `index`."""
    return number(value, ir.IndexType.get())


def _parameter(key: str, type_: ir.Type) -> ir.Value:
    return ParameterOp(ir.StringAttr.get(key), type_).result


def _from_pairs(pairs: ir.Value, element: ir.Type) -> ir.Value:
    from .structured import generic

    shape = ir.RankedTensorType(pairs.type).shape[:-1]
    rank = len(shape)
    loops = [ir.AffineDimExpr.get(axis) for axis in range(rank)]
    maps = [ir.AffineMap.get(rank, 0, [*loops, ir.AffineConstantExpr.get(part)]) for part in (0, 1)]
    return generic(
        lambda re, im: complex.CreateOp(element, re, im).result, [pairs, pairs], maps, list(shape), element
    )
