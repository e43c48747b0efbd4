// RUN: isthmus-opt %s -p guard-indices --split-input | filecheck %s

#rows = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>

// A gather is clamped, and a reduction over its index array counts what was outside.
// CHECK-LABEL: func.func @main
// CHECK-SAME: -> (tensor<3x4xf32>, tensor<i64>) attributes {hpc.checks = ["an index is out of range{{.*}}"]}
func.func @main(%table: tensor<10x4xf32>, %i: tensor<3xi64>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<3x4xf32>
  // CHECK: %[[COUNT:.*]] = linalg.generic {{.*}}iterator_types = ["reduction"]} ins(%{{.*}} : tensor<3xi64>)
  // CHECK: arith.cmpi uge
  // CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
  // CHECK: arith.minsi
  // CHECK: arith.maxsi
  // CHECK-NOT: cf.assert
  // CHECK: tensor.extract
  // CHECK: return %{{.*}}, %[[COUNT]] : tensor<3x4xf32>, tensor<i64>
  %r = linalg.generic {indexing_maps = [#rows, #all], iterator_types = ["parallel", "parallel"]}
      ins(%i : tensor<3xi64>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%in: i64, %out: f32):
    %row = arith.index_cast %in : i64 to index
    %c10 = arith.constant 10 : index
    %ok = arith.cmpi slt, %row, %c10 : index
    cf.assert %ok, "index must be smaller than dim size"
    %column = linalg.index 1 : index
    %x = tensor.extract %table[%row, %column] : tensor<10x4xf32>
    linalg.yield %x : f32
  } -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>

// Indices that loops decide need no guard.
// CHECK-LABEL: func.func @main
// CHECK-SAME: -> tensor<4x3xf32> {
// CHECK-NOT: arith.minsi
func.func @main(%x: tensor<3x4xf32>) -> tensor<4x3xf32> {
  %e = tensor.empty() : tensor<4x3xf32>
  %r = linalg.generic {indexing_maps = [#all], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x3xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %v = tensor.extract %x[%j, %i] : tensor<3x4xf32>
    linalg.yield %v : f32
  } -> tensor<4x3xf32>
  return %r : tensor<4x3xf32>
}
