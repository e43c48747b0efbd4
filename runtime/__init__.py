"""The runtime layer: artifacts, loading and calling; it needs NumPy and IREE's runtime only."""
