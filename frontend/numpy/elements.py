"""Conversions between element types, on scalar values."""

from typing import Any

import numpy as np

from ...dialects.mlir import arith, complex, ir
from .emitter import current_trace, number

Dtype = np.dtype[Any]

FLOATS = "fV"
"""The kinds of floating-point dtypes: ml_dtypes' bfloat16 is of kind 'V'."""


def convert(value: ir.Value, old: Dtype, new: Dtype) -> ir.Value:
    """Convert a scalar as NumPy's `astype` does: integers wrap, complex numbers lose their imaginary part."""
    if old == new:
        return value
    if new.kind == "b":
        return _truth(value, old)
    if old.kind == "c":
        return _from_complex(value, old, new)
    if new.kind == "c":
        part = real_dtype(new)
        zero = number(0, current_trace().element_type(part))
        return complex.CreateOp(current_trace().element_type(new), convert(value, old, part), zero).result
    if is_float(old):
        return _resize_float(value, old, new) if is_float(new) else _float_to_integer(value, old, new)
    return _integer_to_float(value, old, new) if is_float(new) else _resize_integer(value, old, new)


def is_float(dtype: Dtype) -> bool:
    """Tell whether a dtype is a real floating-point one."""
    return dtype.kind in FLOATS


def is_unsigned(dtype: Dtype) -> bool:
    """Tell whether a dtype's bits are read without a sign."""
    return dtype.kind in "ub"


def real_dtype(dtype: Dtype) -> Dtype:
    """Give the dtype of the parts of a complex one; any other dtype is its own."""
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def _truth(value: ir.Value, old: Dtype) -> ir.Value:
    if old.kind == "c":
        part = real_dtype(old)
        parts = [_truth(complex.ReOp(value).result, part), _truth(complex.ImOp(value).result, part)]
        return arith.OrIOp(*parts).result
    zero = number(0, value.type)
    if is_float(old):
        return arith.CmpFOp(arith.CmpFPredicate.UNE, value, zero).result
    return arith.CmpIOp(arith.CmpIPredicate.ne, value, zero).result


def _from_complex(value: ir.Value, old: Dtype, new: Dtype) -> ir.Value:
    real = complex.ReOp(value).result
    if new.kind != "c":
        return convert(real, real_dtype(old), new)
    parts = [convert(part, real_dtype(old), real_dtype(new)) for part in (real, complex.ImOp(value).result)]
    return complex.CreateOp(current_trace().element_type(new), *parts).result


def _resize_float(value: ir.Value, old: Dtype, new: Dtype) -> ir.Value:
    type_ = current_trace().element_type(new)
    if new.itemsize > old.itemsize:
        return arith.ExtFOp(type_, value).result
    if new.itemsize < old.itemsize:
        return arith.TruncFOp(type_, value).result
    wide = arith.ExtFOp(ir.F32Type.get(), value).result  # between float16 and bfloat16
    return arith.TruncFOp(type_, wide).result


def _float_to_integer(value: ir.Value, old: Dtype, new: Dtype) -> ir.Value:
    """Go through 64 bits: that wraps into narrow integers as the machines NumPy runs on do."""
    wide = ir.IntegerType.get_signless(64)
    signed = arith.FPToSIOp(wide, value).result
    if new == np.uint64:
        is_negative = arith.CmpFOp(arith.CmpFPredicate.OLT, value, number(0, value.type)).result
        return arith.SelectOp(is_negative, signed, arith.FPToUIOp(wide, value).result).result
    return _resize_integer(signed, np.dtype(np.int64), new)


def _integer_to_float(value: ir.Value, old: Dtype, new: Dtype) -> ir.Value:
    type_ = current_trace().element_type(new)
    return (arith.UIToFPOp if is_unsigned(old) else arith.SIToFPOp)(type_, value).result


def _resize_integer(value: ir.Value, old: Dtype, new: Dtype) -> ir.Value:
    type_ = current_trace().element_type(new)
    have, want = ir.IntegerType(value.type).width, ir.IntegerType(type_).width
    if have == want:
        return value
    if have > want:
        return arith.TruncIOp(type_, value).result
    return (arith.ExtUIOp if is_unsigned(old) else arith.ExtSIOp)(type_, value).result
