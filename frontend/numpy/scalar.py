"""`Scalar`: a number that only the run knows."""

from typing import Any

import numpy as np

from ...dialects.mlir import arith, complex, ir
from . import where
from .emitter import index, number
from .linear import Linear, Symbol
from .traced import Traced

Size = Any
"""A size or an index: a plain int where capture knows it, an integer `Scalar` otherwise."""


class Scalar(Traced):
    """Hold an immutable traced number.

    `value` is an SSA value of a builtin scalar type; `weak` marks a Python number, which gives way to any dtype.
    `linear` is the value as a linear expression of symbols, where it is an integer that is known to be one.
    """

    shape: tuple[int, ...] = ()
    ndim = 0
    size = 1

    def __init__(self, value: ir.Value, dtype: Any, weak: bool = False, linear: Linear | None = None) -> None:
        self.value = value
        self.dtype = np.dtype(dtype)
        self.weak = weak
        self._linear = linear

    @staticmethod
    def of_index(
        value: ir.Value, low: Size | None = None, high: Size | None = None, name: str | None = None
    ) -> "Scalar":
        """Make a weak int of a value of type `index`; the bounds (inclusive) spare clamping where it is an index."""
        bounds = [None if bound is None else linear_of(bound) for bound in (low, high)]
        symbol = Symbol(bounds[0], bounds[1], name)
        wide = arith.IndexCastOp(ir.IntegerType.get_signless(64), value).result
        return Scalar(wide, np.int64, weak=True, linear=Linear.of(symbol))

    @property
    def linear(self) -> Linear:
        """The value as a linear expression; one symbol when nothing better is known."""
        if self._linear is None:
            self._linear = Linear.of(Symbol())
        return self._linear

    def with_linear(self, linear: Linear) -> "Scalar":
        """Give the same number with something known of it."""
        return Scalar(self.value, self.dtype, self.weak, linear)

    def __repr__(self) -> str:
        return f"<traced {_name(self.dtype)}>"

    def __format__(self, _: str) -> str:
        return repr(self)

    def __getitem__(self, key: Any) -> Any:
        if key == () or key is Ellipsis:
            return self
        raise where.error(f"{self!r} has no elements", note="index an array")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.as_array(), name)

    def as_array(self) -> Any:
        """Give an array of no dimensions that holds the number."""
        from .array import Array
        from .structured import from_scalar

        return Array.of(from_scalar(self.value), self.dtype)

    @property
    def real(self) -> Any:
        """The real part."""
        return self._part(complex.ReOp)

    @property
    def imag(self) -> Any:
        """The imaginary part."""
        return (
            self._part(complex.ImOp)
            if self.dtype.kind == "c"
            else Scalar(number(0, self.value.type), self.dtype, self.weak)
        )

    def _part(self, take: Any) -> "Scalar":
        if self.dtype.kind != "c":
            return self
        return Scalar(take(self.value).result, f"f{self.dtype.itemsize // 2}", self.weak)

    def conj(self) -> Any:
        """Give the complex conjugate."""
        return np.conjugate(self)

    conjugate = conj

    def item(self) -> "Scalar":
        """Give the number as Python's own, whose dtype is weak."""
        return Scalar(self.value, self.dtype, weak=True, linear=self._linear)

    def astype(self, dtype: Any, **_: Any) -> "Scalar":
        """Convert to a dtype."""
        from .elementwise import cast

        return cast(self, np.dtype(dtype))


def linear_of(size: Size) -> Linear:
    """Give a size as a linear expression."""
    return size.linear if isinstance(size, Scalar) else Linear.of(size)


def index_value(size: Size) -> ir.Value:
    """Emit a size or an index as a value of type `index`."""
    if not isinstance(size, Scalar):
        return index(int(size))
    return arith.IndexCastOp(ir.IndexType.get(), size.value).result


def size_of_linear(linear: Linear, build: Any) -> Size:
    """Give a plain int when the expression is one, else the `Scalar` around the value that `build` emits."""
    if linear.is_constant:
        return linear.constant
    return Scalar(build(), np.int64, weak=True, linear=linear)


def same_size(left: Size, right: Size) -> bool:
    """Tell whether two sizes are known to be equal."""
    if left is right:
        return True
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return linear_of(left).same_as(linear_of(right))


def size_value(size: Size) -> ir.Value:
    """Emit a size as a value of type i64."""
    return size.value if isinstance(size, Scalar) else number(size, ir.IntegerType.get_signless(64))


def _name(dtype: np.dtype[Any]) -> str:
    from isthmus.dtypes import dtype_of

    return dtype_of(dtype).name
