// RUN: isthmus-opt %s --split-input --verify-diagnostics

func.func @beyond_the_end(%u: tensor<8xf64>) -> tensor<7xf64> {
  // expected-error@+1 {{access 0 of input 0 reads index 8 of dimension 0, whose extent is 8}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0 + 2)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<7xf64>)
  return %0 : tensor<7xf64>
}

// -----

func.func @before_the_start(%u: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{access 0 of input 0 reads index -1 of dimension 0}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0 - 1)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @fixed_row_outside(%u: tensor<4x8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{access 0 of input 0 reads index 4 of dimension 0, whose extent is 4}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (4, d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<4x8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @not_affine_enough(%u: tensor<16xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{expected results of the form dk, dk + constant or constant}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0 * 2)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<16xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @wrong_rank(%u: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{access 0 of input 0 maps 1 to 2 indices, expected 1 to 1}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0, d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @no_such_input(%u: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{access 0 reads input 1 of 1}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 1>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @one_map_missing(%u: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{has 2 sources and 1 accesses: expected one of each per argument}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0, 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @wrong_argument(%u: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{region has arguments of types ['f32'], expected one per access: ['f64']}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f32):
    "hpc.yield"(%a) : (f32) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @wrong_yield(%u: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{yields values of types ['f64', 'f64'], expected ['f64']}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a, %a) : (f64, f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @two_shapes(%u: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{expected results of one type, got ['tensor<8xf64>', 'tensor<7xf64>']}}
  %0:2 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a, %a) : (f64, f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>, tensor<7xf64>)
  return %0#0 : tensor<8xf64>
}

// -----

func.func @no_scalar_arithmetic(%u: tensor<8xf64>, %i: index) -> tensor<8xf64> {
  // expected-error@+1 {{region may hold scalar arithmetic alone, got 'tensor.extract'}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    %b = tensor.extract %u[%i] : tensor<8xf64>
    "hpc.yield"(%b) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @no_size(%u: tensor<?xf64>) -> tensor<?xf64> {
  // expected-error@+1 {{expected 1 sizes of type 'index', one per dynamic extent, got 0}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<?xf64>) -> (tensor<?xf64>)
  return %0 : tensor<?xf64>
}

// -----

func.func @scalar_input(%u: f64) -> tensor<8xf64> {
  // expected-error@+1 {{expected inputs that are ranked tensors: scalars are used in the region as they are}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "hpc.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> ()>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (f64) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @no_end(%u: tensor<8xf64>) -> tensor<8xf64> {
  // expected-error@+1 {{region must end with 'hpc.yield'}}
  %0 = "hpc.stencil"(%u) ({
  ^bb0(%a: f64):
    "scf.yield"(%a) : (f64) -> ()
  }) {sources = array<i64: 0>, accesses = [affine_map<(d0) -> (d0)>], operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>) -> (tensor<8xf64>)
  return %0 : tensor<8xf64>
}

// -----

func.func @lonely_yield(%a: f64) {
  // expected-error@+1 {{expected to stand in an 'hpc.stencil'}}
  "hpc.yield"(%a) : (f64) -> ()
}
