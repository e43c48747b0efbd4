"""Bodies of ufuncs on complex numbers, from formulas over their parts.

The inverse functions follow W. Kahan, "Branch cuts for complex elementary functions" (1987).
"""

import math as numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...dialects.mlir import complex, ir, math
from .expression import Real, both, choose, either
from .ufunc_floats import hypot, is_finite, is_infinite

Body = Callable[..., ir.Value]


@dataclass(frozen=True)
class Pair:
    """Hold the parts of a complex number."""

    re: Real
    im: Real

    @staticmethod
    def of(value: ir.Value) -> "Pair":
        """Take a complex SSA value apart."""
        return Pair(Real(complex.ReOp(value).result), Real(complex.ImOp(value).result))

    def value(self, type_: ir.Type) -> ir.Value:
        """Make a complex SSA value."""
        return complex.CreateOp(type_, self.re.value, self.im.value).result

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(self.re + other.re, self.im + other.im)

    def __mul__(self, other: "Pair") -> "Pair":
        return Pair(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)

    def scaled(self, factor: float) -> "Pair":
        """Multiply by a real number."""
        return Pair(self.re * factor, self.im * factor)

    @property
    def times_i(self) -> "Pair":
        """Multiply by i."""
        return Pair(-self.im, self.re)

    @property
    def over_i(self) -> "Pair":
        """Divide by i."""
        return Pair(self.im, -self.re)


def formula(compute: Callable[..., Pair]) -> Body:
    """Make a body of a formula over the parts."""
    return lambda *values: compute(*map(Pair.of, values)).value(values[0].type)


def operation(made: Any) -> Body:
    """Make a body of one operation of the complex dialect."""
    return lambda *values: made(*values).result


def absolute(value: ir.Value) -> ir.Value:
    """Give the length."""
    pair = Pair.of(value)
    return hypot(pair.re, pair.im).value


def divide(x: Pair, y: Pair) -> Pair:
    """Divide by Smith's method, as NumPy does."""
    large = abs(y.re) >= abs(y.im)
    upper, lower = choose(large, y.im, y.re), choose(large, y.re, y.im)
    is_zero = both(y.re.equals(0.0), y.im.equals(0.0))
    ratio = choose(is_zero, y.re, upper / lower)
    scale = 1.0 / (lower + upper * ratio)
    first, second = choose(large, x.re, x.im), choose(large, x.im, x.re)
    re, im = (first + second * ratio) * scale, (second - first * ratio) * scale
    quotient = Pair(re, choose(large, im, -im))
    zeros = Pair(x.re / abs(y.re), x.im / abs(y.re))
    return Pair(choose(is_zero, zeros.re, quotient.re), choose(is_zero, zeros.im, quotient.im))


def sqrt(z: Pair) -> Pair:
    """Give the root in the right half-plane."""
    root = ((abs(z.re) + hypot(z.re, z.im)) * 0.5).apply(math.SqrtOp)
    other = z.im / (choose(root.equals(0.0), 1.0, root) * 2.0)
    is_right = z.re >= 0.0
    return Pair(choose(is_right, root, abs(other)), choose(is_right, other, root.with_sign_of(z.im)))


def exp(z: Pair) -> Pair:
    """Give eᶻ."""
    size = z.re.apply(math.ExpOp)
    imaginary = choose(z.im.equals(0.0), z.im, size * z.im.apply(math.SinOp))
    return Pair(choose(z.im.equals(0.0), size, size * z.im.apply(math.CosOp)), imaginary)


def log(z: Pair) -> Pair:
    """Give the principal logarithm; near |z| = 1 through `log1p`."""
    large, small = abs(z.re).larger(abs(z.im)), abs(z.re).smaller(abs(z.im))
    length = hypot(z.re, z.im)
    near = ((large - 1.0) * (large + 1.0) + small * small).apply(math.Log1pOp) * 0.5
    is_near = both(length > 0.5, length < 2.0)
    return Pair(choose(is_near, near, length.apply(math.LogOp)), z.im.apply(math.Atan2Op, z.re))


def log1p(z: Pair) -> Pair:
    """Give log(1 + z)."""
    size = (z.re * (z.re + 2.0) + z.im * z.im).apply(math.Log1pOp) * 0.5
    return Pair(size, z.im.apply(math.Atan2Op, z.re + 1.0))


def expm1(z: Pair) -> Pair:
    """Give eᶻ - 1."""
    half = (z.im * 0.5).apply(math.SinOp)
    real = z.re.apply(math.ExpM1Op) * z.im.apply(math.CosOp) - half * half * 2.0
    return Pair(real, z.re.apply(math.ExpOp) * z.im.apply(math.SinOp))


def power(x: Pair, y: Pair) -> Pair:
    """Give exp(y log x); 0 to a positive power is 0, anything to 0 is 1."""
    general = exp(y * log(x))
    is_zero = both(x.re.equals(0.0), x.im.equals(0.0))
    undefined = choose(both(y.re > 0.0, y.im.equals(0.0)), 0.0, y.re.like(numbers.nan))
    without = both(y.re.equals(0.0), y.im.equals(0.0))
    re = choose(without, 1.0, choose(is_zero, undefined, general.re))
    return Pair(re, choose(without, 0.0, choose(is_zero, undefined, general.im)))


