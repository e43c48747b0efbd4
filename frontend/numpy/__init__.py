"""Capture of functions written with NumPy: tracing, with loops and branches rewritten."""

from .capture import capture

__all__ = ["capture"]
