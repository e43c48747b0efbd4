"""Which operators torch-mlir wants decomposed."""

from typing import Any

DEFAULT_DECOMPOSITIONS: list[Any]

def get_decomposition_table() -> dict[Any, Any]: ...
