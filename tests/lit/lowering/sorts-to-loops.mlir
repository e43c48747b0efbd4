// RUN: isthmus-opt -p sorts-to-loops %s | filecheck %s

// Runs double in length until one is left; the rows of the other dimension are sorted one by one, and what is
// sorted along is moved with the keys.
// CHECK-LABEL: func.func @main
// CHECK:         scf.while
// CHECK:           arith.cmpi ult
// CHECK:           scf.condition
// CHECK:           scf.for
// CHECK:             scf.for
// CHECK:               scf.for
// CHECK-COUNT-4:         tensor.extract
// CHECK-COUNT-2:         arith.cmpf ole
// CHECK-COUNT-2:         tensor.insert
// CHECK:           arith.muli
// CHECK-NOT:     tm_tensor.sort
func.func @main(%a: tensor<2x?xf64>, %i: tensor<2x?xi64>) -> (tensor<2x?xf64>, tensor<2x?xi64>) {
  %r:2 = tm_tensor.sort dimension(1) outs(%a, %i: tensor<2x?xf64>, tensor<2x?xi64>) {
   ^bb0(%p: f64, %q: f64, %u: i64, %v: i64):
    %c = arith.cmpf ole, %p, %q : f64
    tm_tensor.yield %c : i1
  } -> tensor<2x?xf64>, tensor<2x?xi64>
  return %r#0, %r#1 : tensor<2x?xf64>, tensor<2x?xi64>
}
