"""The hpc dialect: what linalg cannot say and passes need to know."""

from .attention import AttentionOp
from .call import CallOp
from .dialect import Hpc
from .fft import FftOp
from .launch import LaunchOp
from .parameter import ParameterOp
from .stencil import StencilOp

__all__ = ["AttentionOp", "CallOp", "FftOp", "Hpc", "LaunchOp", "ParameterOp", "StencilOp"]
