// A pass that fails leaves the IR from before it, and the command that runs it again fails the same way.
// RUN: not isthmus-opt %s -p 'cse,one-shot-bufferize,canonicalize' --allow-unregistered --reproducer %t.mlir 2>&1 | filecheck %s
// RUN: filecheck %s --check-prefix=FILE < %t.mlir
// RUN: not isthmus-opt --run-reproducer %t.mlir 2>&1 | filecheck %s --check-prefix=AGAIN
// RUN: not isthmus-opt --run-reproducer %s 2>&1 | filecheck %s --check-prefix=NONE

// CHECK: opt-reproducer.mlir:18:{{.*}}error: op was not bufferized
// CHECK: note: pass 'one-shot-bufferize' failed; reproduce with: isthmus-opt --run-reproducer {{.*}}.mlir
// FILE: // reproduce with: isthmus-opt --run-reproducer
// FILE: // failure: op was not bufferized
// FILE: // configuration: -p one-shot-bufferize --allow-unregistered
// FILE: func.func @f
// FILE-COUNT-1: some.thing
// FILE-NOT: some.thing
// AGAIN: error: op was not bufferized
// NONE: isthmus-opt: error: the file is no reproducer: it has no '// configuration:' line
func.func @f(%a: tensor<3xf32>) -> tensor<3xf32> {
  %0 = "some.thing"(%a) : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
