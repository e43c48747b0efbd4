// What a pass changed is a unified diff; a pass that changes nothing says so.
// RUN: isthmus-opt %s -p cse,canonicalize --print-changed -o %t 2>&1 | filecheck %s --match-full-lines

//      CHECK: --- before cse
// CHECK-NEXT: +++ after cse
//      CHECK: -    %{{.*}} = arith.addf %{{.*}}, %{{.*}} : f32
//  CHECK-NOT: +    %{{.*}} = arith.addf %{{.*}}, %{{.*}} : f32
//      CHECK: // ----- // canonicalize changed nothing
func.func @twice(%a: f32) -> (f32, f32) {
  %0 = arith.addf %a, %a : f32
  %1 = arith.addf %a, %a : f32
  return %0, %1 : f32, f32
}
