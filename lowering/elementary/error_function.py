"""erf and erfc.

erf(x) = x·P(x²) up to 1; beyond, 1 - exp(-q(x)) in f32 and 1 - exp(-x²)·P(t) in f64. erfc(x) =
exp(-x²)·P(t)/(1 + 2x) for x >= 1/2, with t = (x - c)/(x + c) (Shepherd & Laframboise 1981) and x² carried in two parts.
"""

from .double_word import halves
from .exponential import exp_parts
from .number import FLOAT32, Number
from .polynomial import polynomial
from .scaling import multiply_by_power, scale

_ERF_IS_ONE = {"f32": 3.95, "f64": 5.95}
_CENTER = {"f32": 2.0, "f64": 4.0}
_ERFC_IS_ZERO = {"f32": 10.1, "f64": 27.3}
_SUBNORMAL_SLOPE = 0.1283791670955126
"""2/sqrt(pi) - 1."""


def erf(x: Number) -> Number:
    """Compute the error function."""
    size = abs(x)
    inner = size.times(polynomial(size * size, "erf"), plus=size)
    inner = (size < 2.0**-30).select(size * (1.0 + _SUBNORMAL_SLOPE), inner)
    outside = size.clamped(1.0, _ERF_IS_ONE[x.format.name])
    exponent, power = exp_parts(-_exponent(outside))
    complement = multiply_by_power(power, exponent)
    if x.format is not FLOAT32:
        complement = complement * polynomial((outside - 2.0) / (outside + 2.0), "erf_tail")
    result = (size < 1.0).select(inner, 1.0 - complement)
    result = (size.bits() < 2**x.format.mantissa).select(_erf_of_subnormal(size), result)
    return x.is_nan().select(size, result).copysign(x)


def _exponent(x: Number) -> Number:
    return polynomial(x, "erf_exponent") if x.format is FLOAT32 else x * x


def _erf_of_subnormal(x: Number) -> Number:
    """Multiply subnormals by 2/sqrt(pi) as the integers they are."""
    bits = x.bits()
    base = x.format.integers_from
    more = (bits.to_number() * _SUBNORMAL_SLOPE + base).bits() - x.lift(base).bits()
    return (bits + more).as_number()


def erfc(x: Number) -> Number:
    """Compute 1 - erf(x), accurate while it underflows."""
    form = x.format
    size = abs(x)
    near = (size < 0.5).select(x, 0.0)
    inner = 1.0 - near.times(polynomial(near * near, "erf"), plus=near)
    outside = size.clamped(0.5, _ERFC_IS_ZERO[form.name])
    high, low = halves(outside)
    exponent, power = exp_parts(-high * high, -(low * (outside + high)))
    center = _CENTER[form.name]
    tail = polynomial((outside - center) / (outside + center), "erfc") / (1.0 + 2.0 * outside)
    positive = scale(power * tail, exponent)
    outer = (x < 0.0).select(2.0 - positive, positive)
    return x.is_nan().select(x, (size < 0.5).select(inner, outer))
