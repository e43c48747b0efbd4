"""What the arithmetic of a stencil costs, in additions."""

from collections.abc import Iterable

from ...dialects.mlir import ir
from .expressions import Expression, reachable

_WEIGHTS: dict[str, float] = {
    **dict.fromkeys(("arith.constant", "arith.bitcast", "math.copysign", "complex.constant"), 0),
    **dict.fromkeys(("arith.divf", "math.sqrt", "math.rsqrt"), 10),
    **dict.fromkeys((f"arith.{name}" for name in ("remf", "divsi", "divui", "remsi", "remui")), 20),
    **dict.fromkeys(("math.absf", "math.absi", "math.fma", "complex.create", "complex.re", "complex.im"), 1),
    **dict.fromkeys((f"math.{name}" for name in ("floor", "ceil", "round", "roundeven", "trunc")), 1),
    **dict.fromkeys(("arith.maximumf", "arith.minimumf"), 3),
    "math.powf": 60,
    "math.fpowi": 10,
    "complex.add": 2,
    "complex.sub": 2,
    "complex.mul": 6,
    "complex.div": 30,
}
"""Throughput of vector units relative to an addition; a function of `math` costs a polynomial."""

_OTHERS = (("arith.", 1.0), ("math.", 25.0), ("complex.", 50.0))


def cost_of(roots: Iterable[Expression]) -> float:
    """Add up the operations that expressions need, shared ones once."""
    return sum(_weight(expression) for expression in reachable(roots))


def _weight(expression: Expression) -> float:
    content = expression.content
    if not isinstance(content, ir.Operation):
        return 0
    name = content.name
    others = next((weight for prefix, weight in _OTHERS if name.startswith(prefix)), 1.0)
    return _WEIGHTS.get(name, others)
