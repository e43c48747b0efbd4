"""Floating-point numbers as the bits they are made of."""

from collections.abc import Callable

from ...dialects.mlir import arith, ir

_WIDTHS = {"f64": 64, "f32": 32, "f16": 16, "bf16": 16}


def bits_of(value: ir.Value) -> ir.Value:
    """Read a floating-point scalar as an integer of its width."""
    return arith.BitcastOp(ir.IntegerType.get_signless(_WIDTHS[str(value.type)]), value).result


def from_bits(bits: ir.Value, type_: ir.Type) -> ir.Value:
    """Read an integer as a floating-point scalar of its width."""
    return arith.BitcastOp(type_, bits).result


def in_double(value: ir.Value, body: Callable[[ir.Value], ir.Value]) -> ir.Value:
    """Compute in f64 what is narrower."""
    wide = ir.F64Type.get()
    if value.type == wide:
        return body(value)
    return arith.TruncFOp(value.type, body(arith.ExtFOp(wide, value).result)).result
