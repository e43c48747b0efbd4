// RUN: isthmus-opt -p form-stencils --split-input %s | filecheck %s

// Offsets of slices go into the maps, equal accesses are one argument, scalars are used as they are.
// CHECK-DAG:   #[[L:.*]] = affine_map<(d0, d1) -> (d0 + 1, d1)>
// CHECK-DAG:   #[[R:.*]] = affine_map<(d0, d1) -> (d0 + 1, d1 + 2)>
// CHECK-LABEL: func.func @neighbours
// CHECK-NEXT:    "hpc.stencil"(%arg0) ({
// CHECK-NEXT:    ^bb0(%[[A:.*]]: f64, %[[B:.*]]: f64):
// CHECK-NEXT:      %[[D:.*]] = arith.subf %[[B]], %[[A]]
// CHECK-NEXT:      %[[M:.*]] = arith.mulf %[[D]], %arg1
// CHECK-NEXT:      %[[S:.*]] = arith.addf %[[M]], %[[A]]
// CHECK-NEXT:      "hpc.yield"(%[[S]])
// CHECK:         {accesses = [#[[L]], #[[R]]]
func.func @neighbours(%u: tensor<8x8xf64>, %c: f64) -> tensor<6x6xf64> {
  %l = tensor.extract_slice %u[1, 0] [6, 6] [1, 1] : tensor<8x8xf64> to tensor<6x6xf64>
  %r = tensor.extract_slice %u[1, 2] [6, 6] [1, 1] : tensor<8x8xf64> to tensor<6x6xf64>
  %empty = tensor.empty() : tensor<6x6xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%l, %r, %l, %c : tensor<6x6xf64>, tensor<6x6xf64>, tensor<6x6xf64>, f64) outs(%empty : tensor<6x6xf64>) {
  ^bb0(%a: f64, %b: f64, %same: f64, %f: f64, %out: f64):
    %1 = arith.subf %b, %a : f64
    %2 = arith.mulf %1, %f : f64
    %3 = arith.addf %2, %same : f64
    linalg.yield %3 : f64
  } -> tensor<6x6xf64>
  return %0 : tensor<6x6xf64>
}

// -----

// A row that a slice fixes, and unit dimensions, become constants and broadcasts.
// CHECK-DAG:   #[[ROW:.*]] = affine_map<(d0, d1) -> (3, d1 + 1)>
// CHECK-DAG:   #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func @rows
// CHECK-NEXT:    "hpc.stencil"(%arg0, %arg1)
// CHECK:         {accesses = [#[[ROW]], #[[COLUMN]]]
func.func @rows(%u: tensor<8x8xf64>, %column: tensor<5xf64>) -> tensor<5x6xf64> {
  %row = tensor.extract_slice %u[3, 1] [1, 6] [1, 1] : tensor<8x8xf64> to tensor<6xf64>
  %wide = tensor.expand_shape %column [[0, 1]] output_shape [5, 1] : tensor<5xf64> into tensor<5x1xf64>
  %empty = tensor.empty() : tensor<5x6xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, 0)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%row, %wide : tensor<6xf64>, tensor<5x1xf64>) outs(%empty : tensor<5x6xf64>) {
  ^bb0(%a: f64, %b: f64, %out: f64):
    %1 = arith.addf %a, %b : f64
    linalg.yield %1 : f64
  } -> tensor<5x6xf64>
  return %0 : tensor<5x6xf64>
}

// -----

// What was written into a region is read from where it was computed; outside of it a filled array is a scalar.
// CHECK-LABEL: func.func @regions
// CHECK-NEXT:    %[[ZERO:.*]] = arith.constant 0.0
// CHECK-NEXT:    "hpc.stencil"(%arg0) ({
// CHECK-NEXT:    ^bb0(%[[A:.*]]: f64):
// CHECK-NEXT:      arith.addf %[[A]], %[[ZERO]]
// CHECK-NOT:     tensor.insert_slice
func.func @regions(%u: tensor<4xf64>) -> tensor<4xf64> {
  %zero = arith.constant 0.0 : f64
  %empty = tensor.empty() : tensor<12xf64>
  %zeros = linalg.fill ins(%zero : f64) outs(%empty : tensor<12xf64>) -> tensor<12xf64>
  %all = tensor.insert_slice %u into %zeros[2] [4] [1] : tensor<4xf64> into tensor<12xf64>
  %in = tensor.extract_slice %all[2] [4] [1] : tensor<12xf64> to tensor<4xf64>
  %out = tensor.extract_slice %all[6] [4] [1] : tensor<12xf64> to tensor<4xf64>
  %init = tensor.empty() : tensor<4xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%in, %out : tensor<4xf64>, tensor<4xf64>) outs(%init : tensor<4xf64>) {
  ^bb0(%a: f64, %b: f64, %o: f64):
    %1 = arith.addf %a, %b : f64
    linalg.yield %1 : f64
  } -> tensor<4xf64>
  return %0 : tensor<4xf64>
}

// -----

