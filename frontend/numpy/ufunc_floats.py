"""Bodies of ufuncs on floating-point numbers."""

import math as numbers
from collections.abc import Callable
from typing import Any

from ...dialects.mlir import arith, ir, math
from .expression import Real, both, choose, either, opposite
from .float_bits import bits_of, from_bits, in_double

Body = Callable[..., ir.Value]
_LN2 = numbers.log(2)


def function(operation: Any) -> Body:
    """Make a body of one operation of the math dialect."""
    return lambda *values: operation(*values).result


def formula(compute: Callable[..., Real]) -> Body:
    """Make a body of a formula over `Real`s."""
    return lambda *values: compute(*map(Real, values)).value


def floor_divide(x: Real, y: Real) -> Real:
    """Divide, rounding towards minus infinity, the way NumPy's `npy_divmod` does."""
    rest = x.remainder(y)
    quotient = (x - rest) / y
    is_off = both(rest.differs(0.0), opposite(_same_sign(rest, y)))
    quotient = choose(is_off, quotient - 1.0, quotient)
    floor = quotient.apply(math.FloorOp)
    floor = choose(quotient - floor > 0.5, floor + 1.0, floor)
    floor = choose(quotient.differs(0.0), floor, (quotient * 0.0).with_sign_of(x / y))
    return choose(y.equals(0.0), x / y, floor)


def remainder(x: Real, y: Real) -> Real:
    """Give the remainder with the sign of the divisor."""
    rest = x.remainder(y)
    moved = choose(_same_sign(rest, y), rest, rest + y)
    signed = choose(rest.differs(0.0), moved, rest.like(0.0).with_sign_of(y))
    return choose(y.equals(0.0), rest, signed)


def _same_sign(x: Real, y: Real) -> ir.Value:
    return arith.CmpIOp(arith.CmpIPredicate.eq, x < 0.0, y < 0.0).result


def sign(x: Real) -> Real:
    """Give -1, 0, 1, or NaN."""
    return choose(x > 0.0, 1.0, choose(x < 0.0, -1.0, choose(x.equals(0.0), 0.0, x)))


def heaviside(x: Real, at_zero: Real) -> Real:
    """Give 0 below zero, 1 above, the second operand at zero."""
    return choose(x > 0.0, 1.0, choose(x < 0.0, 0.0, choose(x.equals(0.0), at_zero, x)))


def hypot(x: Real, y: Real) -> Real:
    """Give √(x² + y²) without overflow on the way: the larger one is scaled to 1."""
    large, small = abs(x).larger(abs(y)), abs(x).smaller(abs(y))
    ratio = small / choose(large.equals(0.0), 1.0, large)
    length = large * (1.0 + ratio * ratio).apply(math.SqrtOp)
    infinite = large.like(numbers.inf)
    return choose(either(abs(x).equals(infinite), abs(y).equals(infinite)), infinite, length)


def logaddexp(x: Real, y: Real) -> Real:
    """Give log(eˣ + eʸ)."""
    gap = abs(x - y)
    sum_ = x.larger(y) + (-gap).apply(math.ExpOp).apply(math.Log1pOp)
    return choose(x.equals(y), x + _LN2, sum_)


def logaddexp2(x: Real, y: Real) -> Real:
    """Give log₂(2ˣ + 2ʸ)."""
    gap = abs(x - y)
    sum_ = x.larger(y) + (-gap).apply(math.Exp2Op).apply(math.Log1pOp) * (1 / _LN2)
    return choose(x.equals(y), x + 1.0, sum_)


def is_infinite(value: ir.Value) -> ir.Value:
    """Tell whether a number is infinite."""
    return abs(Real(value)).equals(numbers.inf)


def is_finite(value: ir.Value) -> ir.Value:
    """Tell whether a number is neither infinite nor NaN."""
    return abs(Real(value)) < numbers.inf


def fraction(x: Real) -> Real:
    """Give what is behind the point, with the number's sign."""
    rest = x - x.apply(math.TruncOp)
    return choose(abs(x).equals(numbers.inf), x.like(0.0), rest).with_sign_of(x)


def whole(x: Real) -> Real:
    """Give what is before the point."""
    return x.apply(math.TruncOp)


def fixed_power(exponent: float) -> Callable[[Real], Real] | None:
    """Find how NumPy, or a few products, raise to an exponent that is known; None when `pow` is called for."""
    if exponent == 0.5:
        return lambda x: x.apply(math.SqrtOp)
    if exponent != int(exponent) or abs(exponent) > 8:
        return None
    times = int(abs(exponent))
    return (lambda x: _times(x, times)) if exponent >= 0 else (lambda x: 1.0 / _times(x, times))


