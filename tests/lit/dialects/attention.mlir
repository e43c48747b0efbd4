// RUN: isthmus-opt %s | isthmus-opt | filecheck %s

// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<8x64x16xf32>, %m: tensor<8x64x64xf32>) -> tensor<8x64x16xf32> {
  // CHECK: "hpc.attention"
  %y = "hpc.attention"(%q, %q, %q, %m) {scale = 0.25 : f64}
    : (tensor<8x64x16xf32>, tensor<8x64x16xf32>, tensor<8x64x16xf32>, tensor<8x64x64xf32>) -> tensor<8x64x16xf32>
  return %y : tensor<8x64x16xf32>
}
