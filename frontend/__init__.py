"""Capture: programs as their users write them become one module."""
