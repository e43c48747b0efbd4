"""Integer arithmetic: the powers IREE does not lower, and the exact remainder of f64, for which it lacks `fmod`."""

from ...dialects.mlir import ir, scf
from .engine import MlirEngine

_MANTISSA = 52
_IMPLICIT = 1 << _MANTISSA
_SIGN = -(1 << 63)
_INFINITY = 0x7FF << _MANTISSA
_STEP = 11
"""A mantissa shifted by this much still fits 64 bits."""


class Word:
    """An integer value with operators; comparisons are signed."""

    def __init__(self, engine: MlirEngine, kind: str, value: ir.Value) -> None:
        self.engine, self.kind, self.value = engine, kind, value

    def constant(self, value: int) -> "Word":
        """Make a constant of the same type."""
        return Word(self.engine, self.kind, self.engine.constant(self.kind, value))

    def apply(self, operation: str, other: "Word | int") -> "Word":
        """Carry out a binary operation."""
        operand = self.constant(other) if isinstance(other, int) else other
        return Word(
            self.engine, self.kind, self.engine.apply(operation, self.kind, self.value, operand.value)
        )

    def compare(self, operation: str, other: "Word | int") -> ir.Value:
        """Compare to a condition."""
        operand = self.constant(other) if isinstance(other, int) else other
        return self.engine.apply(operation, "i1", self.value, operand.value)

    def where(self, condition: ir.Value, otherwise: "Word | int") -> "Word":
        """Take this where the condition holds."""
        operand = self.constant(otherwise) if isinstance(otherwise, int) else otherwise
        chosen = self.engine.apply("select", self.kind, condition, self.value, operand.value)
        return Word(self.engine, self.kind, chosen)


def integer_power(base: Word, exponent: Word) -> Word:
    """Compute base**exponent, wrapping; 0 for a negative exponent unless the base is 1 or -1."""
    result, square = base.constant(1), base
    for bit in range(int(base.kind[1:]) - 1):
        is_set = exponent.apply("shrui", bit).apply("and", 1).compare("eqi", 1)
        result = result.apply("muli", square).where(is_set, result)
        square = square.apply("muli", square)
    odd = exponent.apply("and", 1).compare("eqi", 1)
    of_minus_one = base.constant(-1).where(odd, 1)
    inverse = of_minus_one.where(base.compare("eqi", -1), 0)
    inverse = base.where(base.compare("eqi", 1), inverse)
    return inverse.where(exponent.compare("lti", 0), result)


def remainder_bits(x: Word, y: Word) -> Word:
    """Compute the remainder of x/y with the sign of x, exactly, from and to the bits of f64 numbers."""
    size, divisor = x.apply("and", ~_SIGN), y.apply("and", ~_SIGN)
    mantissa, exponent = _mantissa_and_exponent(size)
    unit, lowest = _mantissa_and_exponent(divisor)
    unit = unit.where(unit.compare("gti", 0), 1)
    reduced = _reduce(mantissa, exponent, unit, lowest)
    result = size.where(exponent.compare("lti", lowest), _assemble(reduced, lowest))
    result = result.apply("or", x.apply("and", _SIGN))
    nan = x.constant(_INFINITY | 1 << (_MANTISSA - 1))
    result = x.where(divisor.compare("eqi", _INFINITY), result)
    result = nan.where(size.compare("gti", _INFINITY - 1), result)
    result = nan.where(divisor.compare("gti", _INFINITY), result)
    return nan.where(divisor.compare("lti", 1), result)


def _mantissa_and_exponent(bits: Word) -> tuple[Word, Word]:
    """Split m·2**e; subnormals have the exponent 1 of the smallest normal numbers."""
    subnormal = bits.compare("lti", _IMPLICIT)
    mantissa = bits.apply("and", _IMPLICIT - 1).apply("or", _IMPLICIT)
    exponent = bits.apply("shrui", _MANTISSA)
    return bits.where(subnormal, mantissa), exponent.constant(1).where(subnormal, exponent)


def _reduce(mantissa: Word, exponent: Word, unit: Word, lowest: Word) -> Word:
    """Compute mantissa·2**(exponent - lowest) modulo unit: long division, `_STEP` bits at a time."""
    engine, kind = mantissa.engine, mantissa.kind
    start = mantissa.apply("remui", unit)
    types = [start.value.type, exponent.value.type]
    loop = scf.WhileOp(types, [start.value, exponent.value])
    before = loop.before.blocks.append(*types)
    with ir.InsertionPoint(before):
        scf.condition(Word(engine, kind, before.arguments[1]).compare("gti", lowest), before.arguments)
    after = loop.after.blocks.append(*types)
    with ir.InsertionPoint(after):
        rest, place = (Word(engine, kind, argument) for argument in after.arguments)
        step = place.apply("subi", lowest)
        step = step.where(step.compare("lti", _STEP), _STEP)
        rest = rest.apply("shli", step).apply("remui", unit)
        scf.yield_([rest.value, place.apply("subi", step).value])
    return Word(engine, kind, loop.results[0])


def _assemble(mantissa: Word, exponent: Word) -> Word:
    """Make the bits of mantissa·2**exponent, the mantissa below 2**53, subnormal results included."""
    engine = mantissa.engine
    number = engine.apply("uitofp", "f64", mantissa.value)
    bits = Word(engine, mantissa.kind, engine.apply("bitcast", "i64", number))
    offset = exponent.apply("subi", 1023 + _MANTISSA).apply("shli", _MANTISSA)
    normal = bits.apply("addi", offset)
    shift = exponent.apply("subi", 1)
    shift = shift.where(shift.compare("lti", 63), 63)
    small = mantissa.apply("shli", shift)
    chosen = small.where(normal.compare("lti", _IMPLICIT), normal)
    return mantissa.where(mantissa.compare("eqi", 0), chosen)
