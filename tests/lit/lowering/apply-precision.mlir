// RUN: isthmus-opt -p assign-precision{compute=bf16},apply-precision --split-input %s | filecheck %s --check-prefixes=CHECK,HALF
// RUN: isthmus-opt -p assign-precision{compute=f32},apply-precision --split-input %s | filecheck %s --check-prefixes=CHECK,SINGLE

// The weight is stored in bf16: its rounding moves before the transpose. Sums are f32, and so are the results outside.
// Between the products one rounding is left, inside the elementwise operation.
// CHECK-LABEL: func.func @network(%{{.*}}: tensor<4x8xf32>) -> tensor<4x8xf32>
// HALF:          %[[W:.*]] = "hpc.parameter"() {key = "w"} : () -> tensor<8x8xbf16>
// HALF:          %[[T:.*]] = linalg.transpose ins(%[[W]] : tensor<8x8xbf16>)
// HALF:          %[[X:.*]] = arith.truncf %{{.*}} : tensor<4x8xf32> to tensor<4x8xbf16>
// HALF:          %[[A:.*]] = linalg.matmul ins(%[[X]], %[[T]] : tensor<4x8xbf16>, tensor<8x8xbf16>) outs({{.*}}tensor<4x8xf32>) -> tensor<4x8xf32>
// HALF:          %[[B:.*]] = linalg.generic {{.*}} ins(%[[A]] : tensor<4x8xf32>) outs({{.*}} : tensor<4x8xbf16>)
// HALF:            math.tanh %{{.*}} : f32
// HALF-NEXT:       arith.truncf %{{.*}} : f32 to bf16
// HALF:          %[[C:.*]] = linalg.matmul ins(%[[B]], %[[T]]
// HALF-NOT:      arith.{{truncf|extf}}
// HALF:          return %[[C]]
// SINGLE-NOT:    bf16
// SINGLE:        return
func.func @network(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %i = linalg.fill ins(%zero : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %w = "hpc.parameter"() {key = "w"} : () -> tensor<8x8xf32>
  %we = tensor.empty() : tensor<8x8xf32>
  %t = linalg.transpose ins(%w : tensor<8x8xf32>) outs(%we : tensor<8x8xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<4x8xf32>, tensor<8x8xf32>) outs(%i : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %3 = math.tanh %in : f32
    linalg.yield %3 : f32
  } -> tensor<4x8xf32>
  %2 = linalg.matmul ins(%1, %t : tensor<4x8xf32>, tensor<8x8xf32>) outs(%i : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// -----

// All of an f64 program but its sums becomes f32: the constant, the initial values, the weight, the padding.
// CHECK-LABEL: func.func @single(%{{.*}}: tensor<1x1x8xf64>) -> tensor<1xf64>
// SINGLE:        %[[FACTOR:.*]] = arith.constant 5.000000e-01 : f32
// SINGLE:        %[[X:.*]] = arith.truncf %{{.*}} : tensor<1x1x8xf64> to tensor<1x1x8xf32>
// SINGLE:        tensor.pad %[[X]]
// SINGLE:        : tensor<1x1x8xf32> to tensor<1x1x10xf32>
// SINGLE:        "hpc.parameter"() {key = "k"} : () -> tensor<2x1x3xf32>
// SINGLE:        linalg.conv_1d_ncw_fcw ins({{.*}} : tensor<1x1x10xf32>, tensor<2x1x3xf32>) outs({{.*}} : tensor<1x2x8xf32>)
// SINGLE:        arith.mulf %{{.*}}, %[[FACTOR]] : f32
// SINGLE:        linalg.generic {{.*}} ins({{.*}} : tensor<1x2x8xf32>) outs({{.*}} : tensor<1xf64>)
// SINGLE:          arith.extf %{{.*}} : f32 to f64
// SINGLE-NEXT:     arith.addf %{{.*}} : f64
// SINGLE-NOT:    arith.truncf
// CHECK:         return
func.func @single(%x: tensor<1x1x8xf64>) -> tensor<1xf64> {
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %p = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%a: index, %b: index, %c: index):
    tensor.yield %zero : f64
  } : tensor<1x1x8xf64> to tensor<1x1x10xf64>
  %k = "hpc.parameter"() {key = "k"} : () -> tensor<2x1x3xf64>
  %e = tensor.empty() : tensor<1x2x8xf64>
  %i = linalg.fill ins(%zero : f64) outs(%e : tensor<1x2x8xf64>) -> tensor<1x2x8xf64>
  %0 = linalg.conv_1d_ncw_fcw ins(%p, %k : tensor<1x1x10xf64>, tensor<2x1x3xf64>) outs(%i : tensor<1x2x8xf64>) -> tensor<1x2x8xf64>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0 : tensor<1x2x8xf64>) outs(%e : tensor<1x2x8xf64>) {
  ^bb0(%in: f64, %out: f64):
    %4 = arith.mulf %in, %half : f64
    linalg.yield %4 : f64
  } -> tensor<1x2x8xf64>
  %se = tensor.empty() : tensor<1xf64>
  %s = linalg.fill ins(%zero : f64) outs(%se : tensor<1xf64>) -> tensor<1xf64>
  %2 = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i)>], iterator_types = ["parallel", "reduction", "reduction"]} ins(%1 : tensor<1x2x8xf64>) outs(%s : tensor<1xf64>) {
  ^bb0(%in: f64, %out: f64):
    %4 = arith.addf %in, %out : f64
    linalg.yield %4 : f64
  } -> tensor<1xf64>
  return %2 : tensor<1xf64>
}

