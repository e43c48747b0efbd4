// RUN: isthmus-opt -p split-narrow-convolutions %s | filecheck %s

// CHECK-LABEL: func.func @narrow
// CHECK:         linalg.matmul ins(%{{.*}} : tensor<36x16xf32>, tensor<16x18xf32>)
// CHECK:         tensor.extract_slice %{{.*}}[0, 0, 0, 0] [1, 4, 4, 2]
// CHECK:         tensor.extract_slice %{{.*}}[0, 2, 2, 16] [1, 4, 4, 2]
// CHECK:         linalg.generic
// CHECK-COUNT-8:   arith.addf
func.func @narrow(%image: tensor<1x6x6x16xf32>, %w: tensor<3x3x16x2xf32>) -> tensor<1x4x4x2xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x4x4x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%image, %w : tensor<1x6x6x16xf32>, tensor<3x3x16x2xf32>) outs(%init : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}

// Many filters, few channels, and strides stay convolutions.
// CHECK-LABEL: func.func @others
// CHECK-COUNT-3: linalg.conv_2d_nhwc_hwcf
func.func @others(%a: tensor<1x6x6x16xf32>, %wide: tensor<3x3x16x8xf32>, %i8: tensor<1x4x4x8xf32>, %b: tensor<1x6x6x3xf32>, %few: tensor<3x3x3x2xf32>, %i2: tensor<1x4x4x2xf32>, %w: tensor<2x2x16x2xf32>, %i3: tensor<1x3x3x2xf32>) -> (tensor<1x4x4x8xf32>, tensor<1x4x4x2xf32>, tensor<1x3x3x2xf32>) {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%a, %wide : tensor<1x6x6x16xf32>, tensor<3x3x16x8xf32>) outs(%i8 : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  %1 = linalg.conv_2d_nhwc_hwcf ins(%b, %few : tensor<1x6x6x3xf32>, tensor<3x3x3x2xf32>) outs(%i2 : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %2 = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>} ins(%a, %w : tensor<1x6x6x16xf32>, tensor<2x2x16x2xf32>) outs(%i3 : tensor<1x3x3x2xf32>) -> tensor<1x3x3x2xf32>
  return %0, %1, %2 : tensor<1x4x4x8xf32>, tensor<1x4x4x2xf32>, tensor<1x3x3x2xf32>
}
