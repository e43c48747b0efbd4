// RUN: isthmus-opt %s | isthmus-opt | filecheck %s

// CHECK-LABEL: func.func @parameter
func.func @parameter() -> tensor<64x32xf32> {
  // CHECK: "hpc.parameter"() {key = "layers.0.weight"} : () -> tensor<64x32xf32>
  %w = "hpc.parameter"() {key = "layers.0.weight"} : () -> tensor<64x32xf32>
  return %w : tensor<64x32xf32>
}
