"""The estimate of work that chooses the threads: counted by hand."""

from isthmus.dialects.mlir import context, parse
from isthmus.lowering.estimate_work import Work, estimate_work

MATMUL = """
#map = affine_map<(d0, d1) -> (d0, d1)>
func.func @main(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>, %o: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %c = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) outs(%o : tensor<4x16xf32>) -> tensor<4x16xf32>
  %d = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%c : tensor<4x16xf32>) outs(%o : tensor<4x16xf32>) {
  ^bb0(%x: f32, %y: f32):
    %s = arith.addf %x, %x : f32
    linalg.yield %s : f32
  } -> tensor<4x16xf32>
  return %d : tensor<4x16xf32>
}"""


def test_multiply_adds_count_two_and_elementwise_results_ten() -> None:
    assert estimate_work(parse(MATMUL, context())) == Work(2 * 4 * 8 * 16, 10 * 4 * 16)


def test_a_size_known_at_the_call_only_counts_as_a_typical_one() -> None:
    dynamic = MATMUL.replace("4x8", "?x8").replace("4x16", "?x16")
    assert estimate_work(parse(dynamic, context())) == Work(2 * 64 * 8 * 16, 10 * 64 * 16)
