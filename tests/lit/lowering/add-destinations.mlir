// RUN: isthmus-opt %s -p "add-destinations{skip='1'}" | filecheck %s

// CHECK: func.func @main(%{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32> {hpc.output = 0 : index}, %{{.*}}: tensor<i64> {hpc.output = 2 : index})
// CHECK-SAME: -> (tensor<4xf32>, tensor<?xi64>, tensor<i64>)
func.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<?xi64>, tensor<i64>) {
  %n = arith.constant 3 : index
  %e = tensor.empty(%n) : tensor<?xi64>
  %c = arith.constant dense<1> : tensor<i64>
  return %x, %e, %c : tensor<4xf32>, tensor<?xi64>, tensor<i64>
}
