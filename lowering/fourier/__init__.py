"""Discrete Fourier transforms of any length as small matrix products."""
