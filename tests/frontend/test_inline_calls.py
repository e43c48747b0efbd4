"""Inlining where bodies hold operations of ours."""

from isthmus.dialects.mlir import collect, context, parse, verify
from isthmus.frontend.inline_calls import inline_calls

PROGRAM = """
func.func @main(%x: tensor<4xf64>, %n: index) -> tensor<4xf64> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %0 = func.call @twice(%x) : (tensor<4xf64>) -> tensor<4xf64>
  %1 = scf.for %i = %zero to %n step %one iter_args(%y = %0) -> tensor<4xf64> {
    %2 = func.call @twice(%y) : (tensor<4xf64>) -> tensor<4xf64>
    scf.yield %2 : tensor<4xf64>
  }
  return %1 : tensor<4xf64>
}
func.func private @twice(%x: tensor<4xf64>) -> tensor<4xf64> {
  %0 = func.call @scaled(%x) : (tensor<4xf64>) -> tensor<4xf64>
  %1 = func.call @scaled(%0) : (tensor<4xf64>) -> tensor<4xf64>
  return %1 : tensor<4xf64>
}
func.func private @scaled(%x: tensor<4xf64>) -> tensor<4xf64> {
  %w = "hpc.parameter"() {key = "w"} : () -> tensor<4xf64>
  %zero = arith.constant 0 : index
  %s = tensor.extract %w[%zero] : tensor<4xf64>
  %e = tensor.empty() : tensor<4xf64>
  %r = linalg.generic {
    indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]
  } ins(%x : tensor<4xf64>) outs(%e : tensor<4xf64>) {
  ^bb0(%a: f64, %b: f64):
    %p = arith.mulf %a, %s : f64
    linalg.yield %p : f64
  } -> tensor<4xf64>
  return %r : tensor<4xf64>
}
"""


def test_calls_are_replaced_by_bodies_with_their_own_values() -> None:
    module = parse(PROGRAM, context())
    inline_calls(module)
    verify(module)
    assert len(collect(module, "func.func")) == 1
    assert not collect(module, "func.call")
    assert len(collect(module, "linalg.generic")) == len(collect(module, "hpc.parameter")) == 4


def test_functions_that_are_not_there_stay_called() -> None:
    module = parse(
        "func.func private @outside() -> f64\nfunc.func @main() -> f64 "
        "{ %0 = func.call @outside() : () -> f64 return %0 : f64 }",
        context(),
    )
    inline_calls(module)
    assert len(collect(module, "func.call")) == 1
