// A pipeline mixes nested passes, options and the module's own; `-p` takes it with or without its anchor.
// RUN: isthmus-opt %s -p 'func.func(cse),canonicalize{max-iterations=3 top-down=true}' | filecheck %s
// RUN: isthmus-opt %s -p 'builtin.module(func.func(cse,canonicalize))' | filecheck %s
// RUN: isthmus-opt - -p cse,canonicalize < %s | filecheck %s
// RUN: isthmus-opt %s -p cse,canonicalize -o %t.mlir && filecheck %s < %t.mlir
// RUN: isthmus-opt %s -p cse,canonicalize --limit 0 | filecheck %s --check-prefix=NONE
// RUN: isthmus-opt %s --generic --locations | filecheck %s --check-prefix=GENERIC

// CHECK-LABEL: func.func @double
// CHECK-NEXT:    %[[SUM:.*]] = arith.addf
// CHECK-NEXT:    %[[PRODUCT:.*]] = arith.mulf %[[SUM]], %[[SUM]]
// CHECK-NEXT:    return %[[PRODUCT]]
// NONE-COUNT-2: arith.addf
// GENERIC: "func.func"()
// GENERIC: "arith.addf"(%{{.*}}, %{{.*}}){{.*}}loc(
func.func @double(%a: f32) -> f32 {
  %0 = arith.addf %a, %a : f32
  %1 = arith.addf %a, %a : f32
  %2 = arith.mulf %0, %1 : f32
  return %2 : f32
}
