// RUN: isthmus-opt %s | isthmus-opt | filecheck %s

func.func private @axpy(%x: memref<?xf64>, %v: memref<?xf64>, %a: f64, %workgroup: index, %workgroups: index) {
  return
}

// CHECK-LABEL: func.func @launch
func.func @launch(%x: tensor<?xf64>, %v: tensor<?xf64>, %a: f64) -> tensor<?xf64> {
  // CHECK: "hpc.launch"(%{{.*}}, %{{.*}}, %{{.*}}) {kernel = @axpy
  // CHECK-SAME: segments = array<i64: 1, 1, 1>, workgroups = 4 : i64}
  // CHECK-SAME: : (tensor<?xf64>, tensor<?xf64>, f64) -> tensor<?xf64>
  %w = "hpc.launch"(%x, %v, %a) {kernel = @axpy, workgroups = 4 : i64, segments = array<i64: 1, 1, 1>,
    operandSegmentSizes = array<i32: 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<?xf64>, tensor<?xf64>, f64) -> tensor<?xf64>
  return %w : tensor<?xf64>
}
