// RUN: isthmus-opt -p convert-hpc-stencil --split-input %s | filecheck %s

// One slice per access, one operation; whole inputs are read as they are, fixed rows lose their dimension.
// CHECK-DAG:   #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG:   #[[J:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func.func @every_form
// CHECK-DAG:     %[[A:.*]] = tensor.extract_slice %arg0[0, 0] [6, 8] [1, 1]
// CHECK-DAG:     %[[B:.*]] = tensor.extract_slice %arg0[2, 0] [6, 8] [1, 1]
// CHECK-DAG:     %[[R:.*]] = tensor.extract_slice %arg0[3, 0] [1, 8] [1, 1] : tensor<8x8xf64> to tensor<8xf64>
// CHECK:         linalg.generic {indexing_maps = [#[[ID]], #[[ID]], #[[J]], #[[J]], #[[ID]], #[[ID]]], iterator_types = ["parallel", "parallel"]} ins(%[[A]], %[[B]], %arg1, %[[R]] :
// CHECK-NEXT:    ^bb0(%[[AE:.*]]: f64, %[[BE:.*]]: f64, %[[CE:.*]]: f64, %[[DE:.*]]: f64, %{{.*}}: f64, %{{.*}}: f64):
// CHECK-NEXT:      %[[D:.*]] = arith.subf %[[BE]], %[[AE]]
// CHECK-NEXT:      %[[M:.*]] = arith.mulf %[[D]], %arg2
// CHECK-NEXT:      %[[S:.*]] = arith.addf %[[CE]], %[[DE]]
// CHECK-NEXT:      linalg.yield %[[M]], %[[S]]
// CHECK-NEXT:    } -> (tensor<6x8xf64>, tensor<6x8xf64>)
func.func @every_form(%u: tensor<8x8xf64>, %row: tensor<8xf64>, %c: f64) -> (tensor<6x8xf64>, tensor<6x8xf64>) {
  %0:2 = "hpc.stencil"(%u, %row) ({
  ^bb0(%a: f64, %b: f64, %r: f64, %fixed: f64):
    %1 = arith.subf %b, %a : f64
    %2 = arith.mulf %1, %c : f64
    %3 = arith.addf %r, %fixed : f64
    "hpc.yield"(%2, %3) : (f64, f64) -> ()
  }) {sources = array<i64: 0, 0, 1, 0>,
      accesses = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0 + 2, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (3, d1)>],
      operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8x8xf64>, tensor<8xf64>) -> (tensor<6x8xf64>, tensor<6x8xf64>)
  return %0#0, %0#1 : tensor<6x8xf64>, tensor<6x8xf64>
}

// -----

// A dynamic extent: the input whose own extent it is needs no slice, any other does.
// CHECK-LABEL: func.func @dynamic
// CHECK:         %[[N:.*]] = tensor.dim %arg0
// CHECK:         %[[B:.*]] = tensor.extract_slice %arg1[0] [%[[N]]] [1]
// CHECK:         %[[C:.*]] = tensor.extract_slice %arg1[1] [%[[N]]] [1]
// CHECK:         linalg.generic {{.*}} ins(%arg0, %[[B]], %[[C]] :
func.func @dynamic(%u: tensor<?xf64>, %v: tensor<?xf64>) -> tensor<?xf64> {
  %zero = arith.constant 0 : index
  %n = tensor.dim %u, %zero : tensor<?xf64>
  %0 = "hpc.stencil"(%u, %v, %n) ({
  ^bb0(%a: f64, %b: f64, %c: f64):
    %1 = arith.subf %b, %a : f64
    %2 = arith.mulf %1, %c : f64
    "hpc.yield"(%2) : (f64) -> ()
  }) {sources = array<i64: 0, 1, 1>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>],
      operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1>} : (tensor<?xf64>, tensor<?xf64>, index) -> tensor<?xf64>
  return %0 : tensor<?xf64>
}
