// Twice as many ones as x has elements.
func.func @main(%x: tensor<?xf32>, %y: tensor<?xf32> {iree.abi.output = 0 : index}) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1.0 : f32
  %size = tensor.dim %x, %c0 : tensor<?xf32>
  %doubled = arith.muli %size, %c2 : index
  %empty = tensor.empty(%doubled) : tensor<?xf32>
  %ones = linalg.fill ins(%one : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  return %ones : tensor<?xf32>
}
