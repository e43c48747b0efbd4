// RUN: isthmus-opt -p fuse-stencils --split-input %s | filecheck %s
// RUN: isthmus-opt -p fuse-stencils{max-recompute=200} --split-input %s | filecheck %s --check-prefix=MORE

// A flux read at two places goes into its reader, each of its values computed once.
// CHECK-DAG:   #[[A:.*]] = affine_map<(d0) -> (d0)>
// CHECK-DAG:   #[[B:.*]] = affine_map<(d0) -> (d0 + 1)>
// CHECK-DAG:   #[[C:.*]] = affine_map<(d0) -> (d0 + 2)>
// CHECK-LABEL: func.func @flux
// CHECK-COUNT-1: "hpc.stencil"
// CHECK-NEXT:    ^bb0(%[[U0:.*]]: f64, %[[U1:.*]]: f64, %[[U2:.*]]: f64):
// CHECK-NEXT:      %[[F0:.*]] = arith.subf %[[U1]], %[[U0]]
// CHECK-NEXT:      %[[F1:.*]] = arith.subf %[[U2]], %[[U1]]
// CHECK-NEXT:      %[[D:.*]] = arith.subf %[[F1]], %[[F0]]
// CHECK-NEXT:      %[[S:.*]] = arith.addf %[[U1]], %[[D]]
// CHECK-NEXT:      "hpc.yield"(%[[S]])
// CHECK-NEXT:    }) {accesses = [#[[A]], #[[B]], #[[C]]]
// CHECK-NOT:     "hpc.stencil"
// CHECK:         return
func.func @flux(%u: tensor<8xf64>) -> tensor<6xf64> {
  %flux = "hpc.stencil"(%u) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.subf %b, %a : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 0>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>) -> tensor<7xf64>
  %new = "hpc.stencil"(%u, %flux) ({
  ^bb0(%a: f64, %b: f64, %c: f64):
    %0 = arith.subf %c, %b : f64
    %1 = arith.addf %a, %0 : f64
    "hpc.yield"(%1) : (f64) -> ()
  }) {sources = array<i64: 0, 1, 1>, accesses = [affine_map<(d0) -> (d0 + 1)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>], operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<7xf64>) -> tensor<6xf64>
  return %new : tensor<6xf64>
}

// -----

// An expensive producer is stored, unless more may be computed again.
// CHECK-LABEL: func.func @expensive
// CHECK-COUNT-2: "hpc.stencil"
// MORE-LABEL:  func.func @expensive
// MORE-COUNT-1:  "hpc.stencil"
// MORE-NOT:      "hpc.stencil"
// MORE:          return
func.func @expensive(%u: tensor<8xf64>) -> tensor<6xf64> {
  %flux = "hpc.stencil"(%u) ({
  ^bb0(%a: f64, %b: f64):
    %0 = math.exp %b : f64
    %1 = math.powf %0, %a : f64
    "hpc.yield"(%1) : (f64) -> ()
  }) {sources = array<i64: 0, 0>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>) -> tensor<7xf64>
  %new = "hpc.stencil"(%u, %flux) ({
  ^bb0(%a: f64, %b: f64, %c: f64):
    %0 = arith.subf %c, %b : f64
    %1 = arith.addf %a, %0 : f64
    "hpc.yield"(%1) : (f64) -> ()
  }) {sources = array<i64: 0, 1, 1>, accesses = [affine_map<(d0) -> (d0 + 1)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>], operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<7xf64>) -> tensor<6xf64>
  return %new : tensor<6xf64>
}

// -----

// At one place it is computed there, whatever it costs.
// CHECK-LABEL: func.func @one_place
// CHECK-COUNT-1: "hpc.stencil"
// CHECK:           math.powf
// CHECK-NEXT:      arith.addf
// CHECK-NOT:     "hpc.stencil"
// CHECK:         return
func.func @one_place(%u: tensor<8xf64>) -> tensor<6xf64> {
  %flux = "hpc.stencil"(%u) ({
  ^bb0(%a: f64, %b: f64):
    %0 = math.exp %b : f64
    %1 = math.powf %0, %a : f64
    "hpc.yield"(%1) : (f64) -> ()
  }) {sources = array<i64: 0, 0>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>) -> tensor<7xf64>
  %new = "hpc.stencil"(%u, %flux) ({
  ^bb0(%a: f64, %b: f64):
    %1 = arith.addf %a, %b : f64
    "hpc.yield"(%1) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0 + 1)>, affine_map<(d0) -> (d0 + 1)>], operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<7xf64>) -> tensor<6xf64>
  return %new : tensor<6xf64>
}

// -----

