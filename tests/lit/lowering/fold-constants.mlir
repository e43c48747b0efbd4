// RUN: isthmus-opt -p fold-constants %s | filecheck %s --check-prefixes=CHECK,BIG
// RUN: isthmus-opt -p fold-constants{limit=4} %s | filecheck %s --check-prefixes=CHECK,SMALL

// A rounding conversion is folded, to nearest: 0.1 as float32.
// CHECK-LABEL: func.func @scalar
// CHECK-NEXT:    %[[C:.*]] = arith.constant 1.000000e-01 : f32
// CHECK-NEXT:    return %[[C]]
func.func @scalar() -> f32 {
  %0 = arith.constant 0.1 : f64
  %1 = arith.truncf %0 : f64 to f32
  return %1 : f32
}

// BIG-LABEL:   func.func @transposed
// BIG-NEXT:      arith.constant dense<{{\[}}[0.000000e+00, 3.000000e+00], [1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00]]>
// BIG-NEXT:      return
// SMALL-LABEL: func.func @transposed
// SMALL:         linalg.transpose
func.func @transposed() -> tensor<3x2xf32> {
  %0 = arith.constant dense<[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %1 = tensor.empty() : tensor<3x2xf32>
  %2 = linalg.transpose ins(%0 : tensor<2x3xf32>) outs(%1 : tensor<3x2xf32>) permutation = [1, 0]
  return %2 : tensor<3x2xf32>
}

// A format that NumPy has no name for stays as it is.
// CHECK-LABEL: func.func @narrow
// CHECK: arith.truncf %{{.*}} : tensor<2xf32> to tensor<2xbf16>
func.func @narrow() -> tensor<2xbf16> {
  %0 = arith.constant dense<[0.1, 2.5]> : tensor<2xf32>
  %1 = arith.truncf %0 : tensor<2xf32> to tensor<2xbf16>
  return %1 : tensor<2xbf16>
}
