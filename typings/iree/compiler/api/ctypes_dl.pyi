"""The library behind the embedding interface."""

import ctypes
from typing import Any

_dylib: ctypes.CDLL
MLIR_PYTHON_CAPSULE_CONTEXT: bytes
PyCapsule_GetPointer: Any

def _initializeGlobalCL(*cl_args: str) -> None: ...
