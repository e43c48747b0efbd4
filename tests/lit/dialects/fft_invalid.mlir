// RUN: isthmus-opt %s --split-input --verify-diagnostics

func.func @unknown_kind(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error@+1 {{unknown kind 'r2r': expected one of 'c2c', 'r2c', 'c2r'}}
  %y = "hpc.fft"(%x) {kind = "r2r", direction = "forward", dimensions = array<i64: 0>, scale = 1.0 : f64}
    : (tensor<8xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

func.func @wrong_extent(%x: tensor<8xf32>) -> tensor<4xcomplex<f32>> {
  // expected-error@+1 {{expected result extents [5], got [4]}}
  %y = "hpc.fft"(%x) {kind = "r2c", direction = "forward", dimensions = array<i64: 0>, scale = 1.0 : f64}
    : (tensor<8xf32>) -> tensor<4xcomplex<f32>>
  return %y : tensor<4xcomplex<f32>>
}

// -----

func.func @dynamic_extent(%x: tensor<?xcomplex<f32>>) -> tensor<?xcomplex<f32>> {
  // expected-error@+1 {{transformed extents must be static}}
  %y = "hpc.fft"(%x) {kind = "c2c", direction = "forward", dimensions = array<i64: 0>, scale = 1.0 : f64}
    : (tensor<?xcomplex<f32>>) -> tensor<?xcomplex<f32>>
  return %y : tensor<?xcomplex<f32>>
}
