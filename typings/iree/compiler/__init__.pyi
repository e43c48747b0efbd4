"""IREE's compiler: a second MLIR, used in the worker process alone."""

from typing import Any

from . import ir as ir

__version__: str

def compile_str(input_str: str | bytes, **options: Any) -> bytes: ...
