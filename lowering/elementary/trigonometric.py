"""sin, cos, tan, sincos.

x = k·pi/2 + r, for |x| <= 1e9: pi/2 is cut into parts of 23 bits, so that k (30 bits) times a part is exact, and r
keeps 4 ulp next to every zero (Cody & Waite's reduction). f32 arguments are reduced in f64. Beyond 1e9 the products
round: up to 2**40 the absolute error is at most |x|·2**-52; farther out the results are those at zero.
"""

from .double_word import quick_two_sum, two_sum
from .number import FLOAT32, Integer, Number
from .polynomial import polynomial
from .scaling import keep_tiny

_TWO_OVER_PI = 0.6366197723675814
_HALF_PI = (
    1.570796251296997,
    7.549789415861596e-08,
    5.390302529957765e-15,
    3.2820031633724233e-22,
    3.7950107727212256e-29,
)
_FARTHEST = 2.0**40


def sin(x: Number) -> Number:
    """Compute the sine."""
    quadrant, sine, cosine = _sine_and_cosine(x)
    return keep_tiny(x, _choose(quadrant, sine, cosine))


def cos(x: Number) -> Number:
    """Compute the cosine."""
    quadrant, sine, cosine = _sine_and_cosine(x)
    return _choose(quadrant + 1, sine, cosine)


def sincos(x: Number) -> tuple[Number, Number]:
    """Compute both, the reduction once."""
    quadrant, sine, cosine = _sine_and_cosine(x)
    return keep_tiny(x, _choose(quadrant, sine, cosine)), _choose(quadrant + 1, sine, cosine)


def tan(x: Number) -> Number:
    """Compute the tangent."""
    quadrant, sine, cosine = _sine_and_cosine(x)
    odd = (quadrant & 1).equals(1)
    sign = (quadrant & 1) << (x.format.width - 1)
    ratio = odd.select(cosine, sine) / odd.select(sine, cosine)
    return keep_tiny(x, (ratio.bits() ^ sign).as_number())


def _choose(quadrant: Integer, sine: Number, cosine: Number) -> Number:
    """Give the sine of the angle in this quadrant."""
    value = (quadrant & 1).equals(1).select(cosine, sine)
    sign = (quadrant & 2) << (value.format.width - 2)
    return (value.bits() ^ sign).as_number()


def _sine_and_cosine(x: Number) -> tuple[Integer, Number, Number]:
    """Return k and the sine and cosine of r, in x's format."""
    near = (abs(x) <= _FARTHEST).select(x, x * 0.0)
    if x.format is FLOAT32:
        quadrant, rest = _reduce(near.widened())
        single = rest.narrowed()
        return quadrant.narrowed(), _sine(single), _cosine(single)
    quadrant, rest, tail = _reduce_with_tail(near)
    return quadrant, _sine(rest, tail), _cosine(rest, tail)


def _reduce(x: Number) -> tuple[Integer, Number]:
    """Return k and r, r to 2**-70 absolutely: enough for f32."""
    shifted = x.times(_TWO_OVER_PI, plus=x.format.rounder)
    turns = shifted - x.format.rounder
    rest = turns.times(-_HALF_PI[1], plus=turns.times(-_HALF_PI[0], plus=x))
    return shifted.bits(), turns.times(-(_HALF_PI[2] + _HALF_PI[3]), plus=rest)


def _reduce_with_tail(x: Number) -> tuple[Integer, Number, Number]:
    """Return k and r as a sum of two numbers."""
    shifted = x.times(_TWO_OVER_PI, plus=x.format.rounder)
    turns = shifted - x.format.rounder
    rest = turns.times(-_HALF_PI[1], plus=turns.times(-_HALF_PI[0], plus=x))
    total = two_sum(rest, turns * -_HALF_PI[2])
    result = quick_two_sum(total.high, turns.times(-_HALF_PI[3], plus=total.low))
    return shifted.bits(), result.high, turns.times(-_HALF_PI[4], plus=result.low)


def _sine(r: Number, tail: Number | None = None) -> Number:
    """Compute the sine of r + tail, |r| <= pi/4."""
    square = r * r
    cube, factor = r * square, polynomial(square, "sin")
    return cube.times(factor, plus=r) if tail is None else r + cube.times(factor, plus=tail)


def _cosine(r: Number, tail: Number | None = None) -> Number:
    """Compute the cosine of r + tail, |r| <= pi/4."""
    square = r * r
    half = 0.5 * square
    rounded = 1.0 - half
    error = (1.0 - rounded) - half
    if tail is not None:
        error = error - r * tail
    return rounded + (square * square).times(polynomial(square, "cos"), plus=error)
