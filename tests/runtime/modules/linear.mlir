// y = w x, where w is a parameter kept outside.
util.global private @"__parameter.w" = #flow.parameter.named<"model"::"w"> : tensor<8x8xf32>
func.func @main(%x: tensor<8xf32>, %y: tensor<8xf32> {iree.abi.output = 0 : index}) -> tensor<8xf32> {
  %w = util.global.load @"__parameter.w" : tensor<8x8xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
  %product = linalg.matvec ins(%w, %x : tensor<8x8xf32>, tensor<8xf32>) outs(%zeros : tensor<8xf32>) -> tensor<8xf32>
  return %product : tensor<8xf32>
}