def _times(x: Real, times: int) -> Real:
    if times == 0:
        return x.like(1.0)
    half = _times(x, times // 2) if times > 1 else x
    return x if times == 1 else half * half * x if times % 2 else half * half


def signbit(value: ir.Value) -> ir.Value:
    """Tell whether the sign is set."""
    bits = bits_of(value)
    return arith.CmpIOp(arith.CmpIPredicate.slt, bits, _int(0, bits)).result


def next_after(x: ir.Value, y: ir.Value) -> ir.Value:
    """Give the neighbour of `x` on the way to `y`."""
    a, b = Real(x), Real(y)
    bits = bits_of(x)
    outwards = arith.CmpIOp(arith.CmpIPredicate.eq, a < b, a > 0.0).result
    up, down = arith.AddIOp(bits, _int(1, bits)).result, arith.SubIOp(bits, _int(1, bits)).result
    moved = from_bits(arith.SelectOp(outwards, up, down).result, x.type)
    smallest = Real(from_bits(_int(1, bits), x.type)).with_sign_of(b)
    moved_from_zero = choose(a.equals(0.0), smallest, Real(moved))
    result = choose(a.equals(b), b, moved_from_zero)
    return choose(either(a.is_nan(), b.is_nan()), a + b, result).value


def spacing(value: ir.Value) -> ir.Value:
    """Give the distance to the neighbour away from zero."""
    x = Real(value)
    far = Real(next_after(value, choose(x < 0.0, x.like(-numbers.inf), numbers.inf).value))
    return choose(is_infinite(value), x.like(numbers.nan), far - x).value


def scale(value: ir.Value, exponent: ir.Value) -> ir.Value:
    """Multiply by a power of two, in steps that neither overflow nor round twice (after musl's `scalbn`)."""
    return in_double(value, lambda x: _scaled(x, _wide(exponent)))


def _scaled(value: ir.Value, exponent: ir.Value) -> ir.Value:
    x, n = Real(value), exponent
    for limit, step in ((1023, 1023), (1023, 1023), (-1022, -969), (-1022, -969)):
        order = arith.CmpIPredicate.sgt if limit > 0 else arith.CmpIPredicate.slt
        beyond = arith.CmpIOp(order, n, _int(limit, n)).result
        x = choose(beyond, x * 2.0**step, x)
        n = arith.SelectOp(beyond, arith.SubIOp(n, _int(step, n)).result, n).result
    n = arith.MaxSIOp(arith.MinSIOp(n, _int(1023, n)).result, _int(-1022, n)).result
    biased = arith.ShLIOp(arith.AddIOp(n, _int(1023, n)).result, _int(52, n)).result
    return (x * Real(from_bits(biased, value.type))).value


def _wide(exponent: ir.Value) -> ir.Value:
    wide = ir.IntegerType.get_signless(64)
    return exponent if exponent.type == wide else arith.ExtSIOp(wide, exponent).result


def mantissa(value: ir.Value) -> ir.Value:
    """Give the number scaled into [0.5, 1)."""

    def body(x: ir.Value) -> ir.Value:
        normal, _ = _normalized(x)
        bits = arith.AndIOp(bits_of(normal.value), _int(~(0x7FF << 52), bits_of(normal.value))).result
        scaled = from_bits(arith.OrIOp(bits, _int(1022 << 52, bits)).result, x.type)
        return choose(_is_ordinary(Real(x)), Real(scaled), Real(x)).value

    return in_double(value, body)


def exponent(value: ir.Value) -> ir.Value:
    """Give the exponent that belongs to `mantissa`, as i32."""
    x = Real(value)
    if value.type != ir.F64Type.get():
        x = Real(arith.ExtFOp(ir.F64Type.get(), value).result)
    normal, was_small = _normalized(x.value)
    bits = bits_of(normal.value)
    raw = arith.AndIOp(arith.ShRUIOp(bits, _int(52, bits)).result, _int(0x7FF, bits)).result
    offset = arith.SelectOp(was_small, _int(1022 + 54, bits), _int(1022, bits)).result
    found = arith.SelectOp(_is_ordinary(x), arith.SubIOp(raw, offset).result, _int(0, bits)).result
    return arith.TruncIOp(ir.IntegerType.get_signless(32), found).result


def _normalized(value: ir.Value) -> tuple[Real, ir.Value]:
    x = Real(value)
    is_small = abs(x) < 2.0**-1022
    return choose(is_small, x * 2.0**54, x), is_small


def _is_ordinary(x: Real) -> ir.Value:
    return both(x.differs(0.0), abs(x) < numbers.inf)


def _int(value: int, like: ir.Value) -> ir.Value:
    from .emitter import number

    return number(value, like.type)
