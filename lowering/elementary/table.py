"""Which formula replaces which operation."""

from collections.abc import Callable

from .error_function import erf, erfc
from .exponential import exp, exp2, expm1
from .hyperbolic import acosh, asinh, atanh, cosh, sinh, tanh
from .inverse_trigonometric import acos, asin, atan, atan2
from .logarithm import log, log1p, log2, log10
from .number import Number
from .power import cbrt, pow
from .trigonometric import cos, sin, tan

FORMULAS: dict[str, Callable[..., Number]] = {
    "math.acos": acos,
    "math.acosh": acosh,
    "math.asin": asin,
    "math.asinh": asinh,
    "math.atan": atan,
    "math.atan2": atan2,
    "math.atanh": atanh,
    "math.cbrt": cbrt,
    "math.cos": cos,
    "math.cosh": cosh,
    "math.erf": erf,
    "math.erfc": erfc,
    "math.exp": exp,
    "math.exp2": exp2,
    "math.expm1": expm1,
    "math.log": log,
    "math.log10": log10,
    "math.log1p": log1p,
    "math.log2": log2,
    "math.powf": pow,
    "math.sin": sin,
    "math.sinh": sinh,
    "math.tan": tan,
    "math.tanh": tanh,
}
