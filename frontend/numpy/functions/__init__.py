"""NumPy's functions on traced arrays: tables from each callable to what traces it."""

from .namespace import namespace
from .table import find

__all__ = ["find", "namespace"]
