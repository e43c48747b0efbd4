"""Unevaluated sums of two numbers, for the steps that need twice the precision.

No step relies on a fused multiply-add or is harmed by one: factors are cut in halves by masking, so that the products
of the halves are exact. Algorithms: Dekker 1971, Knuth TAOCP 4.2.2.
"""

from dataclasses import dataclass

from .number import Number


@dataclass(frozen=True)
class DoubleWord:
    """high + low, with |low| at most about an ulp of high."""

    high: Number
    low: Number

    def __add__(self, other: "DoubleWord") -> "DoubleWord":
        total = two_sum(self.high, other.high)
        return quick_two_sum(total.high, total.low + (self.low + other.low))

    def __mul__(self, other: "DoubleWord") -> "DoubleWord":
        product = two_product(self.high, other.high)
        return quick_two_sum(
            product.high, self.high.times(other.low, plus=self.low.times(other.high, plus=product.low))
        )


def quick_two_sum(larger: Number, smaller: Number) -> DoubleWord:
    """Add exactly, given that |larger| >= |smaller|."""
    total = larger + smaller
    return DoubleWord(total, smaller - (total - larger))


def two_sum(a: Number, b: Number) -> DoubleWord:
    """Add exactly."""
    total = a + b
    of_b = total - a
    return DoubleWord(total, (a - (total - of_b)) + (b - of_b))


def halves(x: Number) -> tuple[Number, Number]:
    """Cut x into a number with half of the mantissa's bits and the rest."""
    high = (x.bits() & -(2 ** (x.format.mantissa // 2 + 1))).as_number()
    return high, x - high


def two_product(a: Number, b: Number) -> DoubleWord:
    """Multiply, with the error to within 2**-100 or so of the product (f64); low may exceed half an ulp of high."""
    a_high, a_low = halves(a)
    b_high, b_low = halves(b)
    high = a_high * b_high
    middle = a_high.times(b_low, plus=a_low * b_high)
    total = quick_two_sum(high, middle)
    return DoubleWord(total.high, a_low.times(b_low, plus=total.low))
