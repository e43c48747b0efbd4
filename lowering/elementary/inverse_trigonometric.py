"""asin, acos, atan, atan2.

asin(x) = x + x**3·P(x**2) up to 1/2, beyond it through asin(x) = pi/2 - 2·asin(sqrt((1 - x)/2)). The arctangent of a
ratio is moved into |z| <= tan(pi/8) by one division: z = n/d, (n - d)/(n + d) or -d/n, with the angle 0, pi/4, pi/2
added (Cephes, atan.c).
"""

from .number import Condition, Number
from .polynomial import polynomial
from .scaling import nearest_integer, odd, power_of_two, scale, split_positive

_PI = {
    "f32": (3.1415927410125732, -8.742277657347586e-08),
    "f64": (3.141592653589793, 1.2246467991473532e-16),
}
_THREE_QUARTERS = {
    "f32": (2.356194496154785, -5.962440319251527e-09),
    "f64": (2.356194490192345, 9.184850993605148e-17),
}
_TAN_EIGHTH = 0.4142135623730951
_TAN_THREE_EIGHTHS = 2.414213562373095


def _pi_times(fraction: float, like: Number) -> tuple[Number, Number]:
    high, low = _PI[like.format.name]
    return like.lift(fraction * high), like.lift(fraction * low)


def asin(x: Number) -> Number:
    """Compute the arcsine; nan outside [-1, 1]."""
    size = abs(x)
    outer = size > 0.5
    complement = 0.5 * (1.0 - size)
    argument = outer.select(complement.sqrt(), size)
    square = outer.select(complement, size * size)
    rest = argument * square * polynomial(square, "asin")
    high, low = _pi_times(0.5, x)
    from_half = high - 2.0 * argument + (low - 2.0 * rest)
    return odd(x, outer.select(from_half, argument + rest))


def acos(x: Number) -> Number:
    """Compute the arccosine; nan outside [-1, 1]."""
    size = abs(x)
    outer = size > 0.5
    negative = x < 0.0
    complement = 0.5 * (1.0 - size)
    argument = outer.select(complement.sqrt(), size)
    square = outer.select(complement, size * size)
    rest = argument * square * polynomial(square, "asin")
    half_high, half_low = _pi_times(0.5, x)
    whole_high, whole_low = _pi_times(1.0, x)
    signed = negative.select(-argument, argument)
    inner = half_high - (signed - (half_low - negative.select(-rest, rest)))
    doubled = 2.0 * argument
    right = doubled + 2.0 * rest
    left = whole_high - (doubled - (whole_low - 2.0 * rest))
    return outer.select(negative.select(left, right), inner)


def atan(x: Number) -> Number:
    """Compute the arctangent."""
    return odd(x, _angle(abs(x), x.lift(1.0)))


def _angle(numerator: Number, denominator: Number, left: Condition | None = None) -> Number:
    """Compute atan(n/d), or pi - atan(n/d) where `left` holds, for n, d >= 0."""
    steep = numerator > denominator * _TAN_THREE_EIGHTHS
    middle = numerator > denominator * _TAN_EIGHTH
    top = steep.select(-denominator, middle.select(numerator - denominator, numerator))
    bottom = steep.select(numerator, middle.select(numerator + denominator, denominator))
    z = top / bottom
    square = z * z
    rest = z * square * polynomial(square, "atan")
    base = []
    for part in (0, 1):
        flat, quarter = z.lift(0.0), z.lift(_PI[z.format.name][part] / 4)
        if left is not None:
            quarter = left.select(z.lift(_THREE_QUARTERS[z.format.name][part]), quarter)
            flat = left.select(z.lift(_PI[z.format.name][part]), flat)
        base.append(steep.select(z.lift(_PI[z.format.name][part] / 2), middle.select(quarter, flat)))
    if left is not None:
        z, rest = left.select(-z, z), left.select(-rest, rest)
    return base[0] + (z + (rest + base[1]))


def atan2(y: Number, x: Number) -> Number:
    """Compute the angle of the point (x, y), signed zeros and infinities as in C.

    Both are split into mantissa and exponent, so that neither sums nor the ratio overflow or lose subnormals; zeros and
    infinities get exponents beyond all others'.
    """
    form = x.format
    top, top_exponent = _split_any(abs(y), zero=-8.0 * form.bias)
    bottom, bottom_exponent = _split_any(abs(x), zero=-4.0 * form.bias)
    distance = top_exponent - bottom_exponent
    left = x.bits() < 0
    near = distance.clamped(-1.5 * form.mantissa, 1.5 * form.mantissa)
    angle = _angle(top * power_of_two(nearest_integer(near)), bottom, left)
    ratio = top / bottom
    far = distance.clamped(-float(form.bias + form.mantissa), 0.0)
    flat = scale(ratio, nearest_integer(far))
    is_flat = (x.bits() > -1) & (distance < -1.4 * form.mantissa)
    result = is_flat.select(flat, angle)
    return (x.is_nan() | y.is_nan()).select(x + y, result).copysign(y)


def _split_any(x: Number, zero: float) -> tuple[Number, Number]:
    """Split x >= 0 into mantissa and exponent; zero gets the exponent `zero`, infinity one as far above."""
    mantissa, exponent = split_positive(x, 1.0)
    exponent = x.bits().equals(0).select(x.lift(zero), exponent)
    return mantissa, x.bits().equals(x.format.infinity).select(x.lift(4.0 * x.format.bias), exponent)
