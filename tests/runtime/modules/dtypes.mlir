// Every dtype through and back.
func.func @main(
    %f64: tensor<?x2xf64>,
    %f32: tensor<?x2xf32>,
    %f16: tensor<?x2xf16>,
    %bf16: tensor<?x2xbf16>,
    %i64: tensor<?x2xi64>,
    %i32: tensor<?x2xi32>,
    %i16: tensor<?x2xi16>,
    %i8: tensor<?x2xi8>,
    %u64: tensor<?x2xi64>,
    %u32: tensor<?x2xi32>,
    %u16: tensor<?x2xi16>,
    %u8: tensor<?x2xi8>,
    %bool: tensor<?x2xi1>,
    %c64: tensor<?x2xcomplex<f32>>,
    %c128: tensor<?x2xcomplex<f64>>,
    %to_f64: tensor<?x2xf64> {iree.abi.output = 0 : index},
    %to_f32: tensor<?x2xf32> {iree.abi.output = 1 : index},
    %to_f16: tensor<?x2xf16> {iree.abi.output = 2 : index},
    %to_bf16: tensor<?x2xbf16> {iree.abi.output = 3 : index},
    %to_i64: tensor<?x2xi64> {iree.abi.output = 4 : index},
    %to_i32: tensor<?x2xi32> {iree.abi.output = 5 : index},
    %to_i16: tensor<?x2xi16> {iree.abi.output = 6 : index},
    %to_i8: tensor<?x2xi8> {iree.abi.output = 7 : index},
    %to_u64: tensor<?x2xi64> {iree.abi.output = 8 : index},
    %to_u32: tensor<?x2xi32> {iree.abi.output = 9 : index},
    %to_u16: tensor<?x2xi16> {iree.abi.output = 10 : index},
    %to_u8: tensor<?x2xi8> {iree.abi.output = 11 : index},
    %to_bool: tensor<?x2xi1> {iree.abi.output = 12 : index},
    %to_c64: tensor<?x2xcomplex<f32>> {iree.abi.output = 13 : index},
    %to_c128: tensor<?x2xcomplex<f64>> {iree.abi.output = 14 : index}) -> (
    tensor<?x2xf64>, tensor<?x2xf32>, tensor<?x2xf16>, tensor<?x2xbf16>, tensor<?x2xi64>, tensor<?x2xi32>, tensor<?x2xi16>, tensor<?x2xi8>, tensor<?x2xi64>, tensor<?x2xi32>, tensor<?x2xi16>, tensor<?x2xi8>, tensor<?x2xi1>, tensor<?x2xcomplex<f32>>, tensor<?x2xcomplex<f64>>) {
  return %f64, %f32, %f16, %bf16, %i64, %i32, %i16, %i8, %u64, %u32, %u16, %u8, %bool, %c64, %c128 :
    tensor<?x2xf64>, tensor<?x2xf32>, tensor<?x2xf16>, tensor<?x2xbf16>, tensor<?x2xi64>, tensor<?x2xi32>, tensor<?x2xi16>, tensor<?x2xi8>, tensor<?x2xi64>, tensor<?x2xi32>, tensor<?x2xi16>, tensor<?x2xi8>, tensor<?x2xi1>, tensor<?x2xcomplex<f32>>, tensor<?x2xcomplex<f64>>
}
