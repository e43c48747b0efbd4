// RUN: isthmus-opt %s --split-input --verify-diagnostics

func.func @mixed_types(%q: tensor<8x4xf32>, %k: tensor<8x4xf64>) -> tensor<8x4xf32> {
  // expected-error@+1 {{'hpc.attention' op expected one element type}}
  %y = "hpc.attention"(%q, %k, %k) {scale = 1.0 : f64} : (tensor<8x4xf32>, tensor<8x4xf64>, tensor<8x4xf64>) -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}
