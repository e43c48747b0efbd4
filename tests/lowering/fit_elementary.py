"""Fit the minimax polynomials of the elementary functions and write `lowering/elementary/coefficients.py`.

Run as `python tests/lowering/fit_elementary.py`; it takes a few seconds. Remez exchange in mpmath's arithmetic, each
error weighted as it enters the function's relative error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf

Real = Any
Function = Callable[[Real], Real]

TARGET = Path(__file__).parents[2] / "lowering" / "elementary" / "coefficients.py"
GRID = 600
EXCHANGES = 6


@dataclass(frozen=True)
class Fit:
    """A polynomial to fit: the function, where, with which weight on its error, and the degree for each format."""

    name: str
    function: Function
    low: Real
    high: Real
    weight: Function
    degrees: dict[str, int]


def minimax(fit: Fit, degree: int) -> tuple[list[Real], Real]:
    """Return the coefficients, lowest degree first, and the largest weighted error."""
    low, high = mpf(fit.low), mpf(fit.high)
    floor = max(abs(fit.weight(low)), abs(fit.weight(high))) * mpf("1e-5")
    grid = [_chebyshev(low, high, (i + mpf(0.5)) / GRID) for i in range(GRID)]
    values = [fit.function(x if abs(x) > mpf("1e-12") else mpf("1e-12")) for x in grid]
    weights = [max(abs(fit.weight(x)), floor) for x in grid]
    count = degree + 2
    chosen = sorted({min(round(i * (GRID - 1) / (count - 1)), GRID - 1) for i in range(count)})
    for _ in range(EXCHANGES):
        coefficients, level = _interpolate(grid, values, weights, chosen)
        errors = [
            weights[i] * (mpmath.polyval(coefficients[::-1], x) - values[i]) for i, x in enumerate(grid)
        ]
        largest = max(abs(error) for error in errors)
        extrema = _alternation(errors, count)
        if len(extrema) < count or largest < abs(level) * mpf("1.02"):
            break
        chosen = extrema
    return coefficients, largest


def _chebyshev(low: Real, high: Real, fraction: Real) -> Real:
    return (low + high) / 2 - (high - low) / 2 * mpmath.cos(mpmath.pi * fraction)


def _interpolate(
    grid: list[Real], values: list[Real], weights: list[Real], chosen: list[int]
) -> tuple[list[Real], Real]:
    """Find the polynomial whose weighted error alternates between plus and minus one level at the points."""
    size = len(chosen)
    matrix, right = mpmath.matrix(size, size), mpmath.matrix(size, 1)
    for row, i in enumerate(chosen):
        for column in range(size - 1):
            matrix[row, column] = grid[i] ** column
        matrix[row, size - 1] = (-1) ** row / weights[i]
        right[row] = values[i]
    solution = mpmath.lu_solve(matrix, right)
    return [solution[column] for column in range(size - 1)], solution[size - 1]


def _alternation(errors: list[Real], count: int) -> list[int]:
    """Choose `count` extrema of alternating sign, the largest; fewer when there are not as many."""
    extrema, current = [], 0
    for i in range(1, len(errors)):
        if mpmath.sign(errors[i]) != mpmath.sign(errors[current]):
            extrema.append(current)
            current = i
        elif abs(errors[i]) > abs(errors[current]):
            current = i
    extrema.append(current)
    while len(extrema) > count:
        if len(extrema) == count + 1:
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
            continue
        pairs = range(len(extrema) - 1)
        weakest = min(pairs, key=lambda k: max(abs(errors[extrema[k]]), abs(errors[extrema[k + 1]])))
        del extrema[weakest : weakest + 2]
    return extrema


def _of_square(function: Function) -> Function:
    """Turn an odd f into g with f(x) = x + x³·g(x²)."""
    return lambda z: (function(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z


def _atanh_ratio(z: Real) -> Real:
    return 2 * mpmath.atanh(mpmath.sqrt(z)) / mpmath.sqrt(z)


def _scaled_erfc(center: int) -> Function:
    """Turn t = (x - c)/(x + c) into exp(x²)·erfc(x)."""

    def function(t: Real) -> Real:
        x = center * (1 + t) / (1 - t)
        return mpmath.erfc(x) * mpmath.exp(x * x)

    return function


def _erfc(name: str, center: int, high: Real, degrees: dict[str, int]) -> Fit:
    """Describe exp(x²)·erfc(x)·(1 + 2x) for 1/2 <= x <= high."""
    scaled = _scaled_erfc(center)

    def function(t: Real) -> Real:
        return scaled(t) * (1 + 2 * center * (1 + t) / (1 - t))

    low, high = (mpf(0.5) - center) / (mpf(0.5) + center), (mpf(high) - center) / (mpf(high) + center)
    return Fit(name, function, low, high, lambda t: 1 / function(t), degrees)


def fits() -> list[Fit]:
    """List every polynomial."""
    ln2, root = mpmath.log(2) / 2 * mpf("1.001"), mpmath.sqrt(2)
    ratio = ((root - 1) / (root + 1)) ** 2
    quarter, eighth = (mpmath.pi / 4) ** 2 * mpf("1.001"), mpmath.tan(mpmath.pi / 8) ** 2 * mpf("1.001")
    one, same, square = (lambda x: mpf(1)), (lambda x: x), (lambda x: x * x)

    def odd(name: str, function: Function, high: Real, single: int, double: int) -> Fit:
        return Fit(name, _of_square(function), 0, high, same, {"f32": single, "f64": double})

    return [
        Fit("exp", lambda r: (mpmath.exp(r) - 1 - r) / r**2, -ln2, ln2, same, {"f32": 5, "f64": 10}),
        Fit("exp2", lambda r: (mpf(2) ** r - 1) / r, -0.5, 0.5, one, {"f32": 5, "f64": 10}),
        Fit(
            "log",
            lambda f: (mpmath.log1p(f) - f + f * f / 2) / f**3,
            1 / root - 1,
            root - 1,
            square,
            {"f32": 7},
        ),
        Fit("log_ratio", lambda z: (_atanh_ratio(z) - 2) / z, 0, ratio, lambda z: z / 2, {"f64": 6}),
        Fit("single_power_log", lambda z: _atanh_ratio(z) / mpmath.log(2), 0, ratio, one, {"f64": 4}),
        Fit("single_power_exp2", lambda r: mpf(2) ** r, -0.5, 0.5, one, {"f64": 7}),
        Fit("pow_log", lambda z: (_atanh_ratio(z) - 2 - 2 * z / 3) / z**2, 0, ratio, square, {"f64": 7}),
        odd("sin", mpmath.sin, quarter, 2, 5),
        Fit(
            "cos",
            lambda z: (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2,
            0,
            quarter,
            square,
            {"f32": 2, "f64": 5},
        ),
        odd("asin", mpmath.asin, 0.25, 4, 12),
        odd("atan", mpmath.atan, eighth, 3, 10),
        odd("sinh", mpmath.sinh, ln2**2, 2, 4),
        Fit(
            "cosh",
            lambda z: (mpmath.cosh(mpmath.sqrt(z)) - 1 - z / 2) / z**2,
            0,
            ln2**2,
            square,
            {"f32": 1, "f64": 4},
        ),
        Fit(
            "erf",
            lambda z: mpmath.erf(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1,
            0,
            1,
            one,
            {"f32": 6, "f64": 12},
        ),
        Fit("inverse_cbrt", lambda x: x ** (-mpf(1) / 3), 1, 2, one, {"f32": 3, "f64": 6}),
        Fit("erf_exponent", lambda x: -mpmath.log(mpmath.erfc(x)), 1, 3.95, mpmath.erfc, {"f32": 7}),
        Fit(
            "erf_tail",
            _scaled_erfc(2),
            -mpf(1) / 3,
            mpf("3.95") / mpf("7.95"),
            lambda t: mpmath.exp(-((2 * (1 + t) / (1 - t)) ** 2)),
            {"f64": 14},
        ),
        _erfc("erfc", 2, 10.1, {"f32": 9}),
        _erfc("erfc", 4, 27.3, {"f64": 22}),
    ]


def table(*names: str) -> dict[str, dict[str, tuple[float, ...]]]:
    """Fit the polynomials named, or all; coefficients rounded to their formats."""
    rows: dict[str, dict[str, tuple[float, ...]]] = {}
    with mpmath.workdps(50):
        for fit in (fit for fit in fits() if not names or fit.name in names):
            for kind, degree in fit.degrees.items():
                exact, error = minimax(fit, degree)
                print(f"{fit.name} {kind} degree {degree}: 2**{float(mpmath.log(error, 2)):.1f}")
                rounded = (float(np.float32(str(c))) if kind == "f32" else float(c) for c in exact)
                rows.setdefault(fit.name, {})[kind] = tuple(rounded)
    return rows


def main() -> None:
    """Write the table."""
    lines = [
        '"""Minimax coefficients, lowest degree first, by polynomial and format."""',
        "",
        "# Written by tests/lowering/fit_elementary.py.",
        "COEFFICIENTS: dict[str, dict[str, tuple[float, ...]]] = {",
    ]
    for name, row in table().items():
        lines.append(f'    "{name}": {{')
        for kind, values in row.items():
            lines += [f'        "{kind}": (', *(f"            {value!r}," for value in values), "        ),"]
        lines.append("    },")
    TARGET.write_text("\n".join([*lines, "}", ""]))


if __name__ == "__main__":
    main()
