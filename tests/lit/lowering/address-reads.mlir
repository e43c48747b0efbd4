// RUN: isthmus-opt -p 'address-reads{limit=3}' --split-input %s | filecheck %s
// RUN: isthmus-opt -p address-reads --split-input %s | filecheck %s --check-prefix=FEW

// FEW-NOT: hpc.addresses

// The launch keeps what it writes and as many reads as fit; the last arguments that are only read go by address.
// CHECK-LABEL: func.func private @kernel
// CHECK-SAME:    (%[[X:[^:, ]*]]: memref<?xf64>, %[[T:[^:, ]*]]: memref<16xi8>, %[[W:[^:, ]*]]: memref<?xf64>, %[[F:[^:, ]*]]: f64, %[[N:[^:, ]*]]: index, %[[I:[^:, ]*]]: index, %[[J:[^:, ]*]]: index)
// CHECK:         %[[A:[^:, ]*]] = memref.view %[[T]][%{{.*}}][] : memref<16xi8> to memref<2xi64>
// CHECK:         %[[P:[^:, ]*]] = memref.load %[[A]][%{{.*}}] : memref<2xi64>
// CHECK:         %[[D:[^:, ]*]] = arith.index_cast %[[P]] : i64 to index
// CHECK:         %[[Y:[^:, ]*]] = memref.view %[[T]][%[[D]]][%[[N]]] : memref<16xi8> to memref<?xf64>
// CHECK:         %[[B:[^:, ]*]] = memref.view %[[T]][%{{.*}}][] : memref<16xi8> to memref<4xi8>
// CHECK:         memref.load %[[X]][%[[I]]]
// CHECK:         memref.load %[[Y]][%[[J]]]
// CHECK:         memref.load %[[B]][%[[I]]]
// CHECK:         memref.store %[[F]], %[[W]][%[[I]]]
func.func private @kernel(%x: memref<?xf64>, %y: memref<?xf64>, %b: memref<4xi8>, %w: memref<?xf64>, %f: f64, %i: index, %j: index) {
  %0 = memref.load %x[%i] : memref<?xf64>
  %1 = memref.load %y[%j] : memref<?xf64>
  %2 = memref.load %b[%i] : memref<4xi8>
  memref.store %f, %w[%i] : memref<?xf64>
  return
}

// CHECK-LABEL: func.func @main
// CHECK-SAME:    %[[T:[^:, ]*]]: tensor<16xi8> {hpc.addresses = array<i64: 1, 3>}, %[[O:[^:, ]*]]: tensor<?xf64> {hpc.output = 0 : index})
// CHECK:         %[[N:[^:, ]*]] = tensor.dim %arg1
// CHECK:         %[[R:[^:, ]*]] = "hpc.launch"(%arg0, %[[T]], %[[O]], %arg2, %[[N]])
// CHECK-SAME:      segments = array<i64: 2, 1, 2>, workgroups = 2 : i64
// CHECK:         return %[[R]]
func.func @main(%x: tensor<?xf64>, %y: tensor<?xf64>, %f: f64, %b: tensor<4xi1>, %o: tensor<?xf64> {hpc.output = 0 : index}) -> tensor<?xf64> {
  %r = "hpc.launch"(%x, %y, %b, %o, %f) {kernel = @kernel, workgroups = 2 : i64, segments = array<i64: 3, 1, 1>,
    operandSegmentSizes = array<i32: 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<?xf64>, tensor<?xf64>, tensor<4xi1>, tensor<?xf64>, f64) -> tensor<?xf64>
  return %r : tensor<?xf64>
}
