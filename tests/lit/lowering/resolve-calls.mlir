// RUN: isthmus-opt %s -p resolve-calls --verify-diagnostics

func.func @main(%x: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@* {{no registration for operator}}
  %y = "hpc.call"(%x) {callee = "physics::flux", arguments = {limit = 2.0 : f64},
    operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> tensor<8xf64>
  return %y : tensor<8xf64>
}
