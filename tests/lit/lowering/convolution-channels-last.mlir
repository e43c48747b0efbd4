// RUN: isthmus-opt -p convolution-channels-last --split-input %s | filecheck %s

// Between two convolutions nothing is transposed; the bias is added after the convolution.
// CHECK-LABEL: func.func @chain
// CHECK:         linalg.transpose {{.*}}tensor<1x4x8x8xf32>{{.*}}tensor<1x8x8x4xf32>
// CHECK:         tensor.pad {{.*}} low[0, 1, 1, 0] high[0, 1, 1, 0]
// CHECK:         linalg.conv_2d_nhwc_hwcf
// CHECK:         arith.addf
// CHECK:         arith.maximumf
// CHECK-NOT:     linalg.transpose ins({{.*}}1x
// CHECK:         linalg.conv_2d_nhwc_hwcf
// CHECK:         linalg.transpose {{.*}}tensor<1x6x6x2xf32>{{.*}}tensor<1x2x6x6xf32>
// CHECK-NEXT:    return
func.func @chain(%image: tensor<1x4x8x8xf32>, %w1: tensor<16x4x3x3xf32>, %bias: tensor<16xf32>, %w2: tensor<2x16x3x3xf32>) -> tensor<1x2x6x6xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %image low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x4x8x8xf32> to tensor<1x4x10x10xf32>
  %empty = tensor.empty() : tensor<1x16x8x8xf32>
  %init = linalg.broadcast ins(%bias : tensor<16xf32>) outs(%empty : tensor<1x16x8x8xf32>) dimensions = [0, 2, 3]
  %first = linalg.conv_2d_nchw_fchw ins(%padded, %w1 : tensor<1x4x10x10xf32>, tensor<16x4x3x3xf32>) outs(%init : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  %relu = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%first : tensor<1x16x8x8xf32>) outs(%empty : tensor<1x16x8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %max = arith.maximumf %in, %zero : f32
    linalg.yield %max : f32
  } -> tensor<1x16x8x8xf32>
  %small = tensor.empty() : tensor<1x2x6x6xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%small : tensor<1x2x6x6xf32>) -> tensor<1x2x6x6xf32>
  %second = linalg.conv_2d_nchw_fchw ins(%relu, %w2 : tensor<1x16x8x8xf32>, tensor<2x16x3x3xf32>) outs(%zeros : tensor<1x2x6x6xf32>) -> tensor<1x2x6x6xf32>
  return %second : tensor<1x2x6x6xf32>
}

// -----

// Pooling, concatenation and slices move along; sizes known at run time too.
// CHECK-LABEL: func.func @moves_along
// CHECK:         linalg.conv_2d_nhwc_hwcf
// CHECK:         linalg.pooling_nhwc_max
// CHECK:         tensor.concat dim(3) {{.*}} -> tensor<?x4x4x16xf32>
// CHECK:         tensor.extract_slice {{.*}}[0, 1, 1, 0] [%{{.*}}, 2, 2, 16] [1, 1, 1, 1]
// CHECK:         linalg.transpose
// CHECK-NEXT:    return
func.func @moves_along(%image: tensor<?x4x10x10xf32>, %w: tensor<8x4x3x3xf32>, %n: index) -> tensor<?x16x2x2xf32> {
  %low = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty(%n) : tensor<?x8x8x8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8x8x8xf32>) -> tensor<?x8x8x8xf32>
  %first = linalg.conv_2d_nchw_fchw ins(%image, %w : tensor<?x4x10x10xf32>, tensor<8x4x3x3xf32>) outs(%zeros : tensor<?x8x8x8xf32>) -> tensor<?x8x8x8xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %half = tensor.empty(%n) : tensor<?x8x4x4xf32>
  %lows = linalg.fill ins(%low : f32) outs(%half : tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  %pool = linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>} ins(%first, %window : tensor<?x8x8x8xf32>, tensor<2x2xf32>) outs(%lows : tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  %both = tensor.concat dim(1) %pool, %pool : (tensor<?x8x4x4xf32>, tensor<?x8x4x4xf32>) -> tensor<?x16x4x4xf32>
  %slice = tensor.extract_slice %both[0, 0, 1, 1] [%n, 16, 2, 2] [1, 1, 1, 1] : tensor<?x16x4x4xf32> to tensor<?x16x2x2xf32>
  return %slice : tensor<?x16x2x2xf32>
}

// -----

// Reductions read the channels-last form; programs without convolutions are left alone.
// CHECK-LABEL: func.func @mean
// CHECK:         linalg.conv_2d_nhwc_hwcf
// CHECK-NOT:     linalg.transpose
// CHECK:         iterator_types = ["parallel", "parallel", "reduction", "reduction"]{{.*}} ins(%{{.*}} : tensor<1x6x6x8xf32>)
func.func @mean(%image: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) -> tensor<1x8xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x8x6x6xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  %first = linalg.conv_2d_nchw_fchw ins(%image, %w : tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) outs(%zeros : tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  %small = tensor.empty() : tensor<1x8xf32>
  %start = linalg.fill ins(%zero : f32) outs(%small : tensor<1x8xf32>) -> tensor<1x8xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%first : tensor<1x8x6x6xf32>) outs(%start : tensor<1x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %add = arith.addf %in, %out : f32
    linalg.yield %add : f32
  } -> tensor<1x8xf32>
  return %sum : tensor<1x8xf32>
}

// -----

// CHECK-LABEL: func.func @no_convolution
// CHECK-NOT:     linalg.transpose
// CHECK:         linalg.pooling_nchw_max
func.func @no_convolution(%image: tensor<1x8x8x8xf32>, %init: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %window = tensor.empty() : tensor<2x2xf32>
  %pool = linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>} ins(%image, %window : tensor<1x8x8x8xf32>, tensor<2x2xf32>) outs(%init : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %pool : tensor<1x8x4x4xf32>
}
