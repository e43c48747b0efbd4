"""pow with a number or an integer as exponent, and cbrt.

f32 powers are computed in f64. f64: log2 as a double word from 2·atanh(f/(2 + f)), its first two terms in double
words, the rest a polynomial; times y as a double word; 2**(n + r).
"""

from .double_word import DoubleWord, quick_two_sum, two_product, two_sum
from .logarithm import SQRT_HALF
from .number import FLOAT32, Condition, Number
from .polynomial import polynomial
from .scaling import multiply_by_power, rounded_bits, scale, split_positive

_LOG2_E = (1.4426950408889634, 2.0355273740931033e-17)
_TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)
_CBRT_FACTORS = (0.7937005259840998, 0.6299605249474366)
"""2**(-1/3), 2**(-2/3)."""


def pow(x: Number, y: Number) -> Number:
    """Compute x**y, special values as in C (Annex F)."""
    if x.format is FLOAT32:
        return _pow_by_f64(x, y.widened(), y)
    return _with_special_values(x, y, _power_of_size(abs(x), y))


def power_by_integer(x: Number, y: Number) -> Number:
    """Compute x**y for an integer y, given as an f64."""
    if x.format is FLOAT32:
        return _pow_by_f64(x, y, y)
    return pow(x, y)


def _pow_by_f64(x: Number, y: Number, y_as_given: Number) -> Number:
    """Compute an f32 power with f64 arithmetic, subnormals taken and made in f32."""
    mantissa, exponent = split_positive(abs(x), SQRT_HALF)
    f = mantissa.widened() - 1.0
    s = f / (2.0 + f)
    log2 = exponent.widened() + s * polynomial(s * s, "single_power_log")
    inside = (y.clamped(-(2.0**70), 2.0**70) * log2).clamped(-151.0, 128.0)
    shifted = inside + inside.format.rounder
    rest = inside - (shifted - inside.format.rounder)
    power = polynomial(rest, "single_power_exp2").narrowed()
    result = scale(power, rounded_bits(shifted).narrowed())
    result = (inside < 128.0).select(result, float("inf"))
    return _with_special_values(x, y_as_given, result)


def _power_of_size(x: Number, y: Number) -> Number:
    """Compute x**y for a finite x > 0."""
    form = x.format
    log2 = _log2_in_double_word(x)
    factor = y.clamped(-(2.0**70), 2.0**70)
    product = two_product(factor, log2.high)
    inside = product.high.clamped(-float(form.bias + form.mantissa + 2), float(form.bias + 1))
    low = (inside.equals(product.high)).select(product.low + factor * log2.low, 0.0)
    shifted = inside + form.rounder
    rest = (inside - (shifted - form.rounder)) + low
    power = 1.0 + rest * polynomial(rest, "exp2")
    result = scale(power, rounded_bits(shifted))
    return (inside < float(form.bias + 1)).select(result, float("inf"))


def _log2_in_double_word(x: Number) -> DoubleWord:
    """Compute log2(x) to about 2**-66 relatively."""
    mantissa, exponent = split_positive(x, SQRT_HALF)
    f = mantissa - 1.0
    divisor = two_sum(mantissa, mantissa.lift(1.0))
    inverse = 1.0 / divisor.high
    quotient = f * inverse
    product = two_product(quotient, divisor.high)
    remainder = ((f - product.high) - product.low) - quotient * divisor.low
    s = quick_two_sum(quotient, remainder * inverse)
    square = s * s
    cube = square * s
    second = cube * _constant(_TWO_THIRDS, x)
    rest = cube.high * square.high * polynomial(square.high, "pow_log")
    leading = quick_two_sum(2.0 * s.high, second.high)
    natural = quick_two_sum(leading.high, leading.low + (2.0 * s.low + (second.low + rest)))
    binary = natural * _constant(_LOG2_E, x)
    total = quick_two_sum(exponent, binary.high)
    return quick_two_sum(total.high, total.low + binary.low)


def _constant(parts: tuple[float, float], like: Number) -> DoubleWord:
    return DoubleWord(like.lift(parts[0]), like.lift(parts[1]))


def _with_special_values(x: Number, y: Number, power: Number) -> Number:
    """Put signs, zeros, infinities and nan into |x|**y."""
    infinity = power.lift(float("inf"))
    negative, size = x.bits() < 0, abs(x)
    to_zero = y.bits() < 0
    whole, odd = _integrality(y)
    result = negative.select(whole.select(power, float("nan")), power)
    zero = x.is_zero()
    result = zero.select(to_zero.select(infinity, 0.0), result)
    result = size.equals(float("inf")).select(to_zero.select(power.lift(0.0), infinity), result)
    result = (negative & odd).select(-result, result)
    result = (x.is_nan() | y.is_nan()).select(x.lift(float("nan")), result)
    return (y.is_zero() | x.equals(1.0)).select(x.lift(1.0), result)


def _integrality(y: Number) -> tuple[Condition, Condition]:
    """Tell whether y is an integer, and an odd one."""
    form, size = y.format, abs(y)
    shifted = size + form.integers_from
    whole = (size >= form.integers_from) | (shifted - form.integers_from).equals(size)
    whole = whole & ((size >= 1.0) | y.is_zero())
    small = size < form.integers_from
    parity = small.select_integer(shifted.bits(), size.bits()) & 1
    return whole, whole & parity.equals(1) & (size < 2.0 * form.integers_from)


def cbrt(x: Number) -> Number:
    """Compute the cube root: a polynomial for m**(-1/3), one step of Halley's method, one of Newton's."""
    mantissa, exponent = split_positive(abs(x), 1.0)
    shifted = (exponent - 1.0) * (1.0 / 3.0) + x.format.rounder
    left = exponent - 3.0 * (shifted - x.format.rounder)
    one, two = left.equals(1.0), left.equals(2.0)
    inverse = polynomial(mantissa, "inverse_cbrt")
    inverse = inverse * two.select(x.lift(_CBRT_FACTORS[1]), one.select(x.lift(_CBRT_FACTORS[0]), 1.0))
    scaled = mantissa * two.select(x.lift(4.0), one.select(x.lift(2.0), 1.0))
    error = 1.0 - scaled * inverse * inverse * inverse
    inverse = inverse + inverse * error * (1.0 / 3.0 + 2.0 / 9.0 * error)
    square = inverse * inverse
    root = scaled * square
    root = root + (scaled - root * root * root) * (square * (1.0 / 3.0))
    result = multiply_by_power(root, rounded_bits(shifted))
    unchanged = x.is_zero() | x.is_nan() | abs(x).equals(float("inf"))
    return unchanged.select(abs(x), result).copysign(x)
