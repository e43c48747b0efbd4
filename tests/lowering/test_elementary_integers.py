"""Remainders and integer powers as IREE compiles and runs them, against NumPy bit for bit."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.lowering.elementary_evaluation import Array
from tests.lowering.test_elementary_compiled import compiled

from isthmus.dialects.mlir import context, ir, parse
from isthmus.errors import CompileError
from isthmus.lowering.expand_math import ExpandMath

OPERATIONS = {
    "remainder": ("arith.remf %a, %b : f64", "f64", "f64"),
    "power_i8": ("math.ipowi %a, %b : i8", "i8", "i8"),
    "power_i64": ("math.ipowi %a, %b : i64", "i64", "i64"),
    "power_f32": ("math.fpowi %a, %b : f32, i32", "f32", "i32"),
    "power_f64": ("math.fpowi %a, %b : f64, i32", "f64", "i32"),
}


def function_of(name: str) -> str:
    """Write a function that maps one binary operation over vectors."""
    operation, left, right = OPERATIONS[name]
    identity = "affine_map<(d) -> (d)>"
    return f"""
      func.func @{name}(%x: tensor<?x{left}>, %y: tensor<?x{right}>) -> tensor<?x{left}> {{
        %zero = arith.constant 0 : index
        %size = tensor.dim %x, %zero : tensor<?x{left}>
        %empty = tensor.empty(%size) : tensor<?x{left}>
        %result = linalg.generic {{indexing_maps = [{identity}, {identity}, {identity}],
            iterator_types = ["parallel"]}} ins(%x, %y : tensor<?x{left}>, tensor<?x{right}>)
            outs(%empty : tensor<?x{left}>) {{
        ^bb0(%a: {left}, %b: {right}, %unused: {left}):
          %value = {operation}
          linalg.yield %value : {left}
        }} -> tensor<?x{left}>
        return %result : tensor<?x{left}>
      }}"""


@pytest.fixture(scope="module")
def call() -> Callable[..., Array]:
    """Compile all operations after the pass, as one module."""
    fresh = context()
    module = parse("".join(function_of(name) for name in OPERATIONS), fresh)
    with fresh, ir.Location.unknown():
        ExpandMath().apply(module)
    return compiled(module, "cpu")


def test_remainders_are_exact_at_any_distance(call: Callable[..., Array]) -> None:
    draw = np.random.default_rng(0)
    x = draw.integers(-(2**63), 2**63 - 1, 20000).view(np.float64)
    special = np.array([0, -0.0, 1, -1, 3, 1e-310, 5e-324, 1e308, np.inf, -np.inf, np.nan, 2.0**53])
    left, right = (grid.ravel() for grid in np.meshgrid(special, special))
    subnormal = draw.integers(1, 2**52, 20000).view(np.float64)
    x, y = np.concatenate([x, x, left]), np.concatenate([draw.permutation(x), subnormal, right])
    with np.errstate(all="ignore"):
        expected = np.fmod(x, y)
    got = call("remainder", x, y)
    same = (got.view(np.int64) == expected.view(np.int64)) | (np.isnan(got) & np.isnan(expected))
    assert same.all(), (x[~same][0], y[~same][0])


@pytest.mark.parametrize("kind", ["i8", "i64"])
def test_integer_powers_wrap_as_numpys(call: Callable[..., Array], kind: str) -> None:
    draw = np.random.default_rng(1)
    x, n = (
        draw.integers(low, high, 5000).astype(f"i{int(kind[1:]) // 8}") for low, high in ((-12, 13), (0, 40))
    )
    np.testing.assert_array_equal(call(f"power_{kind}", x, n), np.power(x, n))


def test_negative_integer_powers_are_zero_unless_of_a_unit(call: Callable[..., Array]) -> None:
    x, n = np.array([1, -1, -1, 2, 0]), np.array([-3, -3, -2, -1, -1])
    assert call("power_i64", x, n).tolist() == [1, -1, 1, 0, 0]


@pytest.mark.parametrize("kind", ["f32", "f64"])
def test_numbers_to_integer_powers_keep_their_signs(call: Callable[..., Array], kind: str) -> None:
    x = np.array([-2, -2, 0, -0.0, np.nan, -1, -np.inf], "f4" if kind == "f32" else "f8")
    n = np.array([3, -2, 0, -1, 0, 2**31 - 1, 3], "i4")
    expected = [-8, 0.25, 1, -np.inf, 1, -1, -np.inf]
    assert call(f"power_{kind}", x, n).tolist() == expected


@pytest.mark.parametrize("name", ["remainder", "power_i64"])
def test_iree_alone_does_not_compile_them(name: str) -> None:
    with pytest.raises(CompileError):
        compiled(parse(function_of(name), context()), "cpu")
