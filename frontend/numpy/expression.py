"""Scalar arithmetic spelled with Python's operators, for the formulas inside of bodies."""

from typing import Any, Union

from ...dialects.mlir import arith, ir, math
from .emitter import number

Operand = Union["Real", float]
_F = arith.CmpFPredicate
_I = arith.CmpIPredicate


class Real:
    """Wrap a floating-point SSA value."""

    def __init__(self, value: ir.Value) -> None:
        self.value = value

    def like(self, other: Operand) -> "Real":
        """Give an operand as a value of this one's type."""
        return other if isinstance(other, Real) else Real(number(other, self.value.type))

    def __add__(self, other: Operand) -> "Real":
        return Real(arith.AddFOp(self.value, self.like(other).value).result)

    def __sub__(self, other: Operand) -> "Real":
        return Real(arith.SubFOp(self.value, self.like(other).value).result)

    def __mul__(self, other: Operand) -> "Real":
        return Real(arith.MulFOp(self.value, self.like(other).value).result)

    def __truediv__(self, other: Operand) -> "Real":
        return Real(arith.DivFOp(self.value, self.like(other).value).result)

    def __radd__(self, other: Operand) -> "Real":
        return self.like(other) + self

    def __rsub__(self, other: Operand) -> "Real":
        return self.like(other) - self

    def __rmul__(self, other: Operand) -> "Real":
        return self.like(other) * self

    def __rtruediv__(self, other: Operand) -> "Real":
        return self.like(other) / self

    def __neg__(self) -> "Real":
        return Real(arith.NegFOp(self.value).result)

    def __abs__(self) -> "Real":
        return Real(math.AbsFOp(self.value).result)

    def __lt__(self, other: Operand) -> ir.Value:
        return self._compare(_F.OLT, other)

    def __le__(self, other: Operand) -> ir.Value:
        return self._compare(_F.OLE, other)

    def __gt__(self, other: Operand) -> ir.Value:
        return self._compare(_F.OGT, other)

    def __ge__(self, other: Operand) -> ir.Value:
        return self._compare(_F.OGE, other)

    def equals(self, other: Operand) -> ir.Value:
        """Compare: false for NaN."""
        return self._compare(_F.OEQ, other)

    def differs(self, other: Operand) -> ir.Value:
        """Compare: true for NaN."""
        return self._compare(_F.UNE, other)

    def is_nan(self) -> ir.Value:
        """Tell whether it is NaN."""
        return self._compare(_F.UNO, self)

    def _compare(self, predicate: Any, other: Operand) -> ir.Value:
        return arith.CmpFOp(predicate, self.value, self.like(other).value).result

    def with_sign_of(self, other: Operand) -> "Real":
        """Take the sign of another number."""
        return Real(math.CopySignOp(self.value, self.like(other).value).result)

    def apply(self, function: Any, *others: Operand) -> "Real":
        """Apply an operation of the math dialect."""
        return Real(function(self.value, *(self.like(other).value for other in others)).result)

    def remainder(self, other: Operand) -> "Real":
        """Give C's `fmod`."""
        return Real(arith.RemFOp(self.value, self.like(other).value).result)

    def larger(self, other: Operand) -> "Real":
        """Give the larger one; NaN when one is NaN."""
        return Real(arith.MaximumFOp(self.value, self.like(other).value).result)

    def smaller(self, other: Operand) -> "Real":
        """Give the smaller one; NaN when one is NaN."""
        return Real(arith.MinimumFOp(self.value, self.like(other).value).result)


def choose(condition: ir.Value, left: Operand, right: Operand) -> Real:
    """Give `left` where the condition holds, `right` elsewhere; one of them is a `Real`."""
    typed = left if isinstance(left, Real) else right
    assert isinstance(typed, Real)
    return Real(arith.SelectOp(condition, typed.like(left).value, typed.like(right).value).result)


def both(left: ir.Value, right: ir.Value) -> ir.Value:
    """Combine conditions by and."""
    return arith.AndIOp(left, right).result


def either(left: ir.Value, right: ir.Value) -> ir.Value:
    """Combine conditions by or."""
    return arith.OrIOp(left, right).result


def opposite(condition: ir.Value) -> ir.Value:
    """Negate a condition."""
    return arith.XOrIOp(condition, number(1, condition.type)).result


def select(condition: ir.Value, left: ir.Value, right: ir.Value) -> ir.Value:
    """Give `left` where the condition holds, `right` elsewhere."""
    return arith.SelectOp(condition, left, right).result


def compare(predicate: str, left: ir.Value, right: ir.Value | int) -> ir.Value:
    """Compare integers: 'eq', 'ne', 'slt', 'ult' …."""
    other = number(right, left.type) if isinstance(right, int) else right
    return arith.CmpIOp(getattr(_I, predicate), left, other).result


def plain(value: int, like: ir.Value) -> ir.Value:
    """Emit an integer constant of another value's type."""
    return number(value, like.type)
