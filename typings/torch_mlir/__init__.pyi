"""torch-mlir: MLIR bindings that can host a dialect defined in Python, and the importers of torch programs."""
