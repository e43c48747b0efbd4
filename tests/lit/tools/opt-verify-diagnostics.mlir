// Every form of an expectation, met.
// RUN: isthmus-opt %s --split-input --verify-diagnostics --allow-unregistered -p 'one-shot-bufferize,convert-to-llvm'

func.func @here() -> f32 {
  return // expected-error {{has 0 operands}}
}
// -----
func.func @offset() -> f32 {
  // expected-error @+1 {{has 0 operands, but enclosing function (@offset) returns 1}}
  return
}
// -----
func.func @below() -> f32 {
  // expected-error @below {{has 0 operands}}
  // expected-note @below {{see current operation}}
  return
}
// -----
func.func @above() -> f32 {
  return
  // expected-error @above {{has 0 operands}}
}
// -----
func.func @regex() -> f32 {
  // expected-error-re @+1 {{has {{[0-9]+}} operands, but {{.*}} (@regex)}}
  return
}
// -----
// expected-error @below {{custom op 'not' is unknown}}
not mlir
// -----
func.func @in_a_pass(%a: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @below {{op was not bufferized}}
  %0 = "some.thing"(%a) : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
// -----
// expected-error @unknown {{has 0 operands}}
func.func @elsewhere() -> f32 {
  return loc("model.py":41:0)
}
