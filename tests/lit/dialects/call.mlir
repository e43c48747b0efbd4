// RUN: isthmus-opt %s | isthmus-opt | filecheck %s

// CHECK-LABEL: func.func @call
func.func @call(%x: tensor<8xf64>) -> tensor<8xf64> {
  // CHECK: "hpc.call"(%{{.*}}) {arguments = {limit = 2.000000e+00 : f64}, callee = "physics::flux"
  %y = "hpc.call"(%x) {callee = "physics::flux", arguments = {limit = 2.0 : f64},
    operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> tensor<8xf64>
  return %y : tensor<8xf64>
}
