// Operations that lack what they need, or hold something of the wrong kind, are errors like any other.
// RUN: isthmus-opt %s --split-input --verify-diagnostics

func.func @f(%a: tensor<3xf32>) {
  // expected-error @below {{is expected but not provided}}
  %0 = "hpc.fft"(%a) : (tensor<3xf32>) -> tensor<3xf32>
  return
}
// -----
func.func @f(%a: tensor<3xf32>) {
  // expected-error @below {{has an attribute of the wrong kind}}
  %0 = "hpc.fft"(%a) {kind = "c2c", direction = unit, dimensions = 3 : i32, scale = 1.0 : f64} : (tensor<3xf32>) -> tensor<3xf32>
  return
}
// -----
func.func @f(%a: tensor<3xcomplex<f32>>) {
  // expected-error @below {{op}}
  %0 = "hpc.fft"(%a) {kind = "c2c", direction = "forward", dimensions = "x", scale = 1.0 : f64} : (tensor<3xcomplex<f32>>) -> tensor<3xcomplex<f32>>
  return
}
// -----
func.func @f() {
  // expected-error @below {{is expected but not provided}}
  %0 = "hpc.parameter"() : () -> tensor<3xf32>
  return
}
// -----
func.func @f() {
  // expected-error @below {{is expected but not provided}}
  "hpc.call"() : () -> ()
  return
}
// -----
func.func @f() {
  // expected-error @below {{op}}
  %0 = "hpc.attention"() : () -> tensor<3xf32>
  return
}
// -----
func.func @f() {
  // expected-error @below {{op}}
  %0 = "hpc.fft"() {kind = "c2c", direction = "forward", dimensions = array<i64: 0>, scale = 1.0 : f64} : () -> tensor<3xf32>
  return
}
