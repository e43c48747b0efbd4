// y = x + count, count' = count + 1: a program with state.
#map = affine_map<(i) -> (i)>
func.func @main(%x: tensor<4xf64>, %count: tensor<4xf64>, %y: tensor<4xf64> {iree.abi.output = 0 : index},
                %next: tensor<4xf64> {iree.abi.output = 1 : index}) -> (tensor<4xf64>, tensor<4xf64>) {
  %one = arith.constant 1.0 : f64
  %empty = tensor.empty() : tensor<4xf64>
  %sum = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%x, %count : tensor<4xf64>, tensor<4xf64>) outs(%empty : tensor<4xf64>) {
  ^bb0(%a: f64, %b: f64, %c: f64):
    %s = arith.addf %a, %b : f64
    linalg.yield %s : f64
  } -> tensor<4xf64>
  %count1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%count : tensor<4xf64>) outs(%empty : tensor<4xf64>) {
  ^bb0(%a: f64, %c: f64):
    %s = arith.addf %a, %one : f64
    linalg.yield %s : f64
  } -> tensor<4xf64>
  return %sum, %count1 : tensor<4xf64>, tensor<4xf64>
}
