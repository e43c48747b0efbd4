"""Reductions that may run in any order: how partial results combine."""

from dataclasses import dataclass
from typing import Any

from ...dialects.mlir import ir
from .builder import Builder
from .stages import Stage

_KINDS = {
    "arith.addf": "add",
    "arith.addi": "add",
    "arith.mulf": "mul",
    "arith.muli": "mul",
    "arith.maximumf": "maximumf",
    "arith.minimumf": "minimumf",
    "arith.maxnumf": "maxnumf",
    "arith.minnumf": "minnumf",
    "arith.maxsi": "maxsi",
    "arith.minsi": "minsi",
    "arith.maxui": "maxui",
    "arith.minui": "minui",
    "arith.ori": "or",
    "arith.andi": "and",
    "arith.xori": "xor",
}


@dataclass(frozen=True)
class Combiner:
    """Hold the operation (`arith.addf`, …) that joins an old value and a new one."""

    name: str

    def neutral(self, builder: Builder, kind: ir.Type, lanes: int) -> ir.Value:
        """Write a vector of values that change nothing."""
        attribute = self._neutral(kind)
        vector = ir.VectorType.get([lanes], kind)
        return builder.constant(ir.DenseElementsAttr.get_splat(vector, attribute), vector)

    def _neutral(self, kind: Any) -> ir.Attribute:
        operation = self.name.removeprefix("arith.")
        if operation[-1] == "f":
            values = {
                "addf": -0.0,
                "mulf": 1.0,
                "maximumf": -_INF,
                "minimumf": _INF,
                "maxnumf": _NAN,
                "minnumf": _NAN,
            }
            return ir.FloatAttr.get(kind, values[operation])
        bits = int(kind.width)
        low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        values_ = {
            "addi": 0,
            "muli": 1,
            "maxsi": low,
            "minsi": high,
            "maxui": 0,
            "minui": -1,
            "ori": 0,
            "andi": -1,
            "xori": 0,
        }
        return ir.IntegerAttr.get(kind, values_[operation])

    def total(self, builder: Builder, partial: ir.Value, old: ir.Value) -> ir.Value:
        """Join the lanes of a vector and the old value."""
        kind = ir.Attribute.parse(f"#vector.kind<{_KINDS[self.name]}>")
        lanes = builder.value("vector.reduction", [partial], old.type, {"kind": kind})
        return builder.value(self.name, [old, lanes], old.type)


_INF = float("inf")
_NAN = float("nan")


def combiner_of(stage: Stage, output: int) -> Combiner | None:
    """Recognise `yield combine(old, f(inputs))`, with the old value used nowhere else."""
    if stage.body is None:
        return None
    old = stage.body.arguments[len(stage.inputs) + output]
    uses = list(old.uses)
    last = list(stage.body.operations)[-1].operation
    result = last.operands[output]
    if len(uses) != 1 or isinstance(result.owner, ir.Block):
        return None
    op = result.owner.operation
    if op.name in _KINDS and uses[0].owner.operation == op and len(list(result.uses)) == 1:
        return Combiner(op.name)
    return None
