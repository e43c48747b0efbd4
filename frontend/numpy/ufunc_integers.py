"""Bodies of ufuncs on integers and booleans: wrapping, no traps, NumPy's signs."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...dialects.mlir import arith, ir, math, scf
from .elements import convert, is_unsigned
from .expression import both, compare, either, plain, select

Body = Callable[..., ir.Value]
Dtype = np.dtype[Any]


def floor_divide(dtype: Dtype) -> Body:
    """Round towards minus infinity; 0 where the divisor is 0."""
    return lambda x, y: _floored(x, y, is_unsigned(dtype))[0]


def remainder(dtype: Dtype) -> Body:
    """Give the remainder with the sign of the divisor; 0 where that is 0."""
    return lambda x, y: _floored(x, y, is_unsigned(dtype))[1]


def truncated_remainder(dtype: Dtype) -> Body:
    """Give the remainder with the sign of the dividend, as C does; 0 where the divisor is 0."""

    def body(x: ir.Value, y: ir.Value) -> ir.Value:
        divisor = _safe(x, y, is_unsigned(dtype))
        take = arith.RemUIOp if is_unsigned(dtype) else arith.RemSIOp
        return select(compare("eq", y, 0), plain(0, x), take(x, divisor).result)

    return body


def _floored(x: ir.Value, y: ir.Value, unsigned: bool) -> tuple[ir.Value, ir.Value]:
    divisor, zero = _safe(x, y, unsigned), plain(0, x)
    is_zero = compare("eq", y, 0)
    if unsigned:
        quotient, rest = arith.DivUIOp(x, divisor).result, arith.RemUIOp(x, divisor).result
        return select(is_zero, zero, quotient), select(is_zero, zero, rest)
    quotient, rest = arith.DivSIOp(x, divisor).result, arith.RemSIOp(x, divisor).result
    signs = compare("slt", arith.XOrIOp(rest, divisor).result, 0)
    is_short = both(compare("ne", rest, 0), signs)
    lower = arith.SubIOp(quotient, plain(1, x)).result
    higher = arith.AddIOp(rest, divisor).result
    return select(is_zero, zero, select(is_short, lower, quotient)), select(
        is_zero, zero, select(is_short, higher, rest)
    )


def _safe(x: ir.Value, y: ir.Value, unsigned: bool) -> ir.Value:
    """Replace divisors that trap by 1: zero, and -1 under the smallest number (whose quotient is itself)."""
    traps = compare("eq", y, 0)
    if not unsigned:
        smallest = -(1 << (ir.IntegerType(x.type).width - 1))
        traps = either(traps, both(compare("eq", y, -1), compare("eq", x, smallest)))
    return select(traps, plain(1, y), y)


def power(dtype: Dtype) -> Body:
    """Multiply as often as the exponent says; 0 for negative ones, which NumPy refuses."""
    return lambda x, y: math.IPowIOp(x, y).result


def left_shift(dtype: Dtype) -> Body:
    """Shift; 0 where the amount is negative or as large as the width."""

    def body(x: ir.Value, y: ir.Value) -> ir.Value:
        fits = compare("ult", y, ir.IntegerType(x.type).width)
        return select(fits, arith.ShLIOp(x, select(fits, y, plain(0, y))).result, plain(0, x))

    return body


def right_shift(dtype: Dtype) -> Body:
    """Shift; the sign alone where the amount is negative or as large as the width."""

    def body(x: ir.Value, y: ir.Value) -> ir.Value:
        width = ir.IntegerType(x.type).width
        fits = compare("ult", y, width)
        if is_unsigned(dtype):
            return select(fits, arith.ShRUIOp(x, select(fits, y, plain(0, y))).result, plain(0, x))
        return arith.ShRSIOp(x, select(fits, y, plain(width - 1, y))).result

    return body


def absolute(dtype: Dtype) -> Body:
    """Drop the sign."""
    if is_unsigned(dtype):
        return lambda x: x
    return lambda x: select(compare("slt", x, 0), arith.SubIOp(plain(0, x), x).result, x)


def sign(dtype: Dtype) -> Body:
    """Give -1, 0 or 1."""

    def body(x: ir.Value) -> ir.Value:
        positive = select(compare("ne", x, 0), plain(1, x), plain(0, x))
        return positive if is_unsigned(dtype) else select(compare("slt", x, 0), plain(-1, x), positive)

    return body


def bit_count(dtype: Dtype) -> Body:
    """Count the bits of the absolute value."""
    return lambda x: convert(math.CtPopOp(absolute(dtype)(x)).result, dtype, np.dtype(np.uint8))


def gcd(dtype: Dtype) -> Body:
    """Give the greatest common divisor by Euclid's algorithm."""

    def body(x: ir.Value, y: ir.Value) -> ir.Value:
        loop = scf.WhileOp([x.type, x.type], [absolute(dtype)(x), absolute(dtype)(y)])
        before = loop.regions[0].blocks.append(x.type, x.type)
        with ir.InsertionPoint(before):
            scf.ConditionOp(compare("ne", before.arguments[1], 0), list(before.arguments))
        after = loop.regions[1].blocks.append(x.type, x.type)
        with ir.InsertionPoint(after):
            a, b = after.arguments
            scf.YieldOp([b, arith.RemUIOp(a, b).result])
        return loop.results[0]

    return body


def lcm(dtype: Dtype) -> Body:
    """Give the least common multiple."""

    def body(x: ir.Value, y: ir.Value) -> ir.Value:
        common = gcd(dtype)(x, y)
        divisor = select(compare("eq", common, 0), plain(1, common), common)
        other = arith.DivUIOp(absolute(dtype)(x), divisor).result
        return arith.MulIOp(other, absolute(dtype)(y)).result

    return body


def reciprocal(dtype: Dtype) -> Body:
    """Divide 1, rounding towards zero."""

    def body(x: ir.Value) -> ir.Value:
        unit = (
            either(compare("eq", x, 1), compare("eq", x, -1))
            if not is_unsigned(dtype)
            else compare("eq", x, 1)
        )
        return select(unit, x, plain(0, x))

    return body
