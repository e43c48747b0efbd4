// RUN: isthmus-opt -p fold-empty-loops %s | filecheck %s

// A contraction over nothing is its initial value.
// CHECK-LABEL: func.func @contraction
// CHECK-SAME:    %[[INIT:[a-z0-9]+]]: tensor<5x10xf32>)
// CHECK-NEXT:    return %[[INIT]]
func.func @contraction(%a: tensor<5x0xf32>, %b: tensor<0x10xf32>, %init: tensor<5x10xf32>) -> tensor<5x10xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<5x0xf32>, tensor<0x10xf32>) outs(%init : tensor<5x10xf32>) -> tensor<5x10xf32>
  return %0 : tensor<5x10xf32>
}

// Sizes that only the run knows stay.
// CHECK-LABEL: func.func @dynamic
// CHECK:         linalg.matmul
func.func @dynamic(%a: tensor<5x?xf32>, %b: tensor<?x10xf32>, %init: tensor<5x10xf32>) -> tensor<5x10xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<5x?xf32>, tensor<?x10xf32>) outs(%init : tensor<5x10xf32>) -> tensor<5x10xf32>
  return %0 : tensor<5x10xf32>
}
