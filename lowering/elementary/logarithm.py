"""log, log2, log10, log1p.

x = m·2**e with m between sqrt(1/2) and sqrt(2); log(1 + f), f = m - 1, by a minimax polynomial in f (f32) or in the
square of s = f/(2 + f) (f64; the arrangement of terms is that of Sun's fdlibm, e_log.c).
"""

from .number import FLOAT32, Number
from .polynomial import polynomial
from .scaling import keep_tiny, split_positive

SQRT_HALF = 0.7071067811865476
_LN2_HIGH = {"f32": 0.693359375, "f64": 0.6931471803691238}
_LN2_LOW = {"f32": -0.00021219444005469057, "f64": 1.9082149292705877e-10}
_LOG10_2_HIGH = {"f32": 0.301025390625, "f64": 0.30102999566395283}
_LOG10_2_LOW = {"f32": 4.605038981195214e-06, "f64": 2.8363394551044964e-14}


def log_near_one(f: Number) -> tuple[Number, Number]:
    """Compute log(1 + f) for sqrt(1/2) <= 1 + f <= sqrt(2) as a large part, exactly f, and the rest."""
    half_square = 0.5 * f * f
    if f.format is FLOAT32:
        return f, (f * f * f).times(polynomial(f, "log"), plus=-half_square)
    s = f / (2.0 + f)
    square = s * s
    remainder = square * polynomial(square, "log_ratio")
    return f, s.times(half_square + remainder, plus=-half_square)


def log(x: Number) -> Number:
    """Compute the natural logarithm."""
    mantissa, exponent = split_positive(x, SQRT_HALF)
    return outside_domain(x, with_exponent(mantissa - 1.0, exponent))


def with_exponent(f: Number, exponent: Number) -> Number:
    """Compute log((1 + f)·2**exponent), the exponent times ln 2 in two parts."""
    name = f.format.name
    large, rest = log_near_one(f)
    return exponent.times(_LN2_HIGH[name], plus=large + exponent.times(_LN2_LOW[name], plus=rest))


def outside_domain(x: Number, result: Number) -> Number:
    """Put in the values of logarithms at 0, below 0, at infinity and nan (by their bits: subnormals are inside)."""
    bits, infinity = x.bits(), x.format.infinity
    inside = (bits > 0) & (bits < infinity)
    special = bits.equals(infinity).select(x, float("nan"))
    special = x.is_zero().select(x.lift(float("-inf")), special)
    return inside.select(result, special)


def log2(x: Number) -> Number:
    """Compute the logarithm to base 2."""
    mantissa, exponent = split_positive(x, SQRT_HALF)
    large, rest = log_near_one(mantissa - 1.0)
    return outside_domain(x, (large + rest).times(1.4426950408889634, plus=exponent))


def log10(x: Number) -> Number:
    """Compute the logarithm to base 10."""
    name = x.format.name
    mantissa, exponent = split_positive(x, SQRT_HALF)
    large, rest = log_near_one(mantissa - 1.0)
    of_mantissa = (large + rest) * 0.4342944819032518
    return outside_domain(
        x, exponent.times(_LOG10_2_HIGH[name], plus=exponent.times(_LOG10_2_LOW[name], plus=of_mantissa))
    )


def log1p(x: Number) -> Number:
    """Compute log(1 + x), with the rounding error of 1 + x carried along; x itself where tiny."""
    infinity = float("inf")
    result = log_of_one_plus(x)
    result = x.equals(infinity).select(x, result)
    result = (x > -1.0).select(result, x.equals(-1.0).select(x.lift(-infinity), float("nan")))
    return keep_tiny(x, result)


def log_of_one_plus(x: Number) -> Number:
    """Compute log(1 + x) for finite x > -1."""
    total = 1.0 + x
    large = x > 1.0
    error = large.select(x - total, 1.0 - total) + large.select(x.lift(1.0), x)
    mantissa, exponent = split_positive(total, SQRT_HALF)
    unscale = (mantissa.bits() - total.bits() + x.format.one).as_number()
    correction = (x < 4.0 * x.format.integers_from).select(error * unscale, 0.0)
    return with_exponent((mantissa - 1.0) + correction, exponent)
