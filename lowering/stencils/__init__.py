"""Stencils while passes form and fuse them: expressions over elements of arrays."""
