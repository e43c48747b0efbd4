// RUN: isthmus-opt %s | isthmus-opt | filecheck %s

// CHECK-LABEL: func.func @fft
func.func @fft(%x: tensor<?x64x64xf32>) -> tensor<?x64x33xcomplex<f32>> {
  // CHECK: "hpc.fft"(%{{.*}}) {dimensions = array<i64: 1, 2>, direction = "forward", kind = "r2c", scale = 1.000000e+00 : f64}
  %y = "hpc.fft"(%x) {kind = "r2c", direction = "forward", dimensions = array<i64: 1, 2>, scale = 1.0 : f64}
    : (tensor<?x64x64xf32>) -> tensor<?x64x33xcomplex<f32>>
  return %y : tensor<?x64x33xcomplex<f32>>
}
