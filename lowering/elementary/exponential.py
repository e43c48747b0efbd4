"""exp, exp2, expm1.

x = k·ln 2 + r with |r| <= ln(2)/2, k subtracted in two parts whose first product is exact (Cody & Waite 1980),
a minimax polynomial in r, and 2**k by its bits.
"""

from .number import Integer, Number
from .polynomial import polynomial
from .scaling import keep_tiny, power_of_two, rounded_bits, scale

_LOG2_E = 1.4426950408889634
_LN2_HIGH = {"f32": 0.693115234375, "f64": 0.6931471803691238}
_LN2_LOW = {"f32": 3.194618329871446e-05, "f64": 1.9082149292705877e-10}
LARGEST = {"f32": 88.72283172607422, "f64": 709.782712893384}
"""The largest argument with a finite exp."""


def exp(x: Number) -> Number:
    """Compute e**x."""
    form = x.format
    lowest = -0.6931471805599453 * (form.bias + form.mantissa + 0.5)
    inside = x.clamped(lowest, LARGEST[form.name])
    exponent, power = exp_parts(inside)
    return overflowing(x, LARGEST[form.name], scale(power, exponent))


def exp_parts(x: Number, tail: Number | None = None) -> tuple[Integer, Number]:
    """Split e**(x + tail) into an exponent and a factor in (0.7, 1.42)."""
    exponent, rest = reduce_by_ln2(x, tail)
    return exponent, 1.0 + (rest * rest).times(polynomial(rest, "exp"), plus=rest)


def reduce_by_ln2(x: Number, tail: Number | None = None) -> tuple[Integer, Number]:
    """Write x + tail as k·ln 2 + r; return k and r."""
    shifted = x.times(_LOG2_E, plus=x.format.rounder)
    exponent = shifted - x.format.rounder
    rest = exponent.times(-_LN2_HIGH[x.format.name], plus=x)
    low = -_LN2_LOW[x.format.name]
    rest = exponent.times(low, plus=rest) if tail is None else rest + exponent.times(low, plus=tail)
    return rounded_bits(shifted), rest


def overflowing(x: Number, largest: float, result: Number) -> Number:
    """Return infinity where `x` exceeds `largest`, nan where it is nan."""
    return (x <= largest).select(result, x * float("inf"))


def exp2(x: Number) -> Number:
    """Compute 2**x."""
    form = x.format
    inside = x.clamped(-float(form.bias + form.mantissa + 0.5), float(form.bias + 1))
    shifted = inside + form.rounder
    rest = inside - (shifted - form.rounder)
    power = rest.times(polynomial(rest, "exp2"), plus=1.0)
    exponent = rounded_bits(shifted)
    return (x < float(form.bias + 1)).select(scale(power, exponent), x * float("inf"))


def expm1(x: Number) -> Number:
    """Compute e**x - 1 as 2·(2**(k-1)·(e**r - 1) + (2**(k-1) - 1/2)), which is e**r - 1 itself for k = 0."""
    form = x.format
    lowest = -0.7 * (form.mantissa + 3)
    exponent, rest = reduce_by_ln2(x.clamped(lowest, LARGEST[form.name]))
    small = (rest * rest).times(polynomial(rest, "exp"), plus=rest)
    half_power = power_of_two(exponent - 1)
    result = 2.0 * half_power.times(small, plus=half_power - 0.5)
    return keep_tiny(x, overflowing(x, LARGEST[form.name], result))
