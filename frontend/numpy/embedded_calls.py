"""Calls of embedded programs on traced arrays: sizes matched by name, results as arrays, changed arguments written."""

import itertools
from collections.abc import Sequence
from typing import Any

from isthmus.dtypes import DTYPES
from isthmus.signature import TensorType

from ...dialects.mlir import collect, func, ir
from ...dialects.symbols import symbol_name
from ..embedding import Embedded
from .array import Array
from .emitter import Trace, tensor_type
from .scalar import Scalar
from .shapes import as_type


class SizeNames:
    """Name the sizes that only the run knows, equal ones alike."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def sizes(self, array: Array) -> tuple[int | str, ...]:
        """Spell the sizes of an array."""
        return tuple(size if isinstance(size, int) else self._name(size) for size in array.shape)

    def _name(self, size: Scalar) -> str:
        for name, known in self.known.items():
            if isinstance(known, Scalar) and known.linear.same_as(size.linear):
                return name
        name = f"n{len(self.known)}"
        self.known[name] = size
        return name


def free_symbol(trace: Trace, name: str) -> str:
    """Give a name for a function that no other function of the module has."""
    taken = {"main", *(symbol_name(op) for op in collect(trace.module, "func.func"))}
    numbered = (f"{name}.{number}" if number else name for number in itertools.count())
    return next(symbol for symbol in numbered if symbol not in taken)


def invoke(trace: Trace, embedded: Embedded, arrays: Sequence[Array], names: SizeNames) -> list[Any]:
    """Emit a call; give its results, and write what it changes into the arguments."""
    (function,) = collect(
        trace.module, lambda op: op.name == "func.func" and symbol_name(op) == embedded.symbol
    )
    type_ = ir.FunctionType(ir.TypeAttr(function.attributes["function_type"]).value)
    operands = [as_type(a.tensor(), kind) for a, kind in zip(arrays, type_.inputs, strict=True)]
    values = func.CallOp(list(type_.results), embedded.symbol, operands).results
    signature = embedded.signature
    results = [_result(value, kind, names) for value, kind in zip(values, signature.outputs, strict=True)]
    for output, place in signature.updates:
        arrays[place].write(results[output])
    return results


def _result(value: ir.Value, kind: TensorType, names: SizeNames) -> Array:
    sizes = [names.known.get(size, size) if isinstance(size, str) else size for size in kind.shape]
    dtype = DTYPES[kind.dtype].numpy
    if any(isinstance(size, str) for size in sizes):
        return Array.of(value, dtype)
    type_ = tensor_type(sizes, ir.RankedTensorType(value.type).element_type)
    return Array.of(as_type(value, type_), dtype, sizes)
