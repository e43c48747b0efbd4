// The first x[0] elements of x: only the run decides how many.
func.func @main(%x: tensor<?xi64>) -> tensor<?xi64> {
  %c0 = arith.constant 0 : index
  %value = tensor.extract %x[%c0] : tensor<?xi64>
  %count = arith.index_cast %value : i64 to index
  %slice = tensor.extract_slice %x[0] [%count] [1] : tensor<?xi64> to tensor<?xi64>
  return %slice : tensor<?xi64>
}
