"""Evaluate formulas with NumPy, make arguments over all magnitudes, and measure errors in ulp against mpmath."""

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt

from isthmus.lowering.elementary.number import FLOAT32, FLOAT64, Format, Number

Array = npt.NDArray[Any]

FORMATS = {"f32": FLOAT32, "f64": FLOAT64}
DTYPES: dict[str, Any] = {
    "f32": np.float32,
    "f64": np.float64,
    "i32": np.int32,
    "i64": np.int64,
    "i1": np.bool_,
}
TWO_ARGUMENTS = ("atan2", "powf")
FARTHEST = 1e9
"""Up to here sin, cos and tan promise their accuracy."""

_OPERATIONS: dict[str, Callable[..., Array]] = {
    "addf": np.add,
    "subf": np.subtract,
    "mulf": np.multiply,
    "fma": lambda a, b, c: a * b + c,
    "divf": np.divide,
    "negf": np.negative,
    "absf": np.abs,
    "sqrt": np.sqrt,
    "ltf": np.less,
    "lef": np.less_equal,
    "gtf": np.greater,
    "gef": np.greater_equal,
    "eqf": np.equal,
    "unf": lambda a, b: np.isnan(a) | np.isnan(b),
    "lti": np.less,
    "gti": np.greater,
    "eqi": np.equal,
    "addi": np.add,
    "subi": np.subtract,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "shli": np.left_shift,
    "select": np.where,
}


class NumpyEngine:
    """Carries formulas out with NumPy, in the very formats, with subnormals and without fused operations."""

    def constant(self, kind: str, value: float | int) -> Any:
        """Make a scalar of the kind; integers wrap."""
        if kind.startswith("i"):
            half = 2 ** (int(kind[1:]) - 1)
            value = (int(value) + half) % (2 * half) - half
        return DTYPES[kind](value)

    def apply(self, operation: str, kind: str, *operands: Any) -> Array:
        """Carry out one operation."""
        with np.errstate(all="ignore"):
            if operation in _OPERATIONS:
                return np.asarray(_OPERATIONS[operation](*operands))
            value = np.asarray(operands[0])
            if operation == "bitcast":
                return np.asarray(value.view(DTYPES[kind]))
            if operation == "shrui":
                unsigned = value.view(f"u{value.dtype.itemsize}")
                shifted = np.right_shift(unsigned, unsigned.dtype.type(operands[1]))
                return np.asarray(shifted.view(value.dtype))
            return np.asarray(value.astype(DTYPES[kind]))


def evaluate(formula: Callable[..., Number], form: Format, *arguments: Array) -> Array:
    """Evaluate a formula on arrays of the format."""
    result = formula(*(Number(NumpyEngine(), form, argument) for argument in arguments))
    return np.asarray(result.handle)


_NUMPY: dict[str, Callable[..., Any]] = {
    "powf": np.power,
    "atan2": np.arctan2,
    "erf": np.vectorize(math.erf, otypes=[float]),
    "erfc": np.vectorize(math.erfc, otypes=[float]),
    **{name: getattr(np, "arc" + name[1:]) for name in ("acos", "acosh", "asin", "asinh", "atan", "atanh")},
}
_MPMATH: dict[str, Callable[..., Any]] = {
    "powf": mpmath.power,
    "exp2": lambda x: mpmath.power(2, x),
    "log2": lambda x: mpmath.log(x, 2),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
}


def reference(name: str, *arguments: Array) -> tuple[Array, Array]:
    """Compute the exact results in f64, and what that misses in its ulp; NumPy decides what is nan, zero, infinite."""
    with np.errstate(all="ignore"):
        wide = [argument.astype(np.float64) for argument in arguments]
        high = np.asarray((_NUMPY.get(name) or getattr(np, name))(*wide))
    low = np.zeros_like(high)
    exact = _MPMATH.get(name) or getattr(mpmath, name)
    finite = (
        np.isfinite(high) & (high != 0) & np.logical_and.reduce([np.isfinite(x) & (x != 0) for x in wide])
    )
    for i in np.flatnonzero(finite):
        smallest = min(abs(float(x[i])) for x in wide)
        with mpmath.workprec(2300 if 0 < smallest < 1e-12 and name in ("asinh", "atanh") else 200):
            result = exact(*(mpmath.mpf(float(x[i])) for x in wide))
            high[i] = float(result)
            low[i] = float((result - high[i]) / math.ulp(high[i])) if math.isfinite(high[i]) else 0.0
    return high, low


