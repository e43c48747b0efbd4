// RUN: isthmus-opt -p split-transposed-convolutions --split-input %s | filecheck %s

// Kernels of 2 x 2, two apart: one product of pixels by weights, and the blocks in their places.
// CHECK-LABEL: func.func @apart
// CHECK-NOT:     linalg.conv_2d
// CHECK:         linalg.matmul ins(%{{.*}} : tensor<9x3xf32>, tensor<3x20xf32>)
// CHECK:         linalg.transpose {{.*}} permutation = [0, 1, 3, 2, 4, 5]
// CHECK:         tensor.collapse_shape {{.*}} into tensor<1x6x6x5xf32>
// CHECK:         linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
// CHECK-NEXT:    return
func.func @apart(%image: tensor<1x3x3x3xf32>, %w: tensor<5x3x2x2xf32>) -> tensor<1x5x6x6xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<1x3x7x7xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x3x7x7xf32>) -> tensor<1x3x7x7xf32>
  %spread = tensor.insert_slice %image into %1[0, 0, 1, 1] [1, 3, 3, 3] [1, 1, 2, 2] : tensor<1x3x3x3xf32> into tensor<1x3x7x7xf32>
  %2 = tensor.empty() : tensor<1x5x6x6xf32>
  %3 = linalg.fill ins(%zero : f32) outs(%2 : tensor<1x5x6x6xf32>) -> tensor<1x5x6x6xf32>
  %4 = linalg.conv_2d_nchw_fchw ins(%spread, %w : tensor<1x3x7x7xf32>, tensor<5x3x2x2xf32>) outs(%3 : tensor<1x5x6x6xf32>) -> tensor<1x5x6x6xf32>
  return %4 : tensor<1x5x6x6xf32>
}

// -----

// Kernels of 3 x 3, two apart, overlap.
// CHECK-LABEL: func.func @overlapping
// CHECK:         linalg.conv_2d_nchw_fchw
func.func @overlapping(%image: tensor<1x3x3x3xf32>, %w: tensor<5x3x3x3xf32>, %init: tensor<1x5x7x7xf32>) -> tensor<1x5x7x7xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<1x3x9x9xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x3x9x9xf32>) -> tensor<1x3x9x9xf32>
  %spread = tensor.insert_slice %image into %1[0, 0, 2, 2] [1, 3, 3, 3] [1, 1, 2, 2] : tensor<1x3x3x3xf32> into tensor<1x3x9x9xf32>
  %2 = linalg.conv_2d_nchw_fchw ins(%spread, %w : tensor<1x3x9x9xf32>, tensor<5x3x3x3xf32>) outs(%init : tensor<1x5x7x7xf32>) -> tensor<1x5x7x7xf32>
  return %2 : tensor<1x5x7x7xf32>
}

// -----

// What the image was spread into must be zero.
// CHECK-LABEL: func.func @ones
// CHECK:         linalg.conv_2d_nchw_fchw
func.func @ones(%image: tensor<1x3x3x3xf32>, %w: tensor<5x3x2x2xf32>, %init: tensor<1x5x6x6xf32>) -> tensor<1x5x6x6xf32> {
  %one = arith.constant 1.0 : f32
  %0 = tensor.empty() : tensor<1x3x7x7xf32>
  %1 = linalg.fill ins(%one : f32) outs(%0 : tensor<1x3x7x7xf32>) -> tensor<1x3x7x7xf32>
  %spread = tensor.insert_slice %image into %1[0, 0, 1, 1] [1, 3, 3, 3] [1, 1, 2, 2] : tensor<1x3x3x3xf32> into tensor<1x3x7x7xf32>
  %2 = linalg.conv_2d_nchw_fchw ins(%spread, %w : tensor<1x3x7x7xf32>, tensor<5x3x2x2xf32>) outs(%init : tensor<1x5x6x6xf32>) -> tensor<1x5x6x6xf32>
  return %2 : tensor<1x5x6x6xf32>
}
