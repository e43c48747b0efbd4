// RUN: isthmus-opt -p form-kernels --split-input %s | filecheck %s

// The body moves into a kernel that writes the destination; the entry launches it.
// CHECK-LABEL: func.func private @main.kernel
// CHECK-SAME:    (%[[K:.*]]: tensor<f64> {bufferization.writable = false}, %[[U:.*]]: tensor<8x8xf64> {bufferization.writable = true})
// CHECK-SAME:    attributes {hpc.kernel}
// CHECK:         %[[W:.*]] = tensor.insert_slice
// CHECK:         return %[[W]]
// CHECK-LABEL: func.func @main
// CHECK-NEXT:    %[[R:.*]] = "hpc.launch"(%arg1, %arg0) {kernel = @main.kernel
// CHECK-SAME:      segments = array<i64: 1, 1, 0>
// CHECK-NEXT:    return %[[R]]
func.func @main(%u: tensor<8x8xf64> {hpc.in_place, hpc.output = 0 : index}, %k: tensor<f64>) -> tensor<8x8xf64> {
  %factor = tensor.extract %k[] : tensor<f64>
  %row = tensor.extract_slice %u[0, 0] [1, 8] [1, 1] : tensor<8x8xf64> to tensor<8xf64>
  %empty = tensor.empty() : tensor<8xf64>
  %new = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%row : tensor<8xf64>) outs(%empty : tensor<8xf64>) {
  ^bb0(%a: f64, %out: f64):
    %1 = arith.mulf %a, %factor : f64
    linalg.yield %1 : f64
  } -> tensor<8xf64>
  %written = tensor.insert_slice %new into %u[0, 0] [1, 8] [1, 1] : tensor<8xf64> into tensor<8x8xf64>
  return %written : tensor<8x8xf64>
}

// -----

// What loops carry stays where it is; constants stay outside.
// CHECK-LABEL: func.func private @main.kernel
// CHECK:         scf.for {{.*}} iter_args(%[[C:.*]] = %{{.*}})
// CHECK:           %[[N:.*]] = bufferization.materialize_in_destination %{{.*}} in %[[C]]
// CHECK:           scf.yield %[[N]]
// CHECK-LABEL: func.func @main
// CHECK:         %[[T:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]>
// CHECK:         "hpc.launch"(%arg0, %[[T]], %arg2)
func.func @main(%u: tensor<2xf64>, %n: index, %out: tensor<2xf64> {hpc.output = 0 : index}) -> tensor<2xf64> {
  %table = arith.constant dense<[1.0, 2.0]> : tensor<2xf64>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %r = scf.for %i = %c0 to %c9 step %c1 iter_args(%x = %u) -> (tensor<2xf64>) {
    %empty = tensor.empty() : tensor<2xf64>
    %y = linalg.add ins(%x, %table : tensor<2xf64>, tensor<2xf64>) outs(%empty : tensor<2xf64>) -> tensor<2xf64>
    scf.yield %y : tensor<2xf64>
  }
  return %r : tensor<2xf64>
}

// -----

// A convolution is IREE's: nothing moves.
// CHECK-LABEL: func.func @main
// CHECK-NOT:     hpc.launch
// CHECK:         linalg.conv_1d
func.func @main(%u: tensor<8xf64>, %k: tensor<3xf64>, %out: tensor<6xf64> {hpc.output = 0 : index}) -> tensor<6xf64> {
  %zero = arith.constant 0.0 : f64
  %empty = tensor.empty() : tensor<6xf64>
  %start = linalg.fill ins(%zero : f64) outs(%empty : tensor<6xf64>) -> tensor<6xf64>
  %c = linalg.conv_1d ins(%u, %k : tensor<8xf64>, tensor<3xf64>) outs(%start : tensor<6xf64>) -> tensor<6xf64>
  return %c : tensor<6xf64>
}
