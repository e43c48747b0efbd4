// x is overwritten by x + 1; the result is 2 x.
#map = affine_map<(i) -> (i)>
func.func @main(%x: tensor<?xf32>, %next: tensor<?xf32> {iree.abi.output = 0 : index},
                %y: tensor<?xf32> {iree.abi.output = 1 : index}) -> (tensor<?xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %size = tensor.dim %x, %c0 : tensor<?xf32>
  %empty = tensor.empty(%size) : tensor<?xf32>
  %sum:2 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%empty, %empty : tensor<?xf32>, tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %one : f32
    %d = arith.addf %a, %a : f32
    linalg.yield %s, %d : f32, f32
  } -> (tensor<?xf32>, tensor<?xf32>)
  return %sum#0, %sum#1 : tensor<?xf32>, tensor<?xf32>
}
