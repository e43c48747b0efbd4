// RUN: isthmus-opt -p contractions-to-matmul --split-input %s | filecheck %s

// out[q, b, k, w] = sum over p, j of x[p, b, j, w] t[p, q, j, k]: a transform along the axis j.
// CHECK-LABEL: func.func @along_an_axis
// CHECK:         linalg.transpose ins(%arg1 {{.*}} permutation = [1, 3, 0, 2]
// CHECK:         linalg.transpose ins(%arg0 {{.*}} permutation = [0, 2, 1, 3]
// CHECK:         linalg.matmul ins(%{{.*}} : tensor<10x8xf32>, tensor<8x18xf32>)
// CHECK:         linalg.transpose {{.*}} permutation = [0, 2, 1, 3]
// CHECK-NOT:     linalg.generic
func.func @along_an_axis(%x: tensor<2x3x4x6xf32>, %t: tensor<2x2x4x5xf32>) -> tensor<2x3x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x5x6xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x3x5x6xf32>) -> tensor<2x3x5x6xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(q, b, k, w, p, j) -> (p, b, j, w)>, affine_map<(q, b, k, w, p, j) -> (p, q, j, k)>, affine_map<(q, b, k, w, p, j) -> (q, b, k, w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %t : tensor<2x3x4x6xf32>, tensor<2x2x4x5xf32>) outs(%init : tensor<2x3x5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %out, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<2x3x5x6xf32>
  return %0 : tensor<2x3x5x6xf32>
}

// -----

// A dimension of both operands and the result is a batch.
// CHECK-LABEL: func.func @batched
// CHECK:         linalg.batch_matmul ins(%{{.*}} : tensor<4x12x3xf64>, tensor<4x3x5xf64>)
func.func @batched(%x: tensor<2x4x6x3xf64>, %y: tensor<4x3x5xf64>) -> tensor<4x2x6x5xf64> {
  %zero = arith.constant 0.0 : f64
  %empty = tensor.empty() : tensor<4x2x6x5xf64>
  %init = linalg.fill ins(%zero : f64) outs(%empty : tensor<4x2x6x5xf64>) -> tensor<4x2x6x5xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(b, i, l, j, k) -> (i, b, l, k)>, affine_map<(b, i, l, j, k) -> (b, k, j)>, affine_map<(b, i, l, j, k) -> (b, i, l, j)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %y : tensor<2x4x6x3xf64>, tensor<4x3x5xf64>) outs(%init : tensor<4x2x6x5xf64>) {
  ^bb0(%a: f64, %b: f64, %out: f64):
    %1 = arith.mulf %a, %b : f64
    %2 = arith.addf %1, %out : f64
    linalg.yield %2 : f64
  } -> tensor<4x2x6x5xf64>
  return %0 : tensor<4x2x6x5xf64>
}

// -----

// A batched product as attention writes it, with a unit dimension, is one already.
// CHECK-LABEL: func.func @already
// CHECK-NOT:     linalg.batch_matmul
// CHECK:         linalg.generic
func.func @already(%q: tensor<1x8x6x4xf32>, %k: tensor<1x8x5x4xf32>) -> tensor<1x8x6x5xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x8x6x5xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x8x6x5xf32>) -> tensor<1x8x6x5xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(b, h, i, j, d) -> (b, h, i, d)>, affine_map<(b, h, i, j, d) -> (b, h, j, d)>, affine_map<(b, h, i, j, d) -> (b, h, i, j)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<1x8x6x4xf32>, tensor<1x8x5x4xf32>) outs(%init : tensor<1x8x6x5xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %out, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<1x8x6x5xf32>
  return %0 : tensor<1x8x6x5xf32>
}

// -----

// No product: a matrix by a vector, and a sum that starts from something.
// CHECK-LABEL: func.func @left_alone
// CHECK-NOT:     linalg.matmul
// CHECK-COUNT-2: linalg.generic
func.func @left_alone(%x: tensor<2x3xf32>, %y: tensor<3xf32>, %z: tensor<3x4xf32>, %start: tensor<2x4xf32>) -> (tensor<2xf32>, tensor<2x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<2xf32>) -> tensor<2xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, k) -> (i, k)>, affine_map<(i, k) -> (k)>, affine_map<(i, k) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%x, %y : tensor<2x3xf32>, tensor<3xf32>) outs(%init : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %out, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<2xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %z : tensor<2x3xf32>, tensor<3x4xf32>) outs(%start : tensor<2x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %out, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<2x4xf32>
  return %0, %3 : tensor<2xf32>, tensor<2x4xf32>
}
