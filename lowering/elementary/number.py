"""Numbers that formulas are written over: the same formula builds IR or is evaluated with NumPy.

A multiply-add may round once or twice (x86-64-v2 has no fused instruction), and a compiler may fuse products and sums
that are written apart: formulas give their accuracy either way, because products that must be exact are exact.
Arithmetic may read subnormals as zero and flush results (IREE's CPU drivers do): formulas reach subnormals through
integers.
"""

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

Handle: TypeAlias = Any
"""What an engine computes with: an MLIR value, a NumPy array."""


class Engine(Protocol):
    """Carries out the operations; `kind` is the element type of the result: f32, f64, i32, i64 or i1."""

    def constant(self, kind: str, value: float | int) -> Handle:
        """Make a constant."""

    def apply(self, operation: str, kind: str, *operands: Handle) -> Handle:
        """Carry out one operation, elementwise."""


@dataclass(frozen=True)
class Format:
    """A binary floating-point format: its name, that of the integer of its width, and its fields."""

    name: str
    integer: str
    width: int
    mantissa: int
    bias: int

    @property
    def one(self) -> int:
        """The bits of 1."""
        return self.bias << self.mantissa

    @property
    def infinity(self) -> int:
        """The bits of infinity."""
        return (2 * self.bias + 1) << self.mantissa

    @property
    def integers_from(self) -> float:
        """The number from which on all numbers are whole and one apart: added to an integer, it shows its bits."""
        return 2.0**self.mantissa

    @property
    def rounder(self) -> float:
        """The number that, added, rounds to the nearest integer and leaves that in the low bits (of either sign)."""
        return 1.5 * 2.0**self.mantissa

    @property
    def rounder_bits(self) -> int:
        """The bits of the rounder."""
        return ((self.bias + self.mantissa) << self.mantissa) + 2 ** (self.mantissa - 1)


FLOAT32 = Format("f32", "i32", 32, 23, 127)
FLOAT64 = Format("f64", "i64", 64, 52, 1023)


@dataclass(frozen=True)
class Condition:
    """A truth value per element."""

    engine: Engine
    handle: Handle

    def _combine(self, operation: str, other: "Condition") -> "Condition":
        return Condition(self.engine, self.engine.apply(operation, "i1", self.handle, other.handle))

    def __and__(self, other: "Condition") -> "Condition":
        return self._combine("and", other)

    def __or__(self, other: "Condition") -> "Condition":
        return self._combine("or", other)

    def select(self, chosen: "Number", otherwise: "Number | float") -> "Number":
        """Take `chosen` where the condition holds, `otherwise` elsewhere; both are evaluated."""
        handle = self.engine.apply(
            "select", chosen.format.name, self.handle, chosen.handle, chosen.lift(otherwise).handle
        )
        return Number(self.engine, chosen.format, handle)

    def select_integer(self, chosen: "Integer", otherwise: "Integer | int") -> "Integer":
        """Take `chosen` where the condition holds, `otherwise` elsewhere."""
        kind = chosen.format.integer
        handle = self.engine.apply("select", kind, self.handle, chosen.handle, chosen.lift(otherwise).handle)
        return Integer(self.engine, chosen.format, handle)


@dataclass(frozen=True)
class Integer:
    """An integer as wide as its format's numbers; arithmetic wraps."""

    engine: Engine
    format: Format
    handle: Handle

    def lift(self, other: "Integer | int") -> "Integer":
        """Make a constant of this format unless `other` is an integer already."""
        if isinstance(other, Integer):
            return other
        return Integer(self.engine, self.format, self.engine.constant(self.format.integer, other))

    def _combine(self, operation: str, other: "Integer | int") -> "Integer":
        handle = self.engine.apply(operation, self.format.integer, self.handle, self.lift(other).handle)
        return Integer(self.engine, self.format, handle)

    def _compare(self, operation: str, other: "Integer | int") -> Condition:
        return Condition(
            self.engine, self.engine.apply(operation, "i1", self.handle, self.lift(other).handle)
        )

    def __add__(self, other: "Integer | int") -> "Integer":
        return self._combine("addi", other)

    def __sub__(self, other: "Integer | int") -> "Integer":
        return self._combine("subi", other)

    def __and__(self, other: "Integer | int") -> "Integer":
        return self._combine("and", other)

    def __or__(self, other: "Integer | int") -> "Integer":
        return self._combine("or", other)

    def __xor__(self, other: "Integer | int") -> "Integer":
        return self._combine("xor", other)

    def __lshift__(self, places: int) -> "Integer":
        return self._combine("shli", places)

    def __rshift__(self, places: int) -> "Integer":
        """Shift zeros in: the integer counts as unsigned."""
        return self._combine("shrui", places)

    def __lt__(self, other: "Integer | int") -> Condition:
        return self._compare("lti", other)

    def __gt__(self, other: "Integer | int") -> Condition:
        return self._compare("gti", other)

    def equals(self, other: "Integer | int") -> Condition:
        """Compare for equality."""
        return self._compare("eqi", other)

    def as_number(self) -> "Number":
        """Read the bits as a number."""
        return Number(self.engine, self.format, self.engine.apply("bitcast", self.format.name, self.handle))

    def to_number(self) -> "Number":
        """Convert exactly; the integer lies in 0 … 2**mantissa - 1 (vector units lack the general conversion)."""
        exponent = (self.format.bias + self.format.mantissa) << self.format.mantissa
        return (self | exponent).as_number() - self.format.integers_from

    def narrowed(self) -> "Integer":
        """Keep the low 32 bits of 64."""
        return Integer(self.engine, FLOAT32, self.engine.apply("trunci", "i32", self.handle))