// -----

// A weight that is also read unrounded is stored as it is.
// CHECK-LABEL: func.func @shared
// HALF:          %[[W:.*]] = "hpc.parameter"() {key = "w"} : () -> tensor<8x8xf32>
// HALF:          arith.truncf %[[W]] : tensor<8x8xf32> to tensor<8x8xbf16>
// HALF:          linalg.matmul
// CHECK:         return
func.func @shared(%x: tensor<4x8xf32>, %i: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<8x8xf32>) {
  %w = "hpc.parameter"() {key = "w"} : () -> tensor<8x8xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%i : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0, %w : tensor<4x8xf32>, tensor<8x8xf32>
}

// -----

// A weight repeated over a batch, and one looked up, are stored in bf16 too.
// CHECK-LABEL: func.func @moved
// HALF-DAG:      "hpc.parameter"() {key = "w"} : () -> tensor<8x8xbf16>
// HALF-DAG:      "hpc.parameter"() {key = "table"} : () -> tensor<32x8xbf16>
// HALF:          tensor.extract %{{.*}} : tensor<32x8xbf16>
// HALF:          linalg.batch_matmul ins({{.*}} : tensor<2x4x8xbf16>, tensor<2x8x8xbf16>)
// SINGLE-NOT:    bf16
// CHECK:         return
func.func @moved(%tokens: tensor<2x4xi64>, %i: tensor<2x4x8xf32>, %b: tensor<2x8x8xf32>) -> tensor<2x4x8xf32> {
  %table = "hpc.parameter"() {key = "table"} : () -> tensor<32x8xf32>
  %w = "hpc.parameter"() {key = "w"} : () -> tensor<8x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%tokens : tensor<2x4xi64>) outs(%i : tensor<2x4x8xf32>) {
  ^bb0(%in: i64, %out: f32):
    %3 = arith.index_cast %in : i64 to index
    %4 = linalg.index 2 : index
    %5 = tensor.extract %table[%3, %4] : tensor<32x8xf32>
    linalg.yield %5 : f32
  } -> tensor<2x4x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%w : tensor<8x8xf32>) outs(%b : tensor<2x8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x8x8xf32>
  %2 = linalg.batch_matmul ins(%0, %1 : tensor<2x4x8xf32>, tensor<2x8x8xf32>) outs(%i : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %2 : tensor<2x4x8xf32>
}

// -----

// The attribute alone decides: formats may be chosen for one operation only.
// CHECK-LABEL: func.func @by_hand
// CHECK:         linalg.dot ins(%{{.*}}, %{{.*}} : tensor<8xf16>, tensor<8xf16>)
// CHECK-NOT:     hpc.precision
// CHECK:         return
func.func @by_hand(%x: tensor<8xf32>, %i: tensor<f32>) -> tensor<f32> {
  %0 = linalg.dot {hpc.precision = {operands = "f16", arithmetic = "f32", results = "f32"}} ins(%x, %x : tensor<8xf32>, tensor<8xf32>) outs(%i : tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}
