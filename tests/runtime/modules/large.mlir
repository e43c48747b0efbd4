// y = w x with 64 MB of w.
util.global private @"__parameter.w" = #flow.parameter.named<"model"::"w"> : tensor<4096x4096xf32>
func.func @main(%x: tensor<4096xf32>, %y: tensor<4096xf32> {iree.abi.output = 0 : index}) -> tensor<4096xf32> {
  %w = util.global.load @"__parameter.w" : tensor<4096x4096xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4096xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4096xf32>) -> tensor<4096xf32>
  %product = linalg.matvec ins(%w, %x : tensor<4096x4096xf32>, tensor<4096xf32>)
      outs(%zeros : tensor<4096xf32>) -> tensor<4096xf32>
  return %product : tensor<4096xf32>
}
