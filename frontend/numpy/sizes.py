"""Arithmetic of sizes and indices: plain ints stay plain, traced ones keep what is known of their range."""

import numpy as np

from ...dialects.mlir import arith, ir
from .linear import Linear, Symbol
from .scalar import Scalar, Size, linear_of, size_of_linear, size_value


def plus(left: Size, right: Size) -> Size:
    """Add."""
    if _are_plain(left, right):
        return left + right
    linear = linear_of(left) + linear_of(right)
    return size_of_linear(linear, lambda: arith.AddIOp(size_value(left), size_value(right)).result)


def minus(left: Size, right: Size) -> Size:
    """Subtract."""
    if _are_plain(left, right):
        return left - right
    linear = linear_of(left) - linear_of(right)
    return size_of_linear(linear, lambda: arith.SubIOp(size_value(left), size_value(right)).result)


def times(left: Size, factor: Size) -> Size:
    """Multiply."""
    if _are_plain(left, factor):
        return left * factor
    if isinstance(factor, int) or isinstance(left, int):
        number, other = (factor, left) if isinstance(factor, int) else (left, factor)
        linear = linear_of(other).times(number)
    else:
        linear = Linear.of(Symbol())
    return size_of_linear(linear, lambda: arith.MulIOp(size_value(left), size_value(factor)).result)


def product(sizes: "tuple[Size, ...] | list[Size]") -> Size:
    """Multiply all."""
    total: Size = 1
    for size in sizes:
        total = times(total, size)
    return total


def ceil_divided(size: Size, step: int) -> Size:
    """Divide a size that is not negative by a positive step, rounding up."""
    if step == 1:
        return size
    if isinstance(size, int):
        return -(-size // step)
    upper = linear_of(size).upper()
    symbol = Symbol(Linear(0), None if upper is None else Linear(-(-upper // step)))
    value = arith.CeilDivSIOp(size_value(size), size_value(step)).result
    return Scalar(value, np.int64, weak=True, linear=Linear.of(symbol))


def at_least(size: Size, low: int) -> Size:
    """Clamp from below, where the range does not rule it out."""
    if isinstance(size, int):
        return max(size, low)
    if linear_of(size).assume_at_least(low):
        return size
    value = arith.MaxSIOp(size_value(size), size_value(low)).result
    upper = linear_of(size).upper()
    return _bounded(value, low, None if upper is None else Linear(max(upper, low)))


def at_most(size: Size, high: Size) -> Size:
    """Clamp from above, where the range does not rule it out."""
    if _are_plain(size, high):
        return min(size, high)
    if (linear_of(high) - linear_of(size)).assume_at_least(0):
        return size
    value = arith.MinSIOp(size_value(size), size_value(high)).result
    lows = linear_of(size).lower(), linear_of(high).lower()
    low = None if None in lows else min(lows)  # type: ignore[type-var]
    return _bounded(value, low, linear_of(high))


def wrapped(place: Size, size: Size) -> Size:
    """Let a negative index count from the end, where the range does not rule it out."""
    linear = linear_of(place)
    low, high = linear.lower(), linear.upper()
    if low is not None and low >= 0:
        return place
    if high is not None and high < 0:
        return plus(place, size)
    shifted = plus(place, size)
    is_negative = arith.CmpIOp(arith.CmpIPredicate.slt, size_value(place), size_value(0)).result
    return _bounded(_select(is_negative, shifted, place), None, None)


def _select(condition: ir.Value, left: Size, right: Size) -> ir.Value:
    return arith.SelectOp(condition, size_value(left), size_value(right)).result


def _bounded(value: ir.Value, low: int | None, high: Linear | None) -> Scalar:
    symbol = Symbol(None if low is None else Linear(low), high)
    return Scalar(value, np.int64, weak=True, linear=Linear.of(symbol))


def _are_plain(left: Size, right: Size) -> bool:
    return isinstance(left, int) and isinstance(right, int)
