// Remarks of upstream's passes can be expected, and are printed otherwise; they fail nothing.
// RUN: isthmus-opt %s -p transform-interpreter --verify-diagnostics
// RUN: isthmus-opt %s -p transform-interpreter -o %t 2>&1 | filecheck %s

// CHECK: opt-remarks.mlir:9:8: remark: an addition
module attributes {transform.with_named_sequence} {
func.func @f(%a: f32) -> f32 {
  // expected-remark @below {{an addition}}
  %0 = arith.addf %a, %a : f32
  return %0 : f32
}
transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
  %0 = transform.structured.match ops{["arith.addf"]} in %root : (!transform.any_op) -> !transform.any_op
  transform.debug.emit_remark_at %0, "an addition" : !transform.any_op
  transform.yield
}
}
