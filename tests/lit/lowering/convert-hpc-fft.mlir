// RUN: isthmus-opt %s -p convert-hpc-fft --split-input | filecheck %s

// A short length is one contraction over planes and points.
// CHECK-LABEL: func.func @short
func.func @short(%x: tensor<4x16xf32>) -> tensor<4x9xcomplex<f32>> {
  // CHECK-NOT: hpc.fft
  // CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]
  // CHECK: complex.create
  %y = "hpc.fft"(%x) {kind = "r2c", direction = "forward", dimensions = array<i64: 1>, scale = 1.0 : f64}
    : (tensor<4x16xf32>) -> tensor<4x9xcomplex<f32>>
  return %y : tensor<4x9xcomplex<f32>>
}

// -----

// A composite length is split; the batch may be dynamic.
// CHECK-LABEL: func.func @composite
func.func @composite(%x: tensor<?x1024xcomplex<f64>>) -> tensor<?x1024xcomplex<f64>> {
  // CHECK: tensor.expand_shape {{.*}} into tensor<2x?x32x32xf64>
  // CHECK: tensor.collapse_shape
  // CHECK-NOT: hpc.fft
  %y = "hpc.fft"(%x) {kind = "c2c", direction = "inverse", dimensions = array<i64: 1>, scale = 1.0 : f64}
    : (tensor<?x1024xcomplex<f64>>) -> tensor<?x1024xcomplex<f64>>
  return %y : tensor<?x1024xcomplex<f64>>
}

// -----

// A long prime length becomes a padded convolution.
// CHECK-LABEL: func.func @prime
func.func @prime(%x: tensor<1009xcomplex<f64>>) -> tensor<1009xcomplex<f64>> {
  // CHECK: tensor.pad
  // CHECK-NOT: hpc.fft
  %y = "hpc.fft"(%x) {kind = "c2c", direction = "forward", dimensions = array<i64: 0>, scale = 1.0 : f64}
    : (tensor<1009xcomplex<f64>>) -> tensor<1009xcomplex<f64>>
  return %y : tensor<1009xcomplex<f64>>
}
