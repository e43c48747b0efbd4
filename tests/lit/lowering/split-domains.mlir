// RUN: isthmus-opt -p split-domains --split-input %s | filecheck %s
// RUN: isthmus-opt -p split-domains,fuse-stencils --split-input %s | filecheck %s --check-prefix=FUSED

// Differences around a ring: both ends of the array are read in one place only, and the bulk has plain offsets.
// CHECK-DAG:   #[[D:.*]] = affine_map<(d0) -> (d0)>
// CHECK-DAG:   #[[NEXT:.*]] = affine_map<(d0) -> (d0 + 1)>
// CHECK-DAG:   #[[LAST:.*]] = affine_map<(d0) -> (d0 + 31)>
// CHECK-LABEL: func.func @ring
// CHECK:         %[[BULK:.*]] = "hpc.stencil"(%arg0)
// CHECK:         accesses = [#[[D]], #[[NEXT]]]
// CHECK-SAME:      -> tensor<31xf64>
// CHECK:         %[[END:.*]] = "hpc.stencil"(%arg0)
// CHECK:         accesses = [#[[D]], #[[LAST]]]
// CHECK-SAME:      -> tensor<1xf64>
// CHECK:         %[[E:.*]] = tensor.empty
// CHECK:         %[[A:.*]] = tensor.insert_slice %[[BULK]] into %[[E]][1] [31] [1]
// CHECK:         %[[B:.*]] = tensor.insert_slice %[[END]] into %[[A]][0] [1] [1]
// CHECK:         return %[[B]]
func.func @ring(%u: tensor<32xf64>) -> tensor<32xf64> attributes {hpc.simulation} {
  %e = tensor.empty() : tensor<32xf64>
  %r0 = tensor.extract_slice %u[0] [31] [1] : tensor<32xf64> to tensor<31xf64>
  %r1 = tensor.insert_slice %r0 into %e[1] [31] [1] : tensor<31xf64> into tensor<32xf64>
  %r2 = tensor.extract_slice %u[31] [1] [1] : tensor<32xf64> to tensor<1xf64>
  %r = tensor.insert_slice %r2 into %r1[0] [1] [1] : tensor<1xf64> into tensor<32xf64>
  %d = "hpc.stencil"(%u, %r) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.subf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<32xf64>, tensor<32xf64>) -> tensor<32xf64>
  return %d : tensor<32xf64>
}

// -----

// What reads the parts is cut in turn, and nothing in between is stored.
// CHECK-LABEL: func.func @twice
// CHECK-COUNT-5: "hpc.stencil"
// CHECK-NOT:     "hpc.stencil"
// FUSED-LABEL: func.func @twice
// FUSED-COUNT-2: "hpc.stencil"(%arg0) ({
// FUSED-NOT:     "hpc.stencil"
// FUSED:         tensor.insert_slice {{.*}}[2] [30] [1]
// FUSED-COUNT-2: tensor.insert_slice
// FUSED-NOT:     tensor.insert_slice
// FUSED:         return
func.func @twice(%u: tensor<32xf64>) -> tensor<32xf64> attributes {hpc.simulation} {
  %e = tensor.empty() : tensor<32xf64>
  %r0 = tensor.extract_slice %u[0] [31] [1] : tensor<32xf64> to tensor<31xf64>
  %r1 = tensor.insert_slice %r0 into %e[1] [31] [1] : tensor<31xf64> into tensor<32xf64>
  %r2 = tensor.extract_slice %u[31] [1] [1] : tensor<32xf64> to tensor<1xf64>
  %r = tensor.insert_slice %r2 into %r1[0] [1] [1] : tensor<1xf64> into tensor<32xf64>
  %d = "hpc.stencil"(%u, %r) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.subf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<32xf64>, tensor<32xf64>) -> tensor<32xf64>
  %q0 = tensor.extract_slice %d[0] [31] [1] : tensor<32xf64> to tensor<31xf64>
  %q1 = tensor.insert_slice %q0 into %e[1] [31] [1] : tensor<31xf64> into tensor<32xf64>
  %q2 = tensor.extract_slice %d[31] [1] [1] : tensor<32xf64> to tensor<1xf64>
  %q = tensor.insert_slice %q2 into %q1[0] [1] [1] : tensor<1xf64> into tensor<32xf64>
  %f = "hpc.stencil"(%d, %q) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.subf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<32xf64>, tensor<32xf64>) -> tensor<32xf64>
  return %f : tensor<32xf64>
}

// -----

