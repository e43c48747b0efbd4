"""The hpc dialect: what linalg cannot say and passes need to know."""

from .attention import AttentionOp
from .call import CallOp
from .dialect import Hpc
from .fft import FftOp
from .parameter import ParameterOp

__all__ = ["AttentionOp", "CallOp", "FftOp", "Hpc", "ParameterOp"]
