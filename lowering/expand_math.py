"""Replace elementary functions by arithmetic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..dialects.mlir import arith, collect, ir, replace
from .elementary.engine import MlirEngine
from .elementary.integers import Word, integer_power, remainder_bits
from .elementary.number import FLOAT32, FLOAT64, Format, Integer, Number
from .elementary.power import power_by_integer
from .elementary.table import FORMULAS
from .elementary.trigonometric import sincos
from .passes import Pass

_FORMATS: dict[str, Format] = {"f16": FLOAT32, "bf16": FLOAT32, "f32": FLOAT32, "f64": FLOAT64}
"""The format each element type is computed in."""


_INTEGER_POWER = "math.ipowi"


@dataclass(frozen=True)
class ExpandMath(Pass):
    """Replace elementary functions (`math.exp`, `math.tanh` …) by branch-free arithmetic, exact to a few ulp.

    f32 and f64 are computed in their own format, f16 and bf16 in f32. On scalars, vectors and tensors of static shape
    (`convert-elementwise-to-linalg` turns the others into scalars). Left are `sqrt`, `rsqrt`, `fma`, `absf`,
    `copysign`, rounding, and what is not in the table. IREE either lacks the functions in f64 (undefined symbols) or
    gets small arguments wrong; no flag of its is needed, products may be contracted.
    """

    name: ClassVar[str] = "expand-math"

    def apply(self, module: ir.Module) -> None:
        """Expand every operation of the table, where it stands."""
        for found in collect(module, _is_expanded):
            with ir.InsertionPoint(found), found.location:
                values = _expand(found)
            replace(found, values)


def _is_expanded(operation: ir.Operation) -> bool:
    if operation.name not in _BUILDERS and operation.name != _INTEGER_POWER:
        return False
    like = operation.results[0].type
    element = str(_element(like))
    if operation.name == "arith.remf":  # a loop, on scalars; IREE has the other types' functions
        return str(like) == "f64"
    if isinstance(like, ir.ShapedType) and not like.has_static_shape:
        return False
    return element.startswith("i") if operation.name == _INTEGER_POWER else element in _FORMATS


def _expand(operation: ir.Operation) -> list[ir.Value]:
    """Build the replacement of `operation` before it: widen, compute, narrow."""
    like = operation.results[0].type
    engine = MlirEngine(like)
    if operation.name == _INTEGER_POWER:
        base, exponent = (Word(engine, str(_element(like)), operand) for operand in operation.operands)
        return [integer_power(base, exponent).value]
    form = _FORMATS[str(_element(like))]
    is_narrow = _element(like) != _element(engine.type_of(form.name))
    operands = list(operation.operands)
    if is_narrow:
        wide = engine.type_of(form.name)
        operands = [arith.extf(wide, x) if x.type == like else x for x in operands]
    results = _BUILDERS[operation.name](engine, form, operands)
    return [arith.truncf(like, x.handle) if is_narrow else x.handle for x in results]


def _element(kind: ir.Type) -> ir.Type:
    return kind.element_type if isinstance(kind, ir.ShapedType) else kind


Builder = Callable[[MlirEngine, Format, Sequence[ir.Value]], Sequence[Number]]


def _formula(function: Callable[..., Number]) -> Builder:
    def build(engine: MlirEngine, form: Format, operands: Sequence[ir.Value]) -> Sequence[Number]:
        return [function(*(Number(engine, form, operand) for operand in operands))]

    return build


def _fpowi(engine: MlirEngine, form: Format, operands: Sequence[ir.Value]) -> Sequence[Number]:
    exponent = Number(engine, FLOAT64, engine.apply("sitofp", "f64", operands[1]))
    return [power_by_integer(Number(engine, form, operands[0]), exponent)]


def _sincos(engine: MlirEngine, form: Format, operands: Sequence[ir.Value]) -> Sequence[Number]:
    return sincos(Number(engine, form, operands[0]))


def _remainder(engine: MlirEngine, form: Format, operands: Sequence[ir.Value]) -> Sequence[Number]:
    bits = [Word(engine, form.integer, Number(engine, form, operand).bits().handle) for operand in operands]
    return [Integer(engine, form, remainder_bits(*bits).value).as_number()]


_BUILDERS: dict[str, Builder] = {
    "arith.remf": _remainder,
    "math.fpowi": _fpowi,
    "math.sincos": _sincos,
    **{name: _formula(function) for name, function in FORMULAS.items()},
}
