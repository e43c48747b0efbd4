"""Symbolic sizes: torch's symbols under the user's names."""

from collections.abc import Iterable
from typing import Any

import sympy
import torch
from torch.export import ExportedProgram

from isthmus.signature import UNKNOWN, Size

_PRINTABLE = (
    "Add",
    "Mul",
    "Pow",
    "Symbol",
    "Integer",
    "NegativeOne",
    "One",
    "Zero",
    "Max",
    "Min",
    "FloorDiv",
)
_MODULO = ("Mod", "PythonMod")


class Symbols:
    """Name the symbols of an exported program after the user's specs, or after input and axis."""

    def __init__(
        self, program: ExportedProgram, inputs: Iterable[tuple[str, torch.Tensor, tuple[object, ...]]]
    ):
        """Go through the inputs: name, fake tensor and the names the user gave their sizes (None for none)."""
        self._names: dict[Any, Any] = {}
        self._ranges = program.range_constraints
        for name, fake, wanted in inputs:
            for axis, size in enumerate(fake.shape):
                if isinstance(size, torch.SymInt):
                    self._learn(size.node.expr, wanted[axis] if wanted else None, f"{name}_{axis}")

    def _learn(self, expression: Any, wanted: object, fallback: str) -> None:
        for symbol in sorted(expression.free_symbols, key=str):
            if symbol in self._names:
                continue
            text = str(wanted) if wanted and expression == symbol else fallback
            taken = {str(name) for name in self._names.values()}
            while text in taken:
                text += "_"
            self._names[symbol] = sympy.Symbol(text, integer=True)

    def size(self, size: object) -> Size:
        """Spell a size: a number, an expression of named symbols, or UNKNOWN when the run decides it."""
        if not isinstance(size, torch.SymInt):
            return int(size)  # type: ignore[call-overload]
        expression = size.node.expr
        if expression.is_Integer:
            return int(expression)
        if not all(symbol in self._names for symbol in expression.free_symbols):
            return UNKNOWN
        return self._spell(expression)

    def _spell(self, expression: Any) -> str:
        names = [type(part).__name__ for part in sympy.preorder_traversal(expression)]
        if not all(name in _PRINTABLE or name in _MODULO for name in names):
            return UNKNOWN
        renamed = expression.xreplace(self._names)
        return str(renamed).replace("PythonMod(", "Mod(")

    def shape(self, fake: torch.Tensor) -> tuple[Size, ...]:
        """Spell every size of a tensor."""
        return tuple(self.size(size) for size in fake.shape)

    def ranges(self) -> dict[str, tuple[int, int | None]]:
        """Give the inclusive range of every named symbol; None is no upper bound."""
        return {str(name): self._range(symbol) for symbol, name in self._names.items()}

    def _range(self, symbol: Any) -> tuple[int, int | None]:
        bounds = self._ranges.get(symbol)
        if bounds is None:
            return (0, None)
        lower = int(bounds.lower) if bounds.lower.is_finite else 0
        upper = int(bounds.upper) if bounds.upper.is_Integer and int(bounds.upper) < 2**31 else None
        return (max(lower, 0), upper)
