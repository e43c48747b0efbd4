// RUN: isthmus-opt %s -p expand-math --split-input | filecheck %s

// CHECK-LABEL: @exponential
// CHECK-NOT: math.exp
// CHECK: math.fma {{.*}} fastmath<contract> : f64
// CHECK-NOT: math.exp
// CHECK: arith.select
func.func @exponential(%x: f64) -> f64 {
  %y = math.exp %x : f64
  return %y : f64
}

// -----

// CHECK-LABEL: @in_a_body
// CHECK: ^bb0(%[[X:.*]]: bf16, %{{.*}}: bf16):
// CHECK: %[[WIDE:.*]] = arith.extf %[[X]] : bf16 to f32
// CHECK: %[[RESULT:.*]] = arith.truncf %{{.*}} : f32 to bf16
// CHECK-NEXT: linalg.yield %[[RESULT]] : bf16
func.func @in_a_body(%x: tensor<?xbf16>) -> tensor<?xbf16> {
  %y = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
      ins(%x : tensor<?xbf16>) outs(%x : tensor<?xbf16>) {
  ^bb0(%in: bf16, %out: bf16):
    %t = math.tanh %in : bf16
    linalg.yield %t : bf16
  } -> tensor<?xbf16>
  return %y : tensor<?xbf16>
}

// -----

// CHECK-LABEL: @vectors
// CHECK-DAG: arith.constant dense<{{.*}}> : vector<8xf32>
// CHECK-NOT: math.erf
// CHECK: return %{{.*}} : vector<8xf32>
func.func @vectors(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.erf %x : vector<8xf32>
  return %y : vector<8xf32>
}

// -----

// CHECK-LABEL: @kept
// CHECK-NEXT: math.sqrt
// CHECK-NEXT: math.floor
// CHECK-NEXT: return
func.func @kept(%x: f64) -> f64 {
  %y = math.sqrt %x : f64
  %z = math.floor %y : f64
  return %z : f64
}
