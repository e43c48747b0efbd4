// RUN: isthmus-opt -p fuse-elementwise --split-input %s | filecheck %s

// A chain on tensors becomes one loop.
// CHECK-LABEL: func.func @chain
// CHECK-COUNT-1: linalg.generic
// CHECK:           arith.mulf
// CHECK-NEXT:      arith.addf
// CHECK-NEXT:      math.sqrt
// CHECK-NOT:     linalg.generic
// CHECK:         return
func.func @chain(%a: tensor<?x8xf64>, %b: tensor<?x8xf64>) -> tensor<?x8xf64> {
  %0 = arith.mulf %a, %b : tensor<?x8xf64>
  %1 = arith.addf %0, %a : tensor<?x8xf64>
  %2 = math.sqrt %1 : tensor<?x8xf64>
  return %2 : tensor<?x8xf64>
}

// -----

// A transposing reader composes the maps; the sum takes in what it reads.
// CHECK-DAG:   #[[T:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-LABEL: func.func @into_reduction
// CHECK:         linalg.generic {indexing_maps = [#[[T]], #{{.*}}], iterator_types = ["parallel", "reduction"]} ins(%{{.*}} : tensor<4x8xf32>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      math.exp
// CHECK-NEXT:      arith.addf
func.func @into_reduction(%a: tensor<4x8xf32>, %init: tensor<8xf32>) -> tensor<8xf32> {
  %0 = math.exp %a : tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%0 : tensor<4x8xf32>) outs(%init : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %in, %out : f32
    linalg.yield %2 : f32
  } -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// What would be computed more than once is not fused: two readers, a broadcast, a contraction.
// CHECK-LABEL: func.func @stored
// CHECK:           math.exp
// CHECK:         linalg.generic
// CHECK:           arith.addf
// CHECK:         linalg.matmul
func.func @stored(%row: tensor<8xf32>, %a: tensor<8x8xf32>, %init: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8xf32>) {
  %0 = math.exp %row : tensor<8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%a, %0 : tensor<8x8xf32>, tensor<8xf32>) outs(%init : tensor<8x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %3 = arith.addf %in, %bias : f32
    linalg.yield %3 : f32
  } -> tensor<8x8xf32>
  %2 = linalg.matmul ins(%1, %a : tensor<8x8xf32>, tensor<8x8xf32>) outs(%init : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %2, %0 : tensor<8x8xf32>, tensor<8xf32>
}

// -----

// An operand read twice is one producer.
// CHECK-LABEL: func.func @square
// CHECK-COUNT-1: linalg.generic
// CHECK:           %[[D:.*]] = arith.subf
// CHECK-NEXT:      arith.mulf %[[D]], %[[D]]
// CHECK-NOT:     linalg.generic
// CHECK:         return
func.func @square(%a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<8xf32> {
  %0 = arith.subf %a, %b : tensor<8xf32>
  %1 = arith.mulf %0, %0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}