// A part beside the bulk is not thin.
// CHECK-LABEL: func.func @halves
// CHECK-COUNT-1: "hpc.stencil"
// CHECK-NOT:     "hpc.stencil"
// CHECK:         return
func.func @halves(%u: tensor<32xf64>) -> tensor<32xf64> attributes {hpc.simulation} {
  %e = tensor.empty() : tensor<32xf64>
  %r0 = tensor.extract_slice %u[0] [16] [1] : tensor<32xf64> to tensor<16xf64>
  %r1 = tensor.insert_slice %r0 into %e[16] [16] [1] : tensor<16xf64> into tensor<32xf64>
  %r2 = tensor.extract_slice %u[16] [16] [1] : tensor<32xf64> to tensor<16xf64>
  %r = tensor.insert_slice %r2 into %r1[0] [16] [1] : tensor<16xf64> into tensor<32xf64>
  %d = "hpc.stencil"(%u, %r) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.subf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<32xf64>, tensor<32xf64>) -> tensor<32xf64>
  return %d : tensor<32xf64>
}

// -----

// Functions that were not written with NumPy stay what they are.
// CHECK-LABEL: func.func @network
// CHECK-COUNT-1: "hpc.stencil"
// CHECK-NOT:     "hpc.stencil"
// CHECK:         return
func.func @network(%u: tensor<32xf64>) -> tensor<32xf64> {
  %e = tensor.empty() : tensor<32xf64>
  %r0 = tensor.extract_slice %u[0] [31] [1] : tensor<32xf64> to tensor<31xf64>
  %r1 = tensor.insert_slice %r0 into %e[1] [31] [1] : tensor<31xf64> into tensor<32xf64>
  %r2 = tensor.extract_slice %u[31] [1] [1] : tensor<32xf64> to tensor<1xf64>
  %r = tensor.insert_slice %r2 into %r1[0] [1] [1] : tensor<1xf64> into tensor<32xf64>
  %d = "hpc.stencil"(%u, %r) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.subf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<32xf64>, tensor<32xf64>) -> tensor<32xf64>
  return %d : tensor<32xf64>
}

// -----

// Rolled along both axes: the bulk, two edges and the corner.
// CHECK-LABEL: func.func @corner
// CHECK:         tensor.insert_slice {{.*}}[1, 1] [31, 15] [1, 1]
// CHECK-DAG:     tensor.insert_slice {{.*}}[1, 0] [31, 1] [1, 1]
// CHECK-DAG:     tensor.insert_slice {{.*}}[0, 1] [1, 15] [1, 1]
// CHECK-DAG:     tensor.insert_slice {{.*}}[0, 0] [1, 1] [1, 1]
// CHECK-NOT:     tensor.insert_slice
// CHECK:         return
func.func @corner(%u: tensor<32x16xf64>) -> tensor<32x16xf64> attributes {hpc.simulation} {
  %e = tensor.empty() : tensor<32x16xf64>
  %r0 = tensor.extract_slice %u[0, 0] [31, 16] [1, 1] : tensor<32x16xf64> to tensor<31x16xf64>
  %r1 = tensor.insert_slice %r0 into %e[1, 0] [31, 16] [1, 1] : tensor<31x16xf64> into tensor<32x16xf64>
  %r2 = tensor.extract_slice %u[31, 0] [1, 16] [1, 1] : tensor<32x16xf64> to tensor<1x16xf64>
  %r = tensor.insert_slice %r2 into %r1[0, 0] [1, 16] [1, 1] : tensor<1x16xf64> into tensor<32x16xf64>
  %q0 = tensor.extract_slice %r[0, 0] [32, 15] [1, 1] : tensor<32x16xf64> to tensor<32x15xf64>
  %q1 = tensor.insert_slice %q0 into %e[0, 1] [32, 15] [1, 1] : tensor<32x15xf64> into tensor<32x16xf64>
  %q2 = tensor.extract_slice %r[0, 15] [32, 1] [1, 1] : tensor<32x16xf64> to tensor<32x1xf64>
  %q = tensor.insert_slice %q2 into %q1[0, 0] [32, 1] [1, 1] : tensor<32x1xf64> into tensor<32x16xf64>
  %d = "hpc.stencil"(%u, %q) ({
  ^bb0(%a: f64, %b: f64):
    %0 = arith.subf %a, %b : f64
    "hpc.yield"(%0) : (f64) -> ()
  }) {sources = array<i64: 0, 1>, accesses = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>} : (tensor<32x16xf64>, tensor<32x16xf64>) -> tensor<32x16xf64>
  return %d : tensor<32x16xf64>
}
