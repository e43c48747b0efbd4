"""The one table from NumPy's callables to what traces them, merged from the files by name."""

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from .checking import checked
from .tridiagonal import LAPACK

Function = Callable[..., Any]
CREATORS = ("creation", "grids", "matrices", "randomness", "ranges", "writing")
"""Files whose functions are traced even when nothing among the arguments is: what they give may be written."""
FILES = (
    *CREATORS,
    "arithmetic",
    "convolutions",
    "dtypes",
    "extremes",
    "fourier",
    "histograms",
    "joining",
    "linear_algebra",
    "logic",
    "padding",
    "polynomials",
    "products",
    "reductions",
    "scans",
    "selection",
    "shaping",
    "sorting",
    "statistics",
    "summation",
    "unsupported",
)


@cache
def table() -> dict[Function, Function]:
    """Read the `TABLE` of every file."""
    return {key: checked(key, made, file in CREATORS) for file in FILES for key, made in _rows(file).items()}


def _rows(file: str) -> dict[Function, Function]:
    rows: dict[Function, Function] = import_module(f".{file}", __package__).TABLE
    return rows


def find(function: Function) -> Function | None:
    """Find what traces a NumPy callable; None where nothing does."""
    try:
        return table().get(function) or _find_lapack(function)
    except TypeError:  # not hashable
        return None


def _find_lapack(function: Function) -> Function | None:
    lapack = sys.modules.get("scipy.linalg.lapack")
    return next((made for name, made in LAPACK.items() if getattr(lapack, name, None) is function), None)
