// RUN: isthmus-opt %s --split-input --verify-diagnostics

func.func @no_namespace(%x: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{callee must read 'namespace::name', got 'flux'}}
  %y = "hpc.call"(%x) {callee = "flux", arguments = {},
    operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> tensor<8xf64>
  return %y : tensor<8xf64>
}
