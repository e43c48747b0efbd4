// What was expected and did not come, and what came unexpected, are both errors; all are listed.
// RUN: not isthmus-opt %s --split-input --verify-diagnostics 2>&1 | filecheck %s

// CHECK: opt-verify-diagnostics-fails.mlir:11:1: error: unexpected error: 'func.return' op has 0 operands
// CHECK: opt-verify-diagnostics-fails.mlir:14: error: expected error "something else" was not produced
// CHECK: opt-verify-diagnostics-fails.mlir:16:1: error: unexpected error: 'func.return' op has 0 operands
// CHECK: opt-verify-diagnostics-fails.mlir:20: error: malformed expectation

// -----
func.func @unexpected() -> f32 {
return
}
// -----
// expected-error @+0 {{something else}}
func.func @other() -> f32 {
return
}
// -----
func.func @malformed() -> f32 {
return // expected-error {{has 0 operands}} and more
}
