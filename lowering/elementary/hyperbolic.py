"""sinh, cosh, tanh and their inverses.

With x = k·ln 2 + r: sinh(x) = sinh(r)·a + cosh(r)·b and cosh(x) = cosh(r)·a + sinh(r)·b, where a and b are half the
sum and half the difference of 2**k and 2**-k: no cancellation near zero, no division.
"""

from .exponential import overflowing, reduce_by_ln2
from .logarithm import SQRT_HALF, log_of_one_plus, with_exponent
from .number import Number
from .polynomial import polynomial
from .scaling import odd, power_of_two, split_positive

_LARGEST = {"f32": 89.41598629223294, "f64": 710.4758600739439}
_TANH_IS_ONE = {"f32": 9.02, "f64": 19.1}


def _half_sinh_and_cosh(x: Number) -> tuple[Number, Number]:
    """Compute half of sinh and of cosh, for 0 <= x <= _LARGEST."""
    exponent, rest = reduce_by_ln2(x)
    quarter = power_of_two(exponent - 2)
    inverse = 0.0625 * power_of_two(exponent.lift(2) - exponent)
    total, difference = quarter + inverse, quarter - inverse
    square = rest * rest
    sinh_rest = (rest * square).times(polynomial(square, "sinh"), plus=rest)
    cosh_rest = square * square.times(polynomial(square, "cosh"), plus=0.5)
    sinh_half = difference + sinh_rest.times(total, plus=cosh_rest * difference)
    cosh_half = total + cosh_rest.times(total, plus=sinh_rest * difference)
    return sinh_half, cosh_half


def sinh(x: Number) -> Number:
    """Compute the hyperbolic sine."""
    size, largest = abs(x), _LARGEST[x.format.name]
    half, _ = _half_sinh_and_cosh(size.clamped(0.0, largest))
    return odd(x, overflowing(size, largest, 2.0 * half))


def cosh(x: Number) -> Number:
    """Compute the hyperbolic cosine."""
    size, largest = abs(x), _LARGEST[x.format.name]
    _, half = _half_sinh_and_cosh(size.clamped(0.0, largest))
    return overflowing(size, largest, 2.0 * half)


def tanh(x: Number) -> Number:
    """Compute the hyperbolic tangent as -u/(u + 2), u = exp(-2|x|) - 1."""
    limit = _TANH_IS_ONE[x.format.name]
    minus_size = (-abs(x)).clamped(-limit, 0.0)
    exponent, rest = reduce_by_ln2(2.0 * minus_size)
    power = power_of_two(exponent)
    small = (rest * rest).times(polynomial(rest, "exp"), plus=rest)
    minus_one = power.times(small, plus=power - 1.0)
    return odd(x, -minus_one / (minus_one + 2.0))


def asinh(x: Number) -> Number:
    """Compute the inverse hyperbolic sine as log1p(x + x²/(1 + sqrt(1 + x²))); for large x as log(2x)."""
    size = abs(x)
    large = size > x.format.integers_from
    inside = large.select(x.lift(1.0), size)
    square = inside * inside
    argument = inside + square / (1.0 + (1.0 + square).sqrt())
    result = large.select(_log_of_double(size), log_of_one_plus(argument))
    return odd(x, x.is_nan().select(x, result))


def acosh(x: Number) -> Number:
    """Compute the inverse hyperbolic cosine as log1p(t + sqrt(2t + t²)), t = x - 1; nan below 1."""
    large = x > x.format.integers_from
    above = large.select(x.lift(1.0), x) - 1.0
    argument = above + (2.0 * above + above * above).sqrt()
    return large.select(_log_of_double(x), (x >= 1.0).select(log_of_one_plus(argument), float("nan")))


def atanh(x: Number) -> Number:
    """Compute the inverse hyperbolic tangent as log1p(2x/(1 - x))/2; infinite at 1, nan beyond."""
    size = abs(x)
    result = 0.5 * log_of_one_plus(2.0 * size / (1.0 - size))
    result = size.equals(1.0).select(x.lift(float("inf")), (size < 1.0).select(result, float("nan")))
    return odd(x, result)


def _log_of_double(x: Number) -> Number:
    """Compute log(2x) for large x; infinity and nan stay."""
    mantissa, exponent = split_positive(x, SQRT_HALF)
    result = with_exponent(mantissa - 1.0, exponent + 1.0)
    return x.equals(float("inf")).select(x, result)
