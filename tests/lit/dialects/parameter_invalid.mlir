// RUN: isthmus-opt %s --split-input --verify-diagnostics

func.func @no_key() -> tensor<3xf32> {
  // expected-error@+1 {{'hpc.parameter' op needs a key that is not empty}}
  %w = "hpc.parameter"() {key = ""} : () -> tensor<3xf32>
  return %w : tensor<3xf32>
}

// -----

func.func @dynamic_parameter() -> tensor<?xf32> {
  // expected-error@+1 {{'hpc.parameter' op result must be a tensor of static shape, got tensor<?xf32>}}
  %w = "hpc.parameter"() {key = "w"} : () -> tensor<?xf32>
  return %w : tensor<?xf32>
}