// Through a region that was written, with the border taken from elsewhere.
// CHECK-LABEL: func.func @through_region
// CHECK-COUNT-1: "hpc.stencil"(%arg0) ({
// CHECK-NOT:     tensor.insert_slice
// CHECK:         return
func.func @through_region(%u: tensor<8xf64>, %v: tensor<9xf64>) -> tensor<6xf64> {
  %flux = "hpc.stencil"(%u) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.subf %b, %a : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 0>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>) -> tensor<7xf64>
  %all = tensor.insert_slice %flux into %v[1] [7] [1] : tensor<7xf64> into tensor<9xf64>
  %new = "hpc.stencil"(%all) ({
  ^bb0(%a: f64, %b: f64):
    %1 = arith.subf %b, %a : f64
    "hpc.yield"(%1) : (f64) -> ()
  }) {sources = array<i64: 0, 0>, accesses = [affine_map<(d0) -> (d0 + 1)>, affine_map<(d0) -> (d0 + 2)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<9xf64>) -> tensor<6xf64>
  return %new : tensor<6xf64>
}

// -----

// Over one domain, with a shared input: one pass, two results, and the second reads the first's value.
// CHECK-LABEL: func.func @together
// CHECK:         %[[R:.*]]:2 = "hpc.stencil"(%arg0, %arg1) ({
// CHECK:           %[[P:.*]] = arith.mulf
// CHECK-NEXT:      %[[Q:.*]] = arith.addf %[[P]],
// CHECK-NEXT:      "hpc.yield"(%[[P]], %[[Q]])
// CHECK-NOT:     "hpc.stencil"
// CHECK:         return %[[R]]#0, %[[R]]#1
func.func @together(%u: tensor<8xf64>, %v: tensor<8xf64>) -> (tensor<8xf64>, tensor<8xf64>) {
  %p = "hpc.stencil"(%u, %v) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.mulf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  %q = "hpc.stencil"(%p, %u) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.addf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  return %p, %q : tensor<8xf64>, tensor<8xf64>
}

// -----

// Not together: the second needs a sum of the first. Operations between move out of the way where nothing forbids it.
// CHECK-LABEL: func.func @apart
// CHECK-COUNT-2: "hpc.stencil"
// CHECK:         return
func.func @apart(%u: tensor<8xf64>, %v: tensor<8xf64>) -> (tensor<8xf64>, tensor<8xf64>) {
  %p = "hpc.stencil"(%u, %v) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.mulf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  %zero = arith.constant dense<0.0> : tensor<f64>
  %sum = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]} ins(%p : tensor<8xf64>) outs(%zero : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %0 = arith.addf %a, %o : f64
    linalg.yield %0 : f64
  } -> tensor<f64>
  %q = "hpc.stencil"(%u, %sum) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.addf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<f64>) -> tensor<8xf64>
  return %p, %q : tensor<8xf64>, tensor<8xf64>
}

// CHECK-LABEL: func.func @around
// CHECK:         "hpc.stencil"
// CHECK-NOT:     "hpc.stencil"
// CHECK:         linalg.generic
// CHECK:         return
func.func @around(%u: tensor<8xf64>, %v: tensor<8xf64>) -> (tensor<8xf64>, tensor<8xf64>, tensor<f64>) {
  %p = "hpc.stencil"(%u, %v) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.mulf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  %zero = arith.constant dense<0.0> : tensor<f64>
  %sum = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]} ins(%p : tensor<8xf64>) outs(%zero : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %0 = arith.addf %a, %o : f64
    linalg.yield %0 : f64
  } -> tensor<f64>
  %q = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    %0 = arith.negf %a : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>) -> tensor<8xf64>
  return %p, %q, %sum : tensor<8xf64>, tensor<8xf64>, tensor<f64>
}

// -----

// A profile is not computed for each point of a field, unless it costs next to nothing.
// CHECK-LABEL: func.func @profile
// CHECK-COUNT-2: "hpc.stencil"
// CHECK:         return
func.func @profile(%u: tensor<8xf64>, %w: tensor<9x7xf64>) -> tensor<9x7xf64> {
  %p = "hpc.stencil"(%u) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.divf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 0>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>) -> tensor<7xf64>
  %q = "hpc.stencil"(%w, %p) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.mulf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<9x7xf64>, tensor<7xf64>) -> tensor<9x7xf64>
  return %q : tensor<9x7xf64>
}

// -----

// The loop reads what is made before it; inside, its own stencils fuse.
// CHECK-LABEL: func.func @loop
// CHECK:         "hpc.stencil"
// CHECK:         scf.for
// CHECK:           "hpc.stencil"
// CHECK-NOT:     "hpc.stencil"
// CHECK:         return
func.func @loop(%u: tensor<8xf64>, %v: tensor<8xf64>) -> tensor<8xf64> {
  %p = "hpc.stencil"(%u, %v) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.mulf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %r = scf.for %i = %c0 to %c9 step %c1 iter_args(%x = %u) -> (tensor<8xf64>) {
  %s1 = "hpc.stencil"(%x) ({
  ^bb0(%a: f64):
    %0 = arith.mulf %a, %a : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>) -> tensor<8xf64>
  %s2 = "hpc.stencil"(%s1, %p) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.addf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  scf.yield %s2 : tensor<8xf64>
  }
  return %r : tensor<8xf64>
}
