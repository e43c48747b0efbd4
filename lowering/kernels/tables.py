"""Tables by operation: the bindings' hash of an operation follows its operands, and dies with it."""

from typing import Generic, TypeVar

from ...dialects.mlir import ir

_NUMBER = "hpc.number"

Value = TypeVar("Value")


class Table(Generic[Value]):
    """Map operations to values by a number that each operation carries."""

    def __init__(self) -> None:
        self._values: list[Value] = []

    def __setitem__(self, op: ir.Operation, value: Value) -> None:
        with op.context:
            number = ir.IntegerAttr.get(ir.IntegerType.get_signless(64), len(self._values))
        op.attributes[_NUMBER] = number
        self._values.append(value)

    def get(self, op: ir.Operation) -> Value | None:
        """Give an operation's value, None for one that has none."""
        if _NUMBER not in op.attributes:
            return None
        return self._values[ir.IntegerAttr(op.attributes[_NUMBER]).value]

    def __contains__(self, op: ir.Operation) -> bool:
        return _NUMBER in op.attributes

    def __getitem__(self, op: ir.Operation) -> Value:
        found = self.get(op)
        assert found is not None
        return found
