// RUN: isthmus-opt -p assign-precision{compute=bf16} --split-input %s | filecheck %s --check-prefixes=CHECK,HALF
// RUN: isthmus-opt -p assign-precision{compute=f32} --split-input %s | filecheck %s --check-prefixes=CHECK,SINGLE

// Contractions read bf16 and sum in f32; what only they read is stored in bf16, what is returned is not.
// In an f32 program there is nothing to do for the f32 preset.
// CHECK-LABEL: func.func @network
// HALF:          linalg.matmul {hpc.precision = {arithmetic = "f32", operands = "bf16", results = "f32"}}
// HALF:          linalg.generic {{.*}} attrs = {hpc.precision = {arithmetic = "f32", operands = "f32", results = "bf16"}}
// HALF:          linalg.matmul {hpc.precision
// HALF-NOT:      hpc.precision
// SINGLE-NOT:    hpc.precision
// CHECK:         return
func.func @network(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %b: tensor<8xf32>, %i: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%i : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%0, %b : tensor<4x8xf32>, tensor<8xf32>) outs(%i : tensor<4x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %4 = arith.addf %in, %bias : f32
    linalg.yield %4 : f32
  } -> tensor<4x8xf32>
  %2 = linalg.matmul ins(%1, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%i : tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<4x8xf32>) outs(%i : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = math.tanh %in : f32
    linalg.yield %4 : f32
  } -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// -----

// Sums, and what they read, keep their format at 16 bits. The f32 preset reads f32 and sums in f64.
// A sum of squares is one, not a contraction.
// CHECK-LABEL: func.func @statistics
// SINGLE:        attrs = {hpc.precision = {arithmetic = "f32", operands = "f32", results = "f32"}}
// SINGLE:        arith.subf
// SINGLE:        attrs = {hpc.precision = {arithmetic = "f64", operands = "f32", results = "f64"}}
// SINGLE-NEXT:   ^bb0
// SINGLE-NEXT:   arith.mulf
// HALF-NOT:      hpc.precision
// CHECK:         return
func.func @statistics(%x: tensor<4x8xf64>, %mean: tensor<4xf64>, %i: tensor<4x8xf64>) -> tensor<4xf64> {
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x, %mean : tensor<4x8xf64>, tensor<4xf64>) outs(%i : tensor<4x8xf64>) {
  ^bb0(%in: f64, %center: f64, %out: f64):
    %2 = arith.subf %in, %center : f64
    linalg.yield %2 : f64
  } -> tensor<4x8xf64>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%0, %0 : tensor<4x8xf64>, tensor<4x8xf64>) outs(%mean : tensor<4xf64>) {
  ^bb0(%in: f64, %again: f64, %out: f64):
    %2 = arith.mulf %in, %again : f64
    %3 = arith.addf %2, %out : f64
    linalg.yield %3 : f64
  } -> tensor<4xf64>
  return %1 : tensor<4xf64>
}

// -----

// Tables of the program (roots of unity) and positions stay exact; so does the argument of a cosine.
// CHECK-LABEL: func.func @exact
// CHECK-NOT:     hpc.precision
// CHECK:         return
func.func @exact(%x: tensor<4x2xf32>, %f: tensor<8xf32>, %i: tensor<4x2xf32>, %n: tensor<8x8xf32>) -> (tensor<4x2xf32>, tensor<8x8xf32>, tensor<8x8xf32>) {
  %table = arith.constant dense<[[1.0, 0.5], [0.5, -1.0]]> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %table : tensor<4x2xf32>, tensor<2x2xf32>) outs(%i : tensor<4x2xf32>) -> tensor<4x2xf32>
  %1 = tensor.empty() : tensor<8xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%1 : tensor<8xf32>) {
  ^bb0(%out: f32):
    %6 = linalg.index 0 : index
    %7 = arith.index_cast %6 : index to i32
    %8 = arith.sitofp %7 : i32 to f32
    linalg.yield %8 : f32
  } -> tensor<8xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%2, %f : tensor<8xf32>, tensor<8xf32>) outs(%n : tensor<8x8xf32>) {
  ^bb0(%in: f32, %frequency: f32, %out: f32):
    %6 = arith.mulf %in, %frequency : f32
    linalg.yield %6 : f32
  } -> tensor<8x8xf32>
  %4 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%3 : tensor<8x8xf32>) outs(%n : tensor<8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = math.cos %in : f32
    linalg.yield %6 : f32
  } -> tensor<8x8xf32>
  %5 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%3 : tensor<8x8xf32>) outs(%n : tensor<8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = math.sin %in : f32
    linalg.yield %6 : f32
  } -> tensor<8x8xf32>
  return %0, %4, %5 : tensor<4x2xf32>, tensor<8x8xf32>, tensor<8x8xf32>
}

// -----

// A product of a matrix with itself is a contraction; an attribute that is there already stays.
// CHECK-LABEL: func.func @itself
// HALF:          linalg.matmul {hpc.precision = {arithmetic = "f32", operands = "bf16", results = "f32"}}
// CHECK:         linalg.matmul {hpc.precision = {arithmetic = "f32", operands = "f16", results = "f32"}}
// CHECK:         return
func.func @itself(%x: tensor<4x4xf32>, %i: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = linalg.matmul ins(%x, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i : tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = linalg.matmul {hpc.precision = {arithmetic = "f32", operands = "f16", results = "f32"}} ins(%0, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%i : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}

// -----

// Integers have no other format.
// CHECK-LABEL: func.func @integers
// CHECK-NOT:     hpc.precision
// CHECK:         return
func.func @integers(%a: tensor<4x4xi32>, %i: tensor<4x4xi32>) -> tensor<4x4xi32> {
  %0 = linalg.matmul ins(%a, %a : tensor<4x4xi32>, tensor<4x4xi32>) outs(%i : tensor<4x4xi32>) -> tensor<4x4xi32>
  return %0 : tensor<4x4xi32>
}
