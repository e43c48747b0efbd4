// RUN: isthmus-opt -p hoist-weights %s | filecheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>

// The weight, and what is computed from it alone, leave both loops; the work on the carried array stays.
// CHECK-LABEL: func.func @network
// CHECK:         %[[B:[a-z0-9]+]] = "hpc.parameter"() {key = "b"}
// CHECK:         %[[W:[a-z0-9]+]] = "hpc.parameter"() {key = "w"}
// CHECK:         %[[E:[a-z0-9]+]] = tensor.empty() : tensor<3x4xf64>
// CHECK:         %[[T:[a-z0-9]+]] = linalg.transpose ins(%[[W]] : tensor<4x3xf64>) outs(%[[E]] : tensor<3x4xf64>)
// CHECK:         scf.for
// CHECK-NOT:     hpc.parameter
// CHECK:           scf.for
// CHECK-NOT:         linalg.transpose
// CHECK:             linalg.fill
// CHECK:             linalg.matmul ins(%{{.*}}, %[[T]]
func.func @network(%x: tensor<4x3xf64>, %n: index) -> tensor<4x3xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<4x3xf64> {
    %b = "hpc.parameter"() {key = "b"} : () -> tensor<3xf64>
    %1 = scf.for %j = %c0 to %n step %c1 iter_args(%y = %a) -> tensor<4x3xf64> {
      %w = "hpc.parameter"() {key = "w"} : () -> tensor<4x3xf64>
      %e = tensor.empty() : tensor<3x4xf64>
      %t = linalg.transpose ins(%w : tensor<4x3xf64>) outs(%e : tensor<3x4xf64>) permutation = [1, 0]
      %zero = arith.constant 0.0 : f64
      %f = tensor.empty() : tensor<4x4xf64>
      %z = linalg.fill ins(%zero : f64) outs(%f : tensor<4x4xf64>) -> tensor<4x4xf64>
      %m = linalg.matmul ins(%y, %t : tensor<4x3xf64>, tensor<3x4xf64>) outs(%z : tensor<4x4xf64>) -> tensor<4x4xf64>
      %s = tensor.extract_slice %m[0, 0] [4, 3] [1, 1] : tensor<4x4xf64> to tensor<4x3xf64>
      %r = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
          ins(%s, %b : tensor<4x3xf64>, tensor<3xf64>) outs(%y : tensor<4x3xf64>) {
      ^bb0(%p: f64, %q: f64, %o: f64):
        %u = arith.addf %p, %q : f64
        linalg.yield %u : f64
      } -> tensor<4x3xf64>
      scf.yield %r : tensor<4x3xf64>
    }
    scf.yield %1 : tensor<4x3xf64>
  }
  return %0 : tensor<4x3xf64>
}

// What depends on the loop's own values does not move, be it inside of a region.
// CHECK-LABEL: func.func @scaled
// CHECK:         %[[W:[a-z0-9]+]] = "hpc.parameter"()
// CHECK:         scf.for
// CHECK:           linalg.generic {{.*}} ins(%[[W]]
func.func @scaled(%n: index) -> tensor<4xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = tensor.empty() : tensor<4xf64>
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%y = %x) -> tensor<4xf64> {
    %w = "hpc.parameter"() {key = "w"} : () -> tensor<4xf64>
    %k = arith.index_cast %i : index to i64
    %s = arith.sitofp %k : i64 to f64
    %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
        ins(%w : tensor<4xf64>) outs(%y : tensor<4xf64>) {
    ^bb0(%p: f64, %o: f64):
      %u = arith.mulf %p, %s : f64
      linalg.yield %u : f64
    } -> tensor<4xf64>
    scf.yield %r : tensor<4xf64>
  }
  return %0 : tensor<4xf64>
}
