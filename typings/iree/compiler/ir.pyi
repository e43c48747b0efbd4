"""IREE's MLIR bindings have the surface of torch-mlir's."""

from torch_mlir.ir import *
