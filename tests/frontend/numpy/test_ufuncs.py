"""NumPy's ufuncs: numbers, signs, special values and dtypes, for every kind of element."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Check = Callable[..., Any]
INF, NAN = np.inf, np.nan

_RNG = np.random.default_rng(7)
_SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, INF, -INF, NAN, 1e-310, 1e300, -1e-3, 7.0])
_LEFT, _RIGHT = (grid.reshape(-1) for grid in np.meshgrid(_SPECIAL, _SPECIAL))
_WIDE = np.concatenate([_RNG.uniform(-20, 20, 200), 10.0 ** _RNG.uniform(-12, 12, 200)])
_INTEGERS = np.array([0, 1, -1, 2, 7, -8, 100, 127, -128, 63, 5, -13], np.int64)

_FLOAT_UNARY = (
    *(
        np.exp,
        np.exp2,
        np.expm1,
        np.log,
        np.log2,
        np.log10,
        np.log1p,
        np.sqrt,
        np.cbrt,
        np.sin,
        np.cos,
        np.tan,
    ),
    *(np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh),
)
_EXACT_UNARY = (
    *(
        np.negative,
        np.positive,
        np.absolute,
        np.fabs,
        np.sign,
        np.conjugate,
        np.square,
        np.reciprocal,
        np.floor,
    ),
    *(np.ceil, np.trunc, np.rint, np.isnan, np.isinf, np.isfinite, np.signbit, np.spacing, np.modf, np.frexp),
    *(np.logical_not, np.sqrt),
)
_EXACT_BINARY = (
    *(np.add, np.subtract, np.multiply, np.true_divide, np.copysign, np.nextafter, np.heaviside, np.maximum),
    *(
        np.minimum,
        np.fmax,
        np.fmin,
        np.less,
        np.less_equal,
        np.greater,
        np.greater_equal,
        np.equal,
        np.not_equal,
    ),
    *(np.logical_and, np.logical_or, np.logical_xor, np.floor_divide, np.remainder, np.fmod, np.divmod),
)
_INTEGER_BINARY = (
    *(np.add, np.subtract, np.multiply, np.true_divide, np.floor_divide, np.remainder, np.fmod, np.divmod),
    *(np.maximum, np.minimum, np.fmax, np.less, np.greater_equal, np.equal, np.bitwise_and, np.bitwise_or),
    *(np.bitwise_xor, np.left_shift, np.right_shift, np.gcd, np.lcm, np.logical_and, np.logical_xor),
)
_INTEGER_UNARY = (
    *(
        np.negative,
        np.positive,
        np.absolute,
        np.sign,
        np.square,
        np.invert,
        np.bitwise_count,
        np.floor,
        np.rint,
    ),
    *(np.isnan, np.isfinite, np.logical_not, np.conjugate, np.sqrt),
)


def _all(ufuncs: tuple[np.ufunc, ...], *operands: Any) -> Any:
    return [ufunc(*operands) for ufunc in ufuncs]


def test_elementary_functions_are_within_four_ulp(check: Check) -> None:
    check(lambda x: _all(_FLOAT_UNARY, x), _WIDE, ulps=4)


def test_exact_functions_of_one_number_agree_on_special_values(check: Check) -> None:
    check(lambda x: _all(_EXACT_UNARY, x), np.concatenate([_SPECIAL, _WIDE]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_exact_functions_of_two_numbers_agree_on_special_values(check: Check, dtype: Any) -> None:
    check(lambda x, y: _all(_EXACT_BINARY, x, y), _LEFT.astype(dtype), _RIGHT.astype(dtype))


def test_signs_of_zero_are_numpys(check: Check) -> None:
    def signs(x: Any, y: Any) -> Any:
        return [
            np.copysign(1.0, one) for one in (x // y, x % y, np.fmod(x, y), np.modf(x)[0], np.rint(x), -x)
        ]

    finite = np.isfinite(_LEFT) & np.isfinite(_RIGHT) & (_RIGHT != 0)
    check(signs, _LEFT[finite], _RIGHT[finite])


def test_functions_of_two_numbers_are_within_four_ulp(check: Check) -> None:
    ufuncs = (np.power, np.float_power, np.hypot, np.arctan2, np.logaddexp, np.logaddexp2)
    x = np.abs(_RNG.uniform(-30, 30, 300))
    check(lambda x, y: _all(ufuncs, x, y), x, _RNG.uniform(-30, 30, 300), ulps=4)
    check(lambda x, y: _all((np.hypot, np.arctan2), x, y), _LEFT, _RIGHT, ulps=4)
    angles = (np.degrees, np.radians, np.rad2deg, np.deg2rad)
    check(lambda x: _all(angles, x), _WIDE, ulps=1)
    check(lambda x, n: np.ldexp(x, n), _WIDE, _RNG.integers(-1100, 1100, 400))


def test_powers_that_are_known_become_products(check: Check) -> None:
    def powers(x: Any, n: Any, z: Any) -> Any:
        real = [x**e for e in (0, 1, 2, 3, 4, 7, -1, -2, 0.5, 2.0)] + [2**x, 2.5**x, x**-0.5]
        return real, [n**e for e in (0, 1, 2, 5, 9)], [z**e for e in (2, 3, -1, 0.5)], 3**n, n**n

    x = _RNG.uniform(0.1, 3, 50)
    check(powers, x, np.arange(12), _RNG.normal(size=20) + 1j * _RNG.normal(size=20), ulps=6)


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int8, np.uint8, np.uint16, np.uint64])
def test_integers_wrap_and_divide_as_numpys(check: Check, dtype: Any) -> None:
    left, right = (grid.reshape(-1).astype(dtype) for grid in np.meshgrid(_INTEGERS, _INTEGERS))
    smallest = np.array([np.iinfo(dtype).min] * 2, dtype)
    left = np.concatenate([left, smallest])
    right = np.concatenate([right, np.array([-1, 0]).astype(dtype)])

    def compute(x: Any, y: Any) -> Any:
        unsigned = x.dtype.kind == "u"
        return (
            _all(_INTEGER_BINARY, x, y),
            _all(_INTEGER_UNARY[1 if unsigned else 0 :], x),
            x & 3,
            x << 2,
            x // 3,
        )

    with np.errstate(all="ignore"):
        check(compute, left, right, ulps=1)


def test_booleans_are_no_integers(check: Check) -> None:
    def compute(a: Any, b: Any, x: Any) -> Any:
        both = (a + b, a * b, a & b, a | b, a ^ b, ~a, a == b, a < b, np.maximum(a, b), np.logical_not(a))
        return (
            both,
            a + 1,
            a * x,
            x[a] if False else x * a,
            a / b.astype(np.float64),
            -(a.astype(int)),
            a * 2.5,
        )

    check(compute, np.array([True, True, False]), np.array([True, False, False]), np.array([1.5, 2.0, -3.0]))


def test_complex_arithmetic_and_comparison(check: Check) -> None:
    z = _RNG.normal(size=60) * 3 + 1j * _RNG.normal(size=60)
    w = np.concatenate([z[30:], z[:30].real + 0j])

    def compute(z: Any, w: Any) -> Any:
        compared = (z < w, z <= w, z > w, z >= w, z == w, z != w, np.maximum(z, w), np.minimum(z, w))
        return (
            compared,
            z + w,
            z - w,
            z * w,
            z / w,
            -z,
            np.conj(z),
            np.square(z),
            np.abs(z),
            np.isnan(z),
            z * 2.0,
        )

    check(compute, z, w, ulps=4)


def test_complex_elementary_functions(check: Check) -> None:
    functions = (
        *(
            np.exp,
            np.exp2,
            np.expm1,
            np.log,
            np.log2,
            np.log10,
            np.log1p,
            np.sqrt,
            np.sin,
            np.cos,
            np.tan,
            np.sinh,
        ),
        *(np.cosh, np.tanh, np.arcsin, np.arccos, np.arctan, np.arcsinh, np.arccosh, np.arctanh, np.sign),
        *(np.reciprocal, np.rint, np.isfinite),
    )
    z = _RNG.normal(size=80) * 2 + 1j * _RNG.normal(size=80) * 2
    check(lambda z: _all(functions, z), z, ulps=64)
    check(lambda z, w: z**w, z, z[::-1], ulps=64)


def test_dtypes_are_promoted_as_numpy_does(check: Check) -> None:
    arrays = [np.arange(1, 4).astype(kind) for kind in "?bBhHiIlLefdFD"]

    def compute(*given: Any) -> Any:
        pairs = [a + b for a in given for b in given]
        numbers = [a * 2 for a in given] + [a * 2.0 for a in given] + [a * 2j for a in given]
        return pairs, numbers, [a / b for a in given[:4] for b in given[:4]], [np.sin(a) for a in given[1:5]]

    check(compute, *arrays, ulps=2)


def test_python_numbers_stay_weak_and_numpys_do_not(check: Check) -> None:
    def compute(f: Any, i: Any, k: float, n: int, s: Any, b: bool) -> Any:
        weak = (
            f * k,
            i + n,
            f * n,
            k + n,
            n / 2,
            n // 3,
            n % 3,
            -n,
            n**2,
            k**2,
            abs(k),
            n * 2 + 1,
            b + b,
            k > n,
        )
        return (
            weak,
            f * s,
            i * s,
            f[0] * k,
            (n + i[0]) * f,
            i * k,
            f + np.float64(1),
            f + np.float32(1),
            n**-1,
        )

    inputs = (np.ones(3, np.float32), np.ones(3, np.int16), 1.5, 7, np.float64(2.5), True)
    check(compute, *inputs)


def test_out_and_where_write_in_place(check: Check) -> None:
    def compute(a: Any, b: Any, c: Any) -> Any:
        np.add(a, b, out=a)
        np.multiply(a, 2, out=c[1:4], where=a > 3)
        np.sqrt(b, a[:], where=b > 1)
        np.divmod(b, 2.0, out=(b, a))
        c += 1
        c[:2] -= 0.5
        c *= c
        return np.add(a, b, dtype=np.float64), np.true_divide(b, a, where=a != 0, out=np.zeros_like(a))

    check(compute, np.arange(3.0), np.arange(3.0, 6.0), np.arange(5).astype(np.float32))


def test_methods_of_ufuncs(check: Check) -> None:
    def compute(a: Any, n: Any) -> Any:
        reduced = (
            np.add.reduce(a),
            np.multiply.reduce(a, axis=1),
            np.maximum.reduce(a, axis=(0, 1)),
            np.add.reduce(n),
        )
        scanned = np.add.accumulate(a, axis=1), np.maximum.accumulate(a), np.add.accumulate(n)
        outer = np.subtract.outer(n, a), np.multiply.outer(n, 2), np.logical_or.reduce(a > 3)
        return reduced, scanned, outer, np.minimum.reduce(a, keepdims=True, axis=1), np.bitwise_or.reduce(n)

    check(compute, _RNG.permutation(12).astype(float).reshape(3, 4), np.arange(5, dtype=np.int32))


def test_operators_meet_ordinary_arrays_and_lists(check: Check) -> None:
    constant = np.linspace(0.0, 1.0, 4)
    large = _RNG.normal(size=(60, 40))

    def compute(a: Any, m: Any) -> Any:
        mixed = (
            constant * a,
            a - constant,
            np.add([1, 2, 3, 4], a),
            a * (2.0, 3.0, 4.0, 5.0),
            np.float32(2) * a,
        )
        return (
            mixed,
            large * m,
            constant[1:3] + a[:2],
            constant[:, None] * a,
            1 / a,
            np.add([1.0, 2, 3, 4], a),
        )

    check(compute, np.arange(1.0, 5.0), np.float64(2.5))


def test_shapes_broadcast(check: Check) -> None:
    def compute(a: Any, b: Any, c: Any) -> Any:
        return (
            a + b,
            a[:, None] * c,
            a.T + c[:3, :1],
            b - b.T,
            a[:, :1] * b[0],
            (a[None] + c[:, None, :3])[..., 1],
            c * 2,
        )

    check(compute, np.ones((4, 3)), np.ones((1, 3)) * 2, np.arange(12.0).reshape(1, 4, 3)[0])
