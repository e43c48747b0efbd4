// RUN: isthmus-opt %s | isthmus-opt | filecheck %s
// RUN: isthmus-opt -p canonicalize,cse %s | filecheck %s --check-prefix=CLEAN

// Neighbours, a broadcast row, a fixed row and a scalar from above; two results.
// CHECK-LABEL: func.func @every_form
// CHECK:         "hpc.stencil"(%arg0, %arg1) ({
// CHECK-NEXT:    ^bb0
// CHECK:           arith.mulf %{{.*}}, %arg2 : f64
// CHECK:           "hpc.yield"(%{{.*}}, %{{.*}}) : (f64, f64) -> ()
// CHECK:         operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>, sources = array<i64: 0, 0, 1, 0>
func.func @every_form(%u: tensor<8x8xf64>, %row: tensor<8xf64>, %c: f64) -> (tensor<6x8xf64>, tensor<6x8xf64>) {
  %0:2 = "hpc.stencil"(%u, %row) ({
  ^bb0(%a: f64, %b: f64, %r: f64, %first: f64):
    %1 = arith.subf %b, %a : f64
    %2 = arith.mulf %1, %c : f64
    %3 = arith.addf %r, %first : f64
    "hpc.yield"(%2, %3) : (f64, f64) -> ()
  }) {sources = array<i64: 0, 0, 1, 0>,
      accesses = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0 + 2, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (0, d1)>],
      operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8x8xf64>, tensor<8xf64>) -> (tensor<6x8xf64>, tensor<6x8xf64>)
  return %0#0, %0#1 : tensor<6x8xf64>, tensor<6x8xf64>
}

// Constants move out of the region, dead stencils go.
// CLEAN-LABEL: func.func @dynamic
// CLEAN-NEXT:    %[[C:.*]] = arith.constant 2.0
// CLEAN-NEXT:    "hpc.stencil"
// CLEAN-NEXT:    ^bb0(%[[A:.*]]: f32):
// CLEAN-NEXT:      arith.mulf %[[A]], %[[C]]
// CLEAN-NOT:     "hpc.stencil"
// CLEAN:         return
func.func @dynamic(%u: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %0 = "hpc.stencil"(%u, %n) ({
  ^bb0(%a: f32):
    %c = arith.constant 2.0 : f32
    %1 = arith.mulf %a, %c : f32
    "hpc.yield"(%1) : (f32) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0 + 1)>],
      operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1>}
    : (tensor<?xf32>, index) -> tensor<?xf32>
  %2 = "hpc.stencil"(%u, %n) ({
  ^bb0(%a: f32):
    "hpc.yield"(%a) : (f32) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0 + 1)>],
      operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1>}
    : (tensor<?xf32>, index) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
