"""torch-mlir's own route from torch to MLIR."""

from typing import Any

from .ir import Module

def export_and_import(f: Any, *args: Any, **options: Any) -> Module: ...
