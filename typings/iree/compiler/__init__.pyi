"""IREE's compiler: a second MLIR, used in the worker process alone."""

from . import ir as ir

__version__: str
