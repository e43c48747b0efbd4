"""Padding of f64 products: where it happens, and that the numbers stay right."""

from pathlib import Path

import numpy as np
import pytest

from isthmus.targets.compiler import compile_module
from isthmus.targets.registry import parse_target

from .conftest import Run, to_bytecode

PRODUCT = """
func.func @main(%a: tensor<{m}x{k}x{t}>, %b: tensor<{k}x{n}x{t}>, %d: tensor<{m}x{n}x{t}> {{hpc.output = 0 : index}})
    -> tensor<{m}x{n}x{t}> {{
  %start = arith.constant 1.5 : {t}
  %0 = linalg.fill ins(%start : {t}) outs(%d : tensor<{m}x{n}x{t}>) -> tensor<{m}x{n}x{t}>
  %1 = linalg.matmul ins(%a, %b : tensor<{m}x{k}x{t}>, tensor<{k}x{n}x{t}>) outs(%0 : tensor<{m}x{n}x{t}>)
    -> tensor<{m}x{n}x{t}>
  return %1 : tensor<{m}x{n}x{t}>
}}
"""


@pytest.mark.parametrize(
    ("target", "m", "n", "t", "padded"),
    [
        ("cpu:x86-64-v4", 101, 203, "f64", True),
        ("cpu:x86-64-v4", 128, 192, "f64", False),
        ("cpu:x86-64-v4", 101, 33, "f64", False),
        ("cpu:x86-64-v4", 101, 203, "f32", False),
        ("cpu:x86-64-v3", 101, 203, "f64", False),
    ],
)
def test_large_products_are_padded_where_tiles_need_it(
    target: str, m: int, n: int, t: str, padded: bool, tmp_path: Path
) -> None:
    text = PRODUCT.format(m=m, n=n, k=70, t=t)
    compile_module(to_bytecode(text), parse_target(target), keep=tmp_path)
    assert (b"static_high" in (tmp_path / "iree.mlirbc").read_bytes()) == padded


@pytest.mark.parametrize(("m", "k", "n"), [(101, 70, 203), (128, 99, 203), (101, 128, 192)])
def test_a_padded_product_is_right(m: int, k: int, n: int, run: Run) -> None:
    rng = np.random.default_rng(m)
    a, b = rng.random((m, k)), rng.random((k, n))
    compiled = compile_module(to_bytecode(PRODUCT.format(m=m, n=n, k=k, t="f64")), parse_target("cpu"))
    np.testing.assert_allclose(run(compiled, a, b, np.empty((m, n))), 1.5 + a @ b, rtol=1e-14)
