"""The hpc dialect: what linalg cannot say and passes need to know."""

from .call import CallOp
from .dialect import Hpc
from .fft import FftOp
from .parameter import ParameterOp

__all__ = ["CallOp", "FftOp", "Hpc", "ParameterOp"]
