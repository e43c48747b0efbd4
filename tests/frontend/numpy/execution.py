"""Run a captured module through MLIR's own CPU lowering and JIT: numbers in a tenth of a second, without IREE."""

import ctypes
from typing import Any

import numpy as np
from torch_mlir.execution_engine import ExecutionEngine  # type: ignore[import-untyped]
from torch_mlir.runtime import (  # type: ignore[import-untyped]
    as_ctype,
    get_ranked_memref_descriptor,
    make_nd_memref_descriptor,
    make_zero_d_memref_descriptor,
)

from isthmus.dialects.mlir import arith, collect, erase, ir, linalg, replace, run_passes
from isthmus.dtypes import dtype_named
from isthmus.frontend.captured import Captured
from isthmus.frontend.numpy.emitter import dense
from isthmus.lowering.expand_math import ExpandMath
from isthmus.runtime.structure import flatten_call
from isthmus.signature import TensorType

_PIPELINE = (
    "func.func(convert-complex-to-standard)",
    "canonicalize,cse,one-shot-bufferize{bufferize-function-boundaries=1 allow-return-allocs-from-loops=1 "
    "function-boundary-type-conversion=identity-layout-map}",
    "func.func(convert-linalg-to-loops,llvm-request-c-wrappers),convert-scf-to-cf,expand-strided-metadata,lower-affine,"
    "finalize-memref-to-llvm,convert-complex-to-llvm,convert-math-to-llvm,convert-arith-to-llvm,"
    "convert-func-to-llvm,convert-cf-to-llvm,convert-index-to-llvm,reconcile-unrealized-casts",
)


def call(captured: Captured, inputs: tuple[Any, ...]) -> Any:
    """Run `@main` on arguments nested as the function takes them; changed arrays are changed in place."""
    signature = captured.signature
    leaves = flatten_call(signature, inputs, {})
    outputs = execute(captured, leaves)
    for output, place in signature.updates:
        leaves[place][...] = outputs[output]
    results = [
        out.item() if type_.scalar else out for out, type_ in zip(outputs, signature.outputs, strict=True)
    ]
    return signature.results.build(results)


def execute(captured: Captured, leaves: list[Any]) -> list[np.ndarray[Any, Any]]:
    """Run `@main` on flat inputs and give its outputs; the inputs are copied first."""
    return invoke(build(captured), captured, leaves)


def build(captured: Captured) -> Any:
    """Compile a captured module, in place, for `invoke`."""
    module = captured.module
    with module.context, ir.Location.unknown():
        for op in collect(module, "hpc.parameter"):
            data = np.ascontiguousarray(captured.parameters[ir.StringAttr(op.attributes["key"]).value])
            with ir.InsertionPoint(op):
                type_ = ir.RankedTensorType(op.results[0].type)
                made = arith.ConstantOp(type_, dense(data, type_.element_type))
            replace(op, [made.result])
        run_passes(module, _PIPELINE[0])
        ExpandMath().apply(module)
        run_passes(module, _PIPELINE[1])
        for copy in collect(module, "memref.copy"):  # its own lowering calls a library that no wheel has
            with ir.InsertionPoint(copy):
                linalg.copy(copy.operands[0], outs=[copy.operands[1]])
            erase(copy)
        run_passes(module, _PIPELINE[2])
        return ExecutionEngine(module)


def invoke(engine: Any, captured: Captured, leaves: list[Any]) -> list[np.ndarray[Any, Any]]:
    """Run `@main` of a compiled module on flat inputs, which are copied first, and give its outputs."""
    signature = captured.signature
    arrays = [
        np.array(leaf, dtype_named(type_.dtype).numpy, order="C")
        for leaf, type_ in zip(leaves, signature.inputs, strict=True)
    ]
    fields = []
    for place, type_ in enumerate(signature.outputs):
        kind = as_ctype(dtype_named(type_.dtype).numpy)
        rank = len(type_.shape)
        made = make_nd_memref_descriptor(rank, kind) if rank else make_zero_d_memref_descriptor(kind)
        fields.append((f"result{place}", made))
    results = type("Results", (ctypes.Structure,), {"_fields_": fields})()
    descriptors = [ctypes.pointer(ctypes.pointer(get_ranked_memref_descriptor(array))) for array in arrays]
    engine.invoke("main", ctypes.pointer(ctypes.pointer(results)), *descriptors)
    return [
        _array(getattr(results, name), type_)
        for (name, _), type_ in zip(fields, signature.outputs, strict=True)
    ]


def _array(descriptor: Any, type_: TensorType) -> np.ndarray[Any, Any]:
    dtype = dtype_named(type_.dtype).numpy
    rank = len(type_.shape)
    shape = [descriptor.shape[axis] for axis in range(rank)]
    strides = [descriptor.strides[axis] * dtype.itemsize for axis in range(rank)]
    if 0 in shape:
        return np.empty(shape, dtype)
    extent = sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) + dtype.itemsize
    start = ctypes.cast(descriptor.aligned, ctypes.c_void_p).value + descriptor.offset * dtype.itemsize
    data = (ctypes.c_char * extent).from_address(start)
    return np.array(np.ndarray(shape, dtype, data, 0, strides))
