// The IR is printed before the first and after each pass; `--time` prints a row for each pass.
// RUN: isthmus-opt %s -p cse,canonicalize --print-between -o %t 2>&1 | filecheck %s
// RUN: isthmus-opt %s -p cse,canonicalize --time -o %t 2>&1 | filecheck %s --check-prefix=TIME

// CHECK: // ----- // the input
// CHECK-COUNT-2: arith.addf
// CHECK: // ----- // after cse
// CHECK-COUNT-1: arith.addf
// CHECK: // ----- // after canonicalize
// CHECK-COUNT-1: arith.addf
// CHECK-NOT: arith.addf
// TIME: {{[0-9.]+}} s {{.*}}% cse
// TIME-NEXT: {{[0-9.]+}} s {{.*}}% canonicalize
// TIME-NEXT: {{[0-9.]+}} s total
func.func @twice(%a: f32) -> (f32, f32) {
  %0 = arith.addf %a, %a : f32
  %1 = arith.addf %a, %a : f32
  return %0, %1 : f32, f32
}
