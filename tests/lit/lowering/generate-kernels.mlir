// RUN: isthmus-opt -p form-kernels,generate-kernels --split-input %s | filecheck %s

// Slices become offsets, the innermost loop vectors; the six elements left go behind a mask.
// CHECK-LABEL: func.func private @main.kernel
// CHECK-SAME:    (%[[U:.*]]: memref<16xf64>, %[[O:.*]]: memref<14xf64>, %{{.*}}: index, %{{.*}}: index)
// CHECK-NOT:     linalg
// CHECK:         %[[L:.*]] = vector.load %[[U]][%c0]
// CHECK:         %[[R:.*]] = vector.load %[[U]][%c2]
// CHECK:         %[[S:.*]] = arith.addf %[[L]], %[[R]] : vector<8xf64>
// CHECK:         vector.store %[[S]], %[[O]][%c0]
// CHECK:         vector.maskedload %[[U]][%c8]
// CHECK:         vector.maskedstore %[[O]][%c8]
// CHECK-LABEL: func.func @main
func.func @main(%u: tensor<16xf64>, %out: tensor<14xf64> {hpc.output = 0 : index}) -> tensor<14xf64> {
  %l = tensor.extract_slice %u[0] [14] [1] : tensor<16xf64> to tensor<14xf64>
  %r = tensor.extract_slice %u[2] [14] [1] : tensor<16xf64> to tensor<14xf64>
  %empty = tensor.empty() : tensor<14xf64>
  %s = linalg.add ins(%l, %r : tensor<14xf64>, tensor<14xf64>) outs(%empty : tensor<14xf64>) -> tensor<14xf64>
  return %s : tensor<14xf64>
}

// -----

// Two stages in one tile, the first over a row more on either side; workgroups take tiles in turn.
// CHECK-LABEL: func.func private @main.kernel
// CHECK-NOT:     atomic
// CHECK:         memref.view
// CHECK:         scf.for %{{.*}} = %[[OWN:.*]] to %{{.*}} step %{{.*}} {
// CHECK:         vector.store
// CHECK:         vector.store
// CHECK-LABEL: func.func @main
// CHECK-SAME:    tensor<{{.*}}xi8> {hpc.workspace}
// CHECK:         "hpc.launch"
// CHECK-SAME:      workgroups = 64
func.func @main(%u: tensor<514x256xf64>, %out: tensor<512x256xf64> {hpc.output = 0 : index}) -> tensor<512x256xf64> {
  %e0 = tensor.empty() : tensor<514x256xf64>
  %q = linalg.mul ins(%u, %u : tensor<514x256xf64>, tensor<514x256xf64>) outs(%e0 : tensor<514x256xf64>) -> tensor<514x256xf64>
  %l = tensor.extract_slice %q[0, 0] [512, 256] [1, 1] : tensor<514x256xf64> to tensor<512x256xf64>
  %r = tensor.extract_slice %q[2, 0] [512, 256] [1, 1] : tensor<514x256xf64> to tensor<512x256xf64>
  %e1 = tensor.empty() : tensor<512x256xf64>
  %s = linalg.sub ins(%r, %l : tensor<512x256xf64>, tensor<512x256xf64>) outs(%e1 : tensor<512x256xf64>) -> tensor<512x256xf64>
  return %s : tensor<512x256xf64>
}

// -----

// A sum runs in vectors of partial sums.
// CHECK-LABEL: func.func private @main.kernel
// CHECK:         scf.for {{.*}} -> (vector<8xf64>, vector<8xf64>, vector<8xf64>, vector<8xf64>)
// CHECK:         vector.reduction <add>
func.func @main(%u: tensor<64xf64>, %out: tensor<f64> {hpc.output = 0 : index}) -> tensor<f64> {
  %zero = arith.constant 0.0 : f64
  %empty = tensor.empty() : tensor<f64>
  %start = linalg.fill ins(%zero : f64) outs(%empty : tensor<f64>) -> tensor<f64>
  %s = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]} ins(%u : tensor<64xf64>) outs(%start : tensor<f64>) {
  ^bb0(%a: f64, %sum: f64):
    %1 = arith.addf %sum, %a : f64
    linalg.yield %1 : f64
  } -> tensor<f64>
  return %s : tensor<f64>
}

// -----

// The sum of everything must be there before anything is divided by it: two phases, shared out by counters.
// CHECK-LABEL: func.func private @main.kernel
// CHECK:         memref.generic_atomic_rmw
// CHECK:         vector.reduction <add>
// CHECK:         memref.atomic_rmw addi
// CHECK:         memref.generic_atomic_rmw
// CHECK:         arith.divf %{{.*}} : vector<8xf64>
// CHECK-LABEL: func.func @main
// CHECK:         %[[COUNTERS:.*]] = tensor.splat
// CHECK:         "hpc.launch"({{.*}}, %[[COUNTERS]])
// CHECK-SAME:      workgroups = 64
func.func @main(%u: tensor<512x256xf64>, %out: tensor<512x256xf64> {hpc.output = 0 : index}) -> tensor<512x256xf64> {
  %zero = arith.constant 0.0 : f64
  %empty = tensor.empty() : tensor<f64>
  %start = linalg.fill ins(%zero : f64) outs(%empty : tensor<f64>) -> tensor<f64>
  %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%u : tensor<512x256xf64>) outs(%start : tensor<f64>) {
  ^bb0(%a: f64, %sum: f64):
    %1 = arith.addf %sum, %a : f64
    linalg.yield %1 : f64
  } -> tensor<f64>
  %e1 = tensor.empty() : tensor<512x256xf64>
  %q = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%u, %s : tensor<512x256xf64>, tensor<f64>) outs(%e1 : tensor<512x256xf64>) {
  ^bb0(%a: f64, %sum: f64, %out0: f64):
    %1 = arith.divf %a, %sum : f64
    linalg.yield %1 : f64
  } -> tensor<512x256xf64>
  return %q : tensor<512x256xf64>
}
