// RUN: isthmus-opt -p split-complex --split-input %s | filecheck %s

// What only moves elements moves each part; whoever needs complex numbers gets the parts joined.
// CHECK-LABEL: func.func @moves
// CHECK:         %[[RE:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<4x?xf64>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      complex.re
// CHECK:         %[[IM:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<4x?xf64>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      complex.im
// CHECK:         tensor.extract_slice %[[RE]]
// CHECK:         tensor.extract_slice %[[IM]]
// CHECK-COUNT-2: linalg.transpose
// CHECK:         tensor.pad
// CHECK:           tensor.yield %cst_0 : f64
// CHECK:         tensor.pad
// CHECK:           tensor.yield %cst : f64
// CHECK:         complex.create
// CHECK-NOT:     linalg.generic
// CHECK:         return
func.func @moves(%a: tensor<4x?xcomplex<f64>>) -> tensor<4x4xcomplex<f64>> {
  %0 = tensor.extract_slice %a[0, 0] [4, 2] [1, 1] : tensor<4x?xcomplex<f64>> to tensor<4x2xcomplex<f64>>
  %e = tensor.empty() : tensor<2x4xcomplex<f64>>
  %1 = linalg.transpose ins(%0 : tensor<4x2xcomplex<f64>>) outs(%e : tensor<2x4xcomplex<f64>>) permutation = [1, 0]
  %z = complex.constant [1.0, 2.0] : complex<f64>
  %2 = tensor.pad %1 low[0, 0] high[2, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %z : complex<f64>
  } : tensor<2x4xcomplex<f64>> to tensor<4x4xcomplex<f64>>
  return %2 : tensor<4x4xcomplex<f64>>
}

// -----

// Arguments are read as they are; what has been taken apart is read in parts, and real results stay single.
// CHECK-LABEL: func.func @computes
// CHECK:         linalg.generic {{.*}} ins(%arg0, %arg1 : {{.*}}) outs(%{{.*}} : tensor<8xf32>)
// CHECK:           complex.mul
// CHECK-NEXT:      complex.re
// CHECK:         linalg.generic {{.*}} ins(%arg0, %arg1 : {{.*}}) outs(%{{.*}} : tensor<8xf32>)
// CHECK:           complex.mul
// CHECK-NEXT:      complex.im
// CHECK:         linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<8xf32>, tensor<8xf32>) outs(%{{.*}} : tensor<8xf32>)
// CHECK:           complex.create
// CHECK-NEXT:      complex.abs
// CHECK-NOT:     linalg.generic
#id = affine_map<(d0) -> (d0)>
func.func @computes(%a: tensor<8xcomplex<f32>>, %b: tensor<8xcomplex<f32>>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xcomplex<f32>>
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a, %b : tensor<8xcomplex<f32>>, tensor<8xcomplex<f32>>) outs(%e : tensor<8xcomplex<f32>>) {
  ^bb0(%x: complex<f32>, %y: complex<f32>, %o: complex<f32>):
    %m = complex.mul %x, %y : complex<f32>
    linalg.yield %m : complex<f32>
  } -> tensor<8xcomplex<f32>>
  %r = tensor.empty() : tensor<8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%0 : tensor<8xcomplex<f32>>) outs(%r : tensor<8xf32>) {
  ^bb0(%x: complex<f32>, %o: f32):
    %m = complex.abs %x : complex<f32>
    linalg.yield %m : f32
  } -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// An element picked from inside a loop is picked from each part.
// CHECK-LABEL: func.func @gathers
// CHECK:         tensor.extract %{{.*}}[%{{.*}}] : tensor<4xf32>
// CHECK-NOT:     tensor<{{.*}}xcomplex<f32>>
// CHECK:         return
func.func @gathers(%a: tensor<4xf32>) -> tensor<2xf32> {
  %e = tensor.empty() : tensor<4xcomplex<f32>>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : tensor<4xf32>) outs(%e : tensor<4xcomplex<f32>>) {
  ^bb0(%x: f32, %o: complex<f32>):
    %n = arith.negf %x : f32
    %c = complex.create %x, %n : complex<f32>
    linalg.yield %c : complex<f32>
  } -> tensor<4xcomplex<f32>>
  %r = tensor.empty() : tensor<2xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%r : tensor<2xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %x = tensor.extract %0[%i] : tensor<4xcomplex<f32>>
    %m = complex.im %x : complex<f32>
    linalg.yield %m : f32
  } -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

// A sum of complex numbers is left as it is.
// CHECK-LABEL: func.func @sums
// CHECK-NOT:     complex.create
// CHECK:         complex.add
func.func @sums(%a: tensor<4xcomplex<f32>>, %init: tensor<complex<f32>>) -> tensor<complex<f32>> {
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%a : tensor<4xcomplex<f32>>) outs(%init : tensor<complex<f32>>) {
  ^bb0(%x: complex<f32>, %o: complex<f32>):
    %m = complex.add %x, %o : complex<f32>
    linalg.yield %m : complex<f32>
  } -> tensor<complex<f32>>
  return %0 : tensor<complex<f32>>
}

// -----

// A number read outside of loops over tensors is read as two.
// CHECK-LABEL: func.func @reads
// CHECK-DAG:     %[[RE:.*]] = tensor.extract %{{.*}}[%{{.*}}] : tensor<8xf64>
// CHECK-DAG:     %[[IM:.*]] = tensor.extract %{{.*}}[%{{.*}}] : tensor<8xf64>
// CHECK-NOT:     tensor.extract {{.*}}complex
// CHECK:         return
func.func @reads(%a: tensor<8xcomplex<f64>>, %i: index) -> f64 {
  %x = tensor.extract %a[%i] : tensor<8xcomplex<f64>>
  %re = complex.re %x : complex<f64>
  %im = complex.im %x : complex<f64>
  %s = arith.addf %re, %im : f64
  return %s : f64
}
