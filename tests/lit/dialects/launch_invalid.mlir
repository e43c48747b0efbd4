// RUN: isthmus-opt %s --split-input --verify-diagnostics

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @wrong_segments(%x: tensor<8xf64>, %v: tensor<8xf64>) {
  // expected-error@+1 {{segments [1, 2, 0] do not count its 2 operands}}
  %r = "hpc.launch"(%x, %v) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 1, 2, 0>,
    operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  return
}

// -----

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @no_workgroup(%x: tensor<8xf64>, %v: tensor<8xf64>) {
  // expected-error@+1 {{has 0 workgroups, expected at least 1}}
  %r = "hpc.launch"(%x, %v) {kernel = @k, workgroups = 0 : i64, segments = array<i64: 1, 1, 0>,
    operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  return
}

// -----

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @nothing_written(%x: tensor<8xf64>, %v: tensor<8xf64>) {
  // expected-error@+1 {{writes no tensor}}
  "hpc.launch"(%x, %v) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 2, 0, 0>,
    operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>, tensor<8xf64>) -> ()
  return
}

// -----

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @read_and_written(%x: tensor<8xf64>, %v: tensor<8xf64>) {
  // expected-error@+1 {{tensor 0 of those it writes is among its other tensors, too}}
  %r = "hpc.launch"(%x, %x) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 1, 1, 0>,
    operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  return
}

// -----

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @wrong_result(%x: tensor<8xf64>, %v: tensor<8xf64>) {
  // expected-error@+1 {{expected the types of the tensors it writes as results, (tensor<8xf64>), got (tensor<8xf32>)}}
  %r = "hpc.launch"(%x, %v) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 1, 1, 0>,
    operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf32>
  return
}

// -----

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @wrong_scalar(%x: tensor<8xf64>, %v: tensor<8xf64>, %a: complex<f64>) {
  // expected-error@+1 {{as scalars, got complex<f64>}}
  %r = "hpc.launch"(%x, %v, %a) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 1, 1, 1>,
    operandSegmentSizes = array<i32: 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>, tensor<8xf64>, complex<f64>) -> tensor<8xf64>
  return
}

// -----

func.func @no_kernel(%x: tensor<8xf64>, %v: tensor<8xf64>) {
  // expected-error@+1 {{there is no function 'k'}}
  %r = "hpc.launch"(%x, %v) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 1, 1, 0>,
    operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>
  return
}

// -----

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @wrong_kernel(%x: tensor<8xi1>, %v: tensor<8xf64>) {
  // expected-error@+1 {{expected kernel 'k' to take (memref<8xi8>, memref<8xf64>, index, index), got (memref<8xf64>, memref<8xf64>, index, index)}}
  %r = "hpc.launch"(%x, %v) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 1, 1, 0>,
    operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xi1>, tensor<8xf64>) -> tensor<8xf64>
  return
}

// -----

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @no_tensor(%a: f64, %v: tensor<8xf64>) {
  // expected-error@+1 {{expected ranked tensors to read and write, got f64, tensor<8xf64>}}
  %r = "hpc.launch"(%a, %v) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 1, 1, 0>,
    operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (f64, tensor<8xf64>) -> tensor<8xf64>
  return
}

// -----

func.func private @k(%x: memref<8xf64>, %v: memref<8xf64>, %workgroup: index, %workgroups: index) {
  return
}

func.func @too_many(%x0: tensor<8xf64>, %x1: tensor<8xf64>, %x2: tensor<8xf64>, %x3: tensor<8xf64>, %x4: tensor<8xf64>, %x5: tensor<8xf64>, %x6: tensor<8xf64>, %x7: tensor<8xf64>, %x8: tensor<8xf64>, %x9: tensor<8xf64>, %x10: tensor<8xf64>, %x11: tensor<8xf64>, %x12: tensor<8xf64>, %x13: tensor<8xf64>, %x14: tensor<8xf64>, %x15: tensor<8xf64>, %x16: tensor<8xf64>, %x17: tensor<8xf64>, %x18: tensor<8xf64>, %x19: tensor<8xf64>, %x20: tensor<8xf64>, %x21: tensor<8xf64>, %x22: tensor<8xf64>, %x23: tensor<8xf64>, %x24: tensor<8xf64>, %x25: tensor<8xf64>, %x26: tensor<8xf64>, %x27: tensor<8xf64>, %x28: tensor<8xf64>, %x29: tensor<8xf64>, %x30: tensor<8xf64>, %x31: tensor<8xf64>, %x32: tensor<8xf64>) {
  // expected-error@+1 {{writes 33 tensors, expected at most 32}}
  %r:33 = "hpc.launch"(%x0, %x1, %x2, %x3, %x4, %x5, %x6, %x7, %x8, %x9, %x10, %x11, %x12, %x13, %x14, %x15, %x16, %x17, %x18, %x19, %x20, %x21, %x22, %x23, %x24, %x25, %x26, %x27, %x28, %x29, %x30, %x31, %x32) {kernel = @k, workgroups = 1 : i64, segments = array<i64: 0, 33, 0>,
    operandSegmentSizes = array<i32: 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>,
    resultSegmentSizes = array<i32: 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0>}
    : (tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>) -> (tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>, tensor<8xf64>)
  return
}
