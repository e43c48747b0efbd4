// RUN: isthmus-opt -p pad-filters %s | filecheck %s

// Rows of 256 floats are 1 KiB apart; only weights are padded.
// CHECK-LABEL: func.func @conflict
// CHECK:         %[[W:.*]] = arith.constant
// CHECK:         %[[P:.*]] = tensor.pad %[[W]] low[0, 0, 0, 0] high[0, 0, 0, 16]
// CHECK:         %[[S:.*]] = tensor.extract_slice %[[P]][0, 0, 0, 0] [1, 1, 8, 256] [1, 1, 1, 1]
// CHECK:         linalg.conv_2d_nhwc_hwcf ins(%{{.*}}, %[[S]]
// CHECK:         linalg.conv_2d_nhwc_hwcf ins(%{{.*}}, %arg1
func.func @conflict(%image: tensor<1x4x4x8xf32>, %other: tensor<1x1x8x256xf32>, %init: tensor<1x4x4x256xf32>) -> (tensor<1x4x4x256xf32>, tensor<1x4x4x256xf32>) {
  %w = arith.constant dense<1.0> : tensor<1x1x8x256xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%image, %w : tensor<1x4x4x8xf32>, tensor<1x1x8x256xf32>) outs(%init : tensor<1x4x4x256xf32>) -> tensor<1x4x4x256xf32>
  %1 = linalg.conv_2d_nhwc_hwcf ins(%image, %other : tensor<1x4x4x8xf32>, tensor<1x1x8x256xf32>) outs(%init : tensor<1x4x4x256xf32>) -> tensor<1x4x4x256xf32>
  return %0, %1 : tensor<1x4x4x256xf32>, tensor<1x4x4x256xf32>
}

// CHECK-LABEL: func.func @no_conflict
// CHECK-NOT:     tensor.pad
// CHECK:         linalg.conv_2d_nhwc_hwcf
func.func @no_conflict(%image: tensor<1x4x4x8xf32>, %init: tensor<1x4x4x100xf32>) -> tensor<1x4x4x100xf32> {
  %w = arith.constant dense<1.0> : tensor<1x1x8x100xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%image, %w : tensor<1x4x4x8xf32>, tensor<1x1x8x100xf32>) outs(%init : tensor<1x4x4x100xf32>) -> tensor<1x4x4x100xf32>
  return %0 : tensor<1x4x4x100xf32>
}

// Products in f64 read their weights in place too; those in f32 are packed.
// CHECK-LABEL: func.func @products
// CHECK:         tensor.pad %{{.*}} low[0, 0] high[0, 16]
// CHECK-NOT:     tensor.pad
// CHECK-COUNT-2: linalg.matmul
func.func @products(%a: tensor<4x8xf64>, %b: tensor<4x8xf32>, %i: tensor<4x256xf64>, %j: tensor<4x256xf32>) -> (tensor<4x256xf64>, tensor<4x256xf32>) {
  %w = arith.constant dense<1.0> : tensor<8x256xf64>
  %v = arith.constant dense<1.0> : tensor<8x256xf32>
  %0 = linalg.matmul ins(%a, %w : tensor<4x8xf64>, tensor<8x256xf64>) outs(%i : tensor<4x256xf64>) -> tensor<4x256xf64>
  %1 = linalg.matmul ins(%b, %v : tensor<4x8xf32>, tensor<8x256xf32>) outs(%j : tensor<4x256xf32>) -> tensor<4x256xf32>
  return %0, %1 : tensor<4x256xf64>, tensor<4x256xf32>
}
