// RUN: isthmus-opt %s -p clean | filecheck %s

// CHECK-LABEL: func.func @main
// CHECK-NOT: func.func private
func.func @main(%x: f64) -> f64 {
  // CHECK-NEXT: %[[Y:.*]] = arith.mulf %{{.*}}, %{{.*}} : f64
  // CHECK-NEXT: arith.addf %[[Y]], %[[Y]] : f64
  %0 = call @square(%x) : (f64) -> f64
  %1 = call @square(%x) : (f64) -> f64
  %dead = arith.addf %x, %x : f64
  %2 = arith.addf %0, %1 : f64
  return %2 : f64
}

func.func private @square(%x: f64) -> f64 {
  %0 = arith.mulf %x, %x : f64
  return %0 : f64
}
