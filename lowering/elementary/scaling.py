"""Take numbers apart into mantissa and exponent and put them together, subnormals included.

Subnormals are read and made through integers, so that the results hold where arithmetic flushes them to zero.
"""

import struct

from .number import Format, Integer, Number


def keep_tiny(x: Number, result: Number) -> Number:
    """Return `x` itself where a function with f(x) = x + O(x²) cannot be told from it; keeps -0 and subnormals."""
    return (abs(x) < 2.0 ** -(x.format.mantissa + 2)).select(x, result)


def odd(x: Number, of_size: Number) -> Number:
    """Give an odd function of x with f(x) = x + O(x²) its sign, and `x` itself where tiny.

    The sign comes last: LLVM's AMDGPU back end crashes on choosing between x and an f64 with x's sign (IREE 3.13).
    """
    size = abs(x)
    return (size < 2.0 ** -(x.format.mantissa + 2)).select(size, of_size).copysign(x)


def nearest_integer(x: Number) -> Integer:
    """Round to the nearest integer; |x| < 2**(mantissa - 2)."""
    return rounded_bits(x + x.format.rounder)


def rounded_bits(shifted: Number) -> Integer:
    """Read the integer, of either sign, that the format's rounder was added to."""
    return shifted.bits() - shifted.format.rounder_bits


def power_of_two(exponent: Integer) -> Number:
    """Make 2**exponent, for the exponents of normal numbers (one below gives 0, one above infinity)."""
    number_format = exponent.format
    return ((exponent + number_format.bias) << number_format.mantissa).as_number()


def multiply_by_power(x: Number, exponent: Integer) -> Number:
    """Multiply by 2**exponent by adding to the exponent's field: `x` and the result are normal."""
    return (x.bits() + (exponent << x.format.mantissa)).as_number()


def split_positive(x: Number, lowest: float) -> tuple[Number, Number]:
    """Split a positive `x` (subnormal too) into m·2**e with lowest <= m < 2·lowest; `e` comes as a number.

    `lowest` lies in (1/2, 1]. Where `x` is zero, negative, infinite or nan the results mean nothing.
    """
    bits, offset = normal_bits(x)
    base = _bits_of(lowest, x.format)
    shifted = bits + (x.format.one - base)
    mantissa = ((shifted & (2**x.format.mantissa - 1)) + base).as_number()
    exponent = (shifted >> x.format.mantissa).to_number() - offset
    return mantissa, exponent


def normal_bits(x: Number) -> tuple[Integer, Number]:
    """Scale a positive subnormal up to a normal number; return the bits and the exponent bias that belongs to them."""
    form = x.format
    bits = x.bits()
    subnormal = bits < 2**form.mantissa
    scaled = subnormal.select_integer(bits.to_number().bits(), bits)
    offset = subnormal.select(x.lift(2.0 * form.bias - 1 + form.mantissa), float(form.bias))
    return scaled, offset


def scale(x: Number, exponent: Integer) -> Number:
    """Compute x·2**exponent for a normal x > 0 and a finite result, rounding once into the subnormals.

    The result may be smaller than the smallest subnormal by a factor of 2**50, not more.
    """
    form = x.format
    bits = x.bits() + (exponent << form.mantissa)
    in_units = (bits + ((form.bias - 1 + form.mantissa) << form.mantissa)).as_number()
    return (bits < 2**form.mantissa).select(in_smallest_units(in_units), bits.as_number())


def in_smallest_units(count: Number) -> Number:
    """Make the subnormal of `count` smallest subnormals, rounded to nearest; 0 <= count <= 2**mantissa."""
    base = count.format.integers_from
    return ((count + base).bits() - _bits_of(base, count.format)).as_number()


def _bits_of(value: float, form: Format) -> int:
    codes = {"f32": "<f", "f64": "<d"}
    return int.from_bytes(struct.pack(codes[form.name], value), "little")
