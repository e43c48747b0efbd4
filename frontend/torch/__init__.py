"""Capture of PyTorch programs: the only place that imports torch."""

from .capture import capture

__all__ = ["capture"]
