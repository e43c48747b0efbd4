// As many ones as the number says; only the run decides, and memory may not suffice.
func.func @main(%n: tensor<i64>) -> tensor<?xf32> {
  %value = tensor.extract %n[] : tensor<i64>
  %count = arith.index_cast %value : i64 to index
  %one = arith.constant 1.0 : f32
  %empty = tensor.empty(%count) : tensor<?xf32>
  %ones = linalg.fill ins(%one : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  return %ones : tensor<?xf32>
}
