// RUN: isthmus-opt -p fold-pairs %s | filecheck %s

// CHECK-LABEL: func.func @parts
// CHECK-NEXT:    return %arg0, %arg1
func.func @parts(%real: tensor<3x4xf32>, %imaginary: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %zero = arith.constant 0 : index
  %empty = tensor.empty() : tensor<3x4x2xf32>
  %pair = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%real, %imaginary : tensor<3x4xf32>, tensor<3x4xf32>) outs(%empty : tensor<3x4x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %index = linalg.index 2 : index
    %first = arith.cmpi eq, %index, %zero : index
    %part = arith.select %first, %a, %b : f32
    linalg.yield %part : f32
  } -> tensor<3x4x2xf32>
  %0 = tensor.extract_slice %pair[0, 0, 0] [3, 4, 1] [1, 1, 1] : tensor<3x4x2xf32> to tensor<3x4x1xf32>
  %1 = tensor.collapse_shape %0 [[0], [1, 2]] : tensor<3x4x1xf32> into tensor<3x4xf32>
  %2 = tensor.extract_slice %pair[0, 0, 1] [3, 4, 1] [1, 1, 1] : tensor<3x4x2xf32> to tensor<3x4xf32>
  return %1, %2 : tensor<3x4xf32>, tensor<3x4xf32>
}

// A slice of both stays, and one that takes some of the other dimensions takes them from the part.
// CHECK-LABEL: func.func @others
// CHECK:         linalg.generic
// CHECK:         tensor.extract_slice %{{.*}}[0, 1, 0] [3, 2, 2]
// CHECK:         tensor.extract_slice %arg1[1, 0] [2, 4] [1, 1]
func.func @others(%real: tensor<3x4xf32>, %imaginary: tensor<3x4xf32>) -> (tensor<3x2x2xf32>, tensor<2x4xf32>) {
  %zero = arith.constant 0 : index
  %empty = tensor.empty() : tensor<3x4x2xf32>
  %pair = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%real, %imaginary : tensor<3x4xf32>, tensor<3x4xf32>) outs(%empty : tensor<3x4x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %index = linalg.index 2 : index
    %first = arith.cmpi eq, %index, %zero : index
    %part = arith.select %first, %a, %b : f32
    linalg.yield %part : f32
  } -> tensor<3x4x2xf32>
  %0 = tensor.extract_slice %pair[0, 1, 0] [3, 2, 2] [1, 1, 1] : tensor<3x4x2xf32> to tensor<3x2x2xf32>
  %1 = tensor.extract_slice %pair[1, 0, 1] [2, 4, 1] [1, 1, 1] : tensor<3x4x2xf32> to tensor<2x4xf32>
  return %0, %1 : tensor<3x2x2xf32>, tensor<2x4xf32>
}
