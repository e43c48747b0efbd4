// RUN: isthmus-opt -p slice-inserts %s | filecheck %s

// CHECK-LABEL: func.func @dynamic
// CHECK-SAME:    (%[[A:[a-z0-9]+]]: tensor<4x5xf64>, %[[X:[a-z0-9]+]]: f64, %[[I:[a-z0-9]+]]: index)
// CHECK:         %[[C:[a-z0-9]+]] = arith.constant 2 : index
// CHECK:         %[[E:[a-z_0-9]+]] = linalg.fill ins(%[[X]] : f64) outs(%{{.*}} : tensor<1x1xf64>) -> tensor<1x1xf64>
// CHECK:         tensor.insert_slice %[[E]] into %[[A]][%[[I]], %[[C]]] [1, 1] [1, 1] : tensor<1x1xf64> into tensor<4x5xf64>
func.func @dynamic(%a: tensor<4x5xf64>, %x: f64, %i: index) -> tensor<4x5xf64> {
  %c2 = arith.constant 2 : index
  %0 = tensor.insert %x into %a[%i, %c2] : tensor<4x5xf64>
  return %0 : tensor<4x5xf64>
}

// CHECK-LABEL: func.func @constant
// CHECK:         tensor.insert_slice %{{.*}} into
// CHECK-NOT:     tensor.insert %
func.func @constant(%a: tensor<4xf64>, %x: f64) -> tensor<4xf64> {
  %c2 = arith.constant 2 : index
  %0 = tensor.insert %x into %a[%c2] : tensor<4xf64>
  return %0 : tensor<4xf64>
}

// CHECK-LABEL: func.func @single
// CHECK-SAME:    (%[[A:[a-z0-9]+]]: tensor<f64>, %[[X:[a-z0-9]+]]: f64)
// CHECK:         linalg.fill ins(%[[X]] : f64) outs(%[[A]] : tensor<f64>) -> tensor<f64>
func.func @single(%a: tensor<f64>, %x: f64) -> tensor<f64> {
  %0 = tensor.insert %x into %a[] : tensor<f64>
  return %0 : tensor<f64>
}

// IREE has no fill for 128 bits.
// CHECK-LABEL: func.func @complex
// CHECK-NOT:     linalg.fill {{.*}}complex<f64>
// CHECK:         %[[ELEMENT:.*]] = linalg.generic
// CHECK:           complex.create
// CHECK:         tensor.insert_slice %[[ELEMENT]] into
func.func @complex(%a: tensor<4xcomplex<f64>>, %x: complex<f64>) -> tensor<4xcomplex<f64>> {
  %c2 = arith.constant 2 : index
  %0 = tensor.insert %x into %a[%c2] : tensor<4xcomplex<f64>>
  return %0 : tensor<4xcomplex<f64>>
}
