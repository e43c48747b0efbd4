// A pass that ends the process is an error with a reproducer, asked for or not; the command lives on.
// RUN: not isthmus-crash %s -p cse,crash 2>&1 | filecheck %s
// RUN: not isthmus-crash %s -p cse,crash --reproducer %t.mlir 2>&1 | filecheck %s
// RUN: filecheck %s --check-prefix=FILE < %t.mlir
// RUN: not isthmus-crash --run-reproducer %t.mlir 2>&1 | filecheck %s
// RUN: isthmus-crash %s -p cse --reproducer %t.gone && not cat %t.gone
// RUN: not isthmus-crash %s -p cse,stumble,canonicalize 2>&1 | filecheck %s --check-prefix=STUMBLE
// RUN: not isthmus-crash %s -p spoil,cse --verify-each 2>&1 | filecheck %s --check-prefix=SPOIL

// CHECK: isthmus-opt: error: crashed with SIGSEGV while running pass 'crash'
// CHECK-NEXT: note: reproduce with: isthmus-opt --run-reproducer {{.*}}.mlir
// FILE: // configuration: -p crash
// FILE: arith.addf
// FILE-NOT: arith.addf
// STUMBLE: isthmus-opt: error: internal error: KeyError: 'stumbled'
// STUMBLE-NEXT: note: pass 'stumble' failed; reproduce with: isthmus-opt --run-reproducer
// STUMBLE-NEXT: note: this is a bug in isthmus, please report it with
// SPOIL: opt-crash.mlir:23:{{.*}}error: 'func.return' op has 0 operands
// SPOIL: note: pass 'spoil' failed; reproduce with: isthmus-opt --run-reproducer
func.func @twice(%a: f32) -> (f32, f32) {
  %0 = arith.addf %a, %a : f32
  %1 = arith.addf %a, %a : f32
  return %0, %1 : f32, f32
}