def fixed_power(exponent: int) -> Callable[[Pair], Pair]:
    """Multiply as often as a known exponent says, as NumPy does below 100."""

    def compute(z: Pair) -> Pair:
        one = Pair(z.re.like(1.0), z.re.like(0.0))
        result = _times(z, abs(exponent)) if exponent else one
        return result if exponent >= 0 else divide(one, result)

    return compute


def _times(z: Pair, times: int) -> Pair:
    if times == 1:
        return z
    half = _times(z, times // 2)
    return half * half * z if times % 2 else half * half


def sinh(z: Pair) -> Pair:
    """Give the hyperbolic sine."""
    return Pair(
        z.re.apply(math.SinhOp) * z.im.apply(math.CosOp), z.re.apply(math.CoshOp) * z.im.apply(math.SinOp)
    )


def cosh(z: Pair) -> Pair:
    """Give the hyperbolic cosine."""
    return Pair(
        z.re.apply(math.CoshOp) * z.im.apply(math.CosOp), z.re.apply(math.SinhOp) * z.im.apply(math.SinOp)
    )


def tanh(z: Pair) -> Pair:
    """Give the hyperbolic tangent (Kahan)."""
    tangent = z.im.apply(math.TanOp)
    sine = z.re.apply(math.SinhOp)
    slope = 1.0 + tangent * tangent
    below = 1.0 + slope * sine * sine
    real = slope * (1.0 + sine * sine).apply(math.SqrtOp) * sine / below
    is_far = abs(z.re) > 20.0
    flat = z.re.like(1.0).with_sign_of(z.re)
    return Pair(
        choose(is_far, flat, real), choose(is_far, z.re.like(0.0).with_sign_of(tangent), tangent / below)
    )


def asinh(z: Pair) -> Pair:
    """Give the inverse hyperbolic sine: asin(iz) / i."""
    return asin(z.times_i).over_i


def asin(z: Pair) -> Pair:
    """Give the inverse sine (Kahan)."""
    left, right = sqrt(Pair(1.0 - z.re, -z.im)), sqrt(Pair(1.0 + z.re, z.im))
    real = z.re.apply(math.Atan2Op, left.re * right.re - left.im * right.im)
    return Pair(real, (left.re * right.im - left.im * right.re).apply(math.AsinhOp))


def acos(z: Pair) -> Pair:
    """Give the inverse cosine (Kahan)."""
    left, right = sqrt(Pair(1.0 - z.re, -z.im)), sqrt(Pair(1.0 + z.re, z.im))
    real = left.re.apply(math.Atan2Op, right.re) * 2.0
    return Pair(real, (right.re * left.im - right.im * left.re).apply(math.AsinhOp))


def acosh(z: Pair) -> Pair:
    """Give the inverse hyperbolic cosine (Kahan)."""
    left, right = sqrt(Pair(z.re - 1.0, z.im)), sqrt(Pair(z.re + 1.0, z.im))
    real = (left.re * right.re + left.im * right.im).apply(math.AsinhOp)
    return Pair(real, left.im.apply(math.Atan2Op, right.re) * 2.0)


def atanh(z: Pair) -> Pair:
    """Give the inverse hyperbolic tangent (Kahan)."""
    gap = 1.0 - z.re
    real = (4.0 * z.re / (gap * gap + z.im * z.im)).apply(math.Log1pOp) * 0.25
    angle = (2.0 * z.im).apply(math.Atan2Op, gap * (1.0 + z.re) - z.im * z.im)
    return Pair(real, angle * 0.5)


def sign(z: Pair) -> Pair:
    """Give z / |z|; 0 at 0."""
    length = hypot(z.re, z.im)
    divisor = choose(length.equals(0.0), 1.0, length)
    return Pair(z.re / divisor, z.im / divisor)


def truth_of_parts(test: Callable[[ir.Value], ir.Value], combine: Callable[..., ir.Value]) -> Body:
    """Make a test of a complex number from one of its parts."""

    def body(value: ir.Value) -> ir.Value:
        pair = Pair.of(value)
        return combine(test(pair.re.value), test(pair.im.value))

    return body


def is_nan(value: ir.Value) -> ir.Value:
    """Tell whether a part is NaN."""
    pair = Pair.of(value)
    return either(pair.re.is_nan(), pair.im.is_nan())


def less(x: Pair, y: Pair, or_equal: bool) -> ir.Value:
    """Compare by the real parts, then by the imaginary ones; NaN compares as nothing."""
    later = x.im <= y.im if or_equal else x.im < y.im
    real = both(x.re < y.re, both(x.im.equals(x.im), y.im.equals(y.im)))
    return either(real, both(x.re.equals(y.re), later))


is_inf = truth_of_parts(is_infinite, either)
is_fin = truth_of_parts(is_finite, both)
