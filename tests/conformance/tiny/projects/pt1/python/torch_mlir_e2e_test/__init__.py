"""A suite of four programs in the shape of torch-mlir's, written for the test of the script."""
