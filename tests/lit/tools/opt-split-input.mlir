// Chunks are inputs of their own, joined again in the output; line numbers are the whole file's.
// RUN: isthmus-opt %s --split-input | filecheck %s
// RUN: not isthmus-opt %S/Inputs/second-chunk-broken.mlir --split-input 2>&1 | filecheck %s --check-prefix=LINE

// CHECK: func.func private @same
// CHECK: // -----
// CHECK: func.func private @same
// LINE: second-chunk-broken.mlir:4:3: error: 'func.return' op has 0 operands
func.func private @same()
// -----
func.func private @same()