// A slice that straddles the region, strided slices and dynamic offsets are read as they are.
// CHECK-LABEL: func.func @as_they_are
// CHECK-DAG:     %[[ALL:.*]] = tensor.insert_slice
// CHECK-DAG:     %[[S:.*]] = tensor.extract_slice %arg1[0] [5] [2]
// CHECK-DAG:     %[[D:.*]] = tensor.extract_slice %arg1[%arg2] [5] [1]
// CHECK:         "hpc.stencil"(%[[ALL]], %arg1, %[[S]], %[[D]])
func.func @as_they_are(%u: tensor<4xf64>, %v: tensor<12xf64>, %i: index) -> tensor<5xf64> {
  %all = tensor.insert_slice %u into %v[2] [4] [1] : tensor<4xf64> into tensor<12xf64>
  %0 = tensor.extract_slice %all[1] [5] [1] : tensor<12xf64> to tensor<5xf64>
  %1 = tensor.extract_slice %v[0] [5] [2] : tensor<12xf64> to tensor<5xf64>
  %2 = tensor.extract_slice %v[%i] [5] [1] : tensor<12xf64> to tensor<5xf64>
  %3 = tensor.extract_slice %v[7] [5] [1] : tensor<12xf64> to tensor<5xf64>
  %init = tensor.empty() : tensor<5xf64>
  %4 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%0, %1, %2, %3 : tensor<5xf64>, tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) outs(%init : tensor<5xf64>) {
  ^bb0(%a: f64, %b: f64, %c: f64, %d: f64, %o: f64):
    %5 = arith.addf %a, %b : f64
    %6 = arith.addf %c, %d : f64
    %7 = arith.mulf %5, %6 : f64
    linalg.yield %7 : f64
  } -> tensor<5xf64>
  return %4 : tensor<5xf64>
}

// -----

// Dynamic extents come from the array that the result was to be written to.
// CHECK-LABEL: func.func @dynamic
// CHECK:         %[[N:.*]] = tensor.dim %arg0
// CHECK:         "hpc.stencil"(%arg0, %[[N]])
func.func @dynamic(%u: tensor<?x8xf64>) -> tensor<?x7xf64> {
  %zero = arith.constant 0 : index
  %n = tensor.dim %u, %zero : tensor<?x8xf64>
  %r = tensor.extract_slice %u[0, 1] [%n, 7] [1, 1] : tensor<?x8xf64> to tensor<?x7xf64>
  %init = tensor.empty(%n) : tensor<?x7xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%r : tensor<?x7xf64>) outs(%init : tensor<?x7xf64>) {
  ^bb0(%a: f64, %o: f64):
    %1 = math.exp %a : f64
    linalg.yield %1 : f64
  } -> tensor<?x7xf64>
  return %0 : tensor<?x7xf64>
}

// -----

// In a network, work that no slice touches stays; so do gathers and reductions everywhere.
// CHECK-LABEL: func.func @network
// CHECK-NOT:     "hpc.stencil"
// CHECK:         return
func.func @network(%x: tensor<8x8xf32>, %w: tensor<8x8xf32>, %init: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = linalg.matmul ins(%x, %w : tensor<8x8xf32>, tensor<8x8xf32>) outs(%init : tensor<8x8xf32>) -> tensor<8x8xf32>
  %empty = tensor.empty() : tensor<8x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<8x8xf32>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %2 = math.tanh %a : f32
    linalg.yield %2 : f32
  } -> tensor<8x8xf32>
  return %1 : tensor<8x8xf32>
}

// -----

// CHECK-LABEL: func.func @no_arithmetic
// CHECK-NOT:     "hpc.stencil"
// CHECK:         return
func.func @no_arithmetic(%u: tensor<8xf64>, %at: tensor<8xindex>, %sum: tensor<8xf64>) -> (tensor<8xf64>, tensor<8xf64>) {
  %empty = tensor.empty() : tensor<8xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%at : tensor<8xindex>) outs(%empty : tensor<8xf64>) {
  ^bb0(%i: index, %o: f64):
    %2 = tensor.extract %u[%i] : tensor<8xf64>
    linalg.yield %2 : f64
  } -> tensor<8xf64>
  %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%u : tensor<8xf64>) outs(%sum : tensor<8xf64>) {
  ^bb0(%a: f64, %o: f64):
    %2 = arith.addf %a, %o : f64
    linalg.yield %2 : f64
  } -> tensor<8xf64>
  return %0, %1 : tensor<8xf64>, tensor<8xf64>
}

// -----

// A constant of complex numbers is an array like any other.
// CHECK-LABEL: func.func @complex_constant
// CHECK:         "hpc.stencil"
func.func @complex_constant(%u: tensor<2xcomplex<f64>>) -> tensor<2xcomplex<f64>> {
  %table = arith.constant dense<[(1.0, 0.0), (0.0, -1.0)]> : tensor<2xcomplex<f64>>
  %empty = tensor.empty() : tensor<2xcomplex<f64>>
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%u, %table : tensor<2xcomplex<f64>>, tensor<2xcomplex<f64>>) outs(%empty : tensor<2xcomplex<f64>>) {
  ^bb0(%a: complex<f64>, %b: complex<f64>, %o: complex<f64>):
    %2 = complex.mul %a, %b : complex<f64>
    linalg.yield %2 : complex<f64>
  } -> tensor<2xcomplex<f64>>
  return %0 : tensor<2xcomplex<f64>>
}
