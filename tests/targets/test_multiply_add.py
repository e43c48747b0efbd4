"""Multiply-adds on processors without the instruction: split where two roundings are allowed, and only there."""

from iree.compiler import ir

from isthmus.targets.multiply_add import split_multiply_adds

TEXT = """func.func @f(%a: f64) -> (f64, f64) {
  %0 = math.fma %a, %a, %a fastmath<contract> : f64
  %1 = math.fma %a, %a, %a : f64
  return %0, %1 : f64, f64
}"""


def test_only_marked_multiply_adds_are_split() -> None:
    with ir.Context(), ir.Location.unknown():
        module = ir.Module.parse(TEXT)
        assert split_multiply_adds(module) == 1
        assert module.operation.verify()
        names = [op.operation.name for op in module.body.operations[0].regions[0].blocks[0]]
    assert names == ["arith.mulf", "arith.addf", "math.fma", "func.return"]
