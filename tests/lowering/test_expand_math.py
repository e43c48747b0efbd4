"""`expand-math`: what it rewrites and what it leaves."""

import pytest

from isthmus.dialects.mlir import collect, context, ir, operations, parse, verify
from isthmus.lowering.elementary.table import FORMULAS
from isthmus.lowering.expand_math import ExpandMath

KEPT = {"math.absf", "math.fma", "math.sqrt"}


def expanded(body: str) -> ir.Module:
    """Run the pass on a function whose body is given."""
    fresh = context()
    module = parse(f"func.func @main({body} return }}", fresh)
    with fresh, ir.Location.unknown():
        ExpandMath().apply(module)
    verify(module)
    return module


@pytest.mark.parametrize(
    "kind", ["f32", "f64", "f16", "bf16", "vector<4xf32>", "tensor<2x3xf64>", "vector<[4]xf64>"]
)
@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_each_function_becomes_arithmetic(name: str, kind: str) -> None:
    operands = "%x, %x" if name in ("math.atan2", "math.powf") else "%x"
    module = expanded(f"%x: {kind}) {{ %y = {name} {operands} : {kind}")
    left = {found.name for found in operations(module) if found.name.startswith("math.")}
    assert left <= KEPT


def test_f64_is_computed_in_f64() -> None:
    module = expanded("%x: f64, %y: f64) { %z = math.powf %x, %y : f64 %s = math.sin %z : f64")
    assert not collect(module, ("arith.truncf", "arith.extf"))


def test_half_precision_is_computed_in_f32() -> None:
    module = expanded("%x: bf16) { %y = math.tanh %x : bf16")
    assert [str(found.results[0].type) for found in collect(module, ("arith.extf", "arith.truncf"))] == [
        "f32",
        "bf16",
    ]


def test_integer_powers_become_arithmetic() -> None:
    module = expanded("%x: f32, %n: i32) { %y = math.fpowi %x, %n : f32, i32")
    assert not collect(module, "math.fpowi")


def test_both_results_of_sincos_are_replaced() -> None:
    module = expanded("%x: f64) { %s, %c = math.sincos %x : f64")
    assert not collect(module, "math.sincos")


@pytest.mark.parametrize("operation", ["math.sqrt", "math.rsqrt", "math.floor", "math.absf"])
def test_operations_iree_gets_right_stay(operation: str) -> None:
    module = expanded(f"%x: f64) {{ %y = {operation} %x : f64")
    assert len(list(operations(module))) == 3


def test_dynamic_tensors_stay() -> None:
    module = expanded("%x: tensor<?xf32>) { %y = math.exp %x : tensor<?xf32>")
    assert collect(module, "math.exp")