@dataclass(frozen=True)
class Number:
    """A floating-point number with Python's operators; comparisons are false for nan."""

    engine: Engine
    format: Format
    handle: Handle

    def lift(self, other: "Number | float") -> "Number":
        """Make a constant of this format unless `other` is a number already."""
        if isinstance(other, Number):
            return other
        return Number(self.engine, self.format, self.engine.constant(self.format.name, other))

    def _combine(self, operation: str, other: "Number | float", *, swapped: bool = False) -> "Number":
        operands = [self.handle, self.lift(other).handle]
        if swapped:
            operands.reverse()
        return Number(self.engine, self.format, self.engine.apply(operation, self.format.name, *operands))

    def _map(self, operation: str) -> "Number":
        return Number(self.engine, self.format, self.engine.apply(operation, self.format.name, self.handle))

    def _compare(self, operation: str, other: "Number | float") -> Condition:
        return Condition(
            self.engine, self.engine.apply(operation, "i1", self.handle, self.lift(other).handle)
        )

    def __add__(self, other: "Number | float") -> "Number":
        return self._combine("addf", other)

    def __radd__(self, other: float) -> "Number":
        return self._combine("addf", other, swapped=True)

    def __sub__(self, other: "Number | float") -> "Number":
        return self._combine("subf", other)

    def __rsub__(self, other: float) -> "Number":
        return self._combine("subf", other, swapped=True)

    def __mul__(self, other: "Number | float") -> "Number":
        return self._combine("mulf", other)

    def __rmul__(self, other: float) -> "Number":
        return self._combine("mulf", other, swapped=True)

    def __truediv__(self, other: "Number | float") -> "Number":
        return self._combine("divf", other)

    def __rtruediv__(self, other: float) -> "Number":
        return self._combine("divf", other, swapped=True)

    def __neg__(self) -> "Number":
        return self._map("negf")

    def __abs__(self) -> "Number":
        return self._map("absf")

    def __lt__(self, other: "Number | float") -> Condition:
        return self._compare("ltf", other)

    def __le__(self, other: "Number | float") -> Condition:
        return self._compare("lef", other)

    def __gt__(self, other: "Number | float") -> Condition:
        return self._compare("gtf", other)

    def __ge__(self, other: "Number | float") -> Condition:
        return self._compare("gef", other)

    def equals(self, other: "Number | float") -> Condition:
        """Compare for equality; false for nan."""
        return self._compare("eqf", other)

    def is_zero(self) -> Condition:
        """Tell zeros of either sign from everything else, subnormals included.

        Neither positive nor negative: LLVM turns a test that ignores the sign bit into a comparison of numbers, which
        may flush subnormals.
        """
        bits = self.bits()
        return (bits < 1) & ((bits ^ -(2 ** (self.format.width - 1))) < 1)

    def is_nan(self) -> Condition:
        """Tell nan from numbers."""
        return self._compare("unf", self)

    def sqrt(self) -> "Number":
        """Take the square root, correctly rounded."""
        return self._map("sqrt")

    def copysign(self, other: "Number") -> "Number":
        """Take the sign of `other`, by bits."""
        sign = -(2 ** (self.format.width - 1))
        return ((self.bits() & ~sign) | (other.bits() & sign)).as_number()

    def times(self, factor: "Number | float", plus: "Number | float") -> "Number":
        """Multiply and add, rounding once where the machine can, otherwise twice."""
        operands = (self.handle, self.lift(factor).handle, self.lift(plus).handle)
        return Number(self.engine, self.format, self.engine.apply("fma", self.format.name, *operands))

    def bits(self) -> Integer:
        """Read the bits as an integer."""
        return Integer(
            self.engine, self.format, self.engine.apply("bitcast", self.format.integer, self.handle)
        )

    def widened(self) -> "Number":
        """Convert f32 to f64."""
        return Number(self.engine, FLOAT64, self.engine.apply("extf", "f64", self.handle))

    def narrowed(self) -> "Number":
        """Round f64 to f32."""
        return Number(self.engine, FLOAT32, self.engine.apply("truncf", "f32", self.handle))

    def clamped(self, low: float, high: float) -> "Number":
        """Limit to an interval; nan stays nan (each limit is one instruction on x86)."""
        above = (self > high).select(self.lift(high), self)
        return (above < low).select(above.lift(low), above)
