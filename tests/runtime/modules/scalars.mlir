// Rank 0: a f64, an i64 and a bool, through and back.
func.func @main(%a: tensor<f64>, %b: tensor<i64>, %c: tensor<i1>, %x: tensor<f64> {iree.abi.output = 0 : index},
                %y: tensor<i64> {iree.abi.output = 1 : index}, %z: tensor<i1> {iree.abi.output = 2 : index})
    -> (tensor<f64>, tensor<i64>, tensor<i1>) {
  return %a, %b, %c : tensor<f64>, tensor<i64>, tensor<i1>
}
