"""`fold-constants`: compute now what an exporter left to be computed on constants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..dialects.mlir import arith, collect, ir, replace, run_passes
from .passes import Pass

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class FoldConstants(Pass):
    """Fold conversions of scalar constants, and transposes, reshapes and slices of small constant tensors.

    Upstream's folders refuse a conversion that rounds; here it rounds to nearest, as the program would at run time.
    Tensors of more than `limit` elements stay as they are: they are computed once, when the program is loaded.
    """

    name: ClassVar[str] = "fold-constants"
    limit: int = 65536

    def apply(self, module: ir.Module) -> None:
        """Fold until nothing changes, then drop what is dead."""
        with module.context:
            while sum([self._fold(operation) for operation in collect(module, tuple(_FOLDERS))]):
                pass
        run_passes(module, "canonicalize,cse")

    def _fold(self, operation: ir.Operation) -> bool:
        result = operation.results[0]
        if next(iter(result.uses), None) is None or _elements(result.type) > self.limit:
            return False
        if isinstance(result.type, ir.RankedTensorType) and not _is_plain(result.type.element_type):
            return False
        value = _constant(operation.operands[0])
        if value is None:
            return False
        folded = _FOLDERS[operation.name](operation, value)
        with ir.InsertionPoint(operation), operation.location:
            replace(operation, [_materialise(folded, result.type)])
        return True


def _elements(kind: ir.Type) -> float:
    if not isinstance(kind, ir.RankedTensorType):
        return 1
    return float(np.prod(kind.shape)) if kind.has_static_shape else float("inf")


def _constant(value: ir.Value) -> Array | None:
    owner = value.owner
    if isinstance(owner, ir.Block) or owner.operation.name != "arith.constant":
        return None
    attribute = owner.operation.attributes["value"]
    if isinstance(attribute, (ir.FloatAttr, ir.IntegerAttr)):
        return np.array(attribute.value)
    if isinstance(attribute, ir.DenseElementsAttr) and _is_plain(attribute.type.element_type):
        shape = list(attribute.type.shape)
        return np.array(attribute).reshape(shape) if not attribute.is_splat else _splat(attribute, shape)
    return None


def _is_plain(element: ir.Type) -> bool:
    return isinstance(element, (ir.F32Type, ir.F64Type)) or str(element) in ("i8", "i16", "i32", "i64")


def _splat(attribute: Any, shape: list[int]) -> Array:
    return np.full(shape, attribute.get_splat_value().value)


def _materialise(value: Array, kind: ir.Type) -> ir.Value:
    if not isinstance(kind, ir.RankedTensorType):
        number = value.item()
        made = (
            ir.FloatAttr.get(kind, number)
            if isinstance(kind, ir.FloatType)
            else ir.IntegerAttr.get(kind, number)
        )
        return arith.ConstantOp(kind, made).result
    dtype = _DTYPES[str(kind.element_type)]
    dense = ir.DenseElementsAttr.get(
        np.ascontiguousarray(value, dtype), type=kind.element_type, shape=kind.shape
    )
    return arith.ConstantOp(kind, dense).result


_DTYPES = {
    "f32": np.float32,
    "f64": np.float64,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "i64": np.int64,
}


def _convert(operation: ir.Operation, value: Array) -> Array:
    kind = operation.results[0].type
    element = kind.element_type if isinstance(kind, ir.RankedTensorType) else kind
    dtype = _DTYPES.get(str(element))
    return value.astype(dtype) if dtype is not None else value


def _transpose(operation: ir.Operation, value: Array) -> Array:
    return value.transpose(list(operation.attributes["permutation"]))


def _reshape(operation: ir.Operation, value: Array) -> Array:
    return value.reshape(list(ir.RankedTensorType(operation.results[0].type).shape))


def _broadcast(operation: ir.Operation, value: Array) -> Array:
    kind = ir.RankedTensorType(operation.results[0].type)
    added = tuple(operation.attributes["dimensions"])
    return np.broadcast_to(np.expand_dims(value, added), list(kind.shape))


_FOLDERS: dict[str, Callable[[ir.Operation, Array], Array]] = {
    "arith.extf": _convert,
    "arith.sitofp": _convert,
    "arith.truncf": _convert,
    "linalg.transpose": _transpose,
    "tensor.collapse_shape": _reshape,
    "tensor.expand_shape": _reshape,
}