def errors_in_ulp(got: Array, high: Array, low: Array) -> Array:
    """Measure the distance in units of the last place of the exact result; infinite where nan or sign is wrong.

    Infinity counts as the power of two that follows the largest number.
    """
    limits = np.finfo(got.dtype)
    with np.errstate(all="ignore"):
        overflows = np.abs(high) >= float(limits.max) * (1 + 2.0 ** -(limits.nmant + 2))
        exponent = np.clip(np.frexp(high)[1] - 1, limits.minexp, limits.maxexp - 1)
        exponent = np.where(overflows, limits.maxexp - 1, exponent)
        shift = np.where(exponent > 0, -1, 64)  # away from both ends of f64
        after_largest = np.ldexp(1.0, limits.maxexp - 1)
        value = np.where(np.isinf(got), np.copysign(after_largest, got), np.ldexp(got.astype(float), shift))
        exact = np.where(overflows, np.copysign(after_largest, high), np.ldexp(high, shift))
        error = (value - exact) / np.ldexp(1.0, exponent - limits.nmant + shift)
    if got.dtype == np.float64:
        error = error - np.where(overflows, 0.0, low)
    nan = np.isnan(high)
    wrong = (np.isnan(got) != nan) | ((high == 0) & (got == 0) & (np.signbit(high) != np.signbit(got)))
    return np.where(wrong, np.inf, np.where(nan, 0.0, np.abs(error)))


def arguments(name: str, kind: str, count: int, seed: int = 0) -> tuple[Array, ...]:
    """Draw about eight times `count` arguments over all magnitudes; sin, cos and tan up to FARTHEST."""
    x = _points(kind, count, np.random.default_rng(seed))
    if name in ("sin", "cos", "tan"):
        x = x[(np.abs(x) <= FARTHEST) | ~np.isfinite(x)]
    if name not in TWO_ARGUMENTS:
        return (x,)
    y = np.random.default_rng(seed + 1).permutation(x)
    special = _special(kind)
    pairs = [(x, y), tuple(grid.ravel() for grid in np.meshgrid(special, special))]
    if name == "powf":
        positive = np.abs(x[np.isfinite(x) & (x != 0) & (np.abs(x) != 1)])
        span = np.random.default_rng(seed + 2).uniform(-745 if kind == "f64" else -104, 710, len(positive))
        with np.errstate(all="ignore"):
            exponents = (span / np.log(positive.astype(np.float64))).astype(x.dtype)
        pairs += [
            (positive, exponents),
            (x, np.random.default_rng(seed + 3).integers(-9, 9, len(x)).astype(x.dtype)),
        ]
    return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))


def _points(kind: str, count: int, draw: np.random.Generator) -> Array:
    dtype = DTYPES[kind]
    whole = np.iinfo(DTYPES["i" + kind[1:]])
    largest = 106 if kind == "f32" else 760
    parts = [
        draw.integers(whole.min, whole.max, count, dtype=whole.dtype).view(dtype),
        draw.integers(-(2 ** np.finfo(dtype).nmant), 2 ** np.finfo(dtype).nmant, count, dtype=whole.dtype),
        draw.uniform(-1.3, 1.3, count),
        draw.uniform(-30, 30, count),
        draw.uniform(-largest, largest, count),
        1 + 0.01 * draw.standard_normal(count),
        draw.choice([-1, 1], count) * 10 ** draw.uniform(-20, 9, count),
        draw.integers(-640_000_000, 640_000_000, count // 2) * (math.pi / 2),
        draw.integers(-1000, 1000, count // 2) * (math.pi / 2),
    ]
    parts[1] = np.copysign(np.abs(parts[1]).astype(whole.dtype).view(dtype), parts[1].astype(dtype))
    return np.concatenate([_special(kind), *(part.astype(dtype) for part in parts)])


def _special(kind: str) -> Array:
    limits = np.finfo(DTYPES[kind])
    edges = [limits.tiny, limits.smallest_subnormal, limits.max, 3 * limits.smallest_subnormal]
    values = [0.0, 1.0, 0.5, 2.0, 3.0, 1e30, math.inf, *map(float, edges)]
    return np.array([*values, *(-value for value in values), math.nan], DTYPES[kind])
