// RUN: isthmus-opt %s -p convert-hpc-attention | filecheck %s

// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<8x64x16xf64>, %m: tensor<8x64x64xf64>) -> tensor<8x64x16xf64> {
  // CHECK-NOT: hpc.attention
  // CHECK: arith.maximumf
  // CHECK: math.exp {{.*}} : f64
  // CHECK: arith.divf
  %y = "hpc.attention"(%q, %q, %q, %m) {scale = 0.25 : f64}
    : (tensor<8x64x16xf64>, tensor<8x64x16xf64>, tensor<8x64x16xf64>, tensor<8x64x64xf64>) -> tensor<8x64x16xf64>
  return %y : tensor<8x64x16xf64>
}
