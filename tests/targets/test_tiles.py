"""Our tiles of f64 products: where they are set, and that the numbers stay right."""

from pathlib import Path

import numpy as np
import pytest

from isthmus.targets.compiler import compile_module
from isthmus.targets.registry import parse_target

from .conftest import Run, to_bytecode

PRODUCT = """
func.func @main(%a: tensor<{m}x{k}x{t}>, %b: tensor<{k}x{n}x{t}>, %d: tensor<{m}x{n}x{t}> {{hpc.output = 0 : index}})
    -> tensor<{m}x{n}x{t}> {{
  %zero = arith.constant 0.0 : {t}
  %0 = linalg.fill ins(%zero : {t}) outs(%d : tensor<{m}x{n}x{t}>) -> tensor<{m}x{n}x{t}>
  %1 = linalg.matmul ins(%a, %b : tensor<{m}x{k}x{t}>, tensor<{k}x{n}x{t}>) outs(%0 : tensor<{m}x{n}x{t}>)
    -> tensor<{m}x{n}x{t}>
  return %1 : tensor<{m}x{n}x{t}>
}}
"""
BATCHES = """
func.func @main(%a: tensor<3x24x7xf64>, %b: tensor<3x7x48xf64>, %d: tensor<3x24x48xf64> {hpc.output = 0 : index})
    -> tensor<3x24x48xf64> {
  %zero = arith.constant 0.0 : f64
  %0 = linalg.fill ins(%zero : f64) outs(%d : tensor<3x24x48xf64>) -> tensor<3x24x48xf64>
  %1 = linalg.batch_matmul ins(%a, %b : tensor<3x24x7xf64>, tensor<3x7x48xf64>) outs(%0 : tensor<3x24x48xf64>)
    -> tensor<3x24x48xf64>
  return %1 : tensor<3x24x48xf64>
}
"""


@pytest.mark.parametrize(
    ("target", "m", "n", "t", "tiled"),
    [
        ("cpu:x86-64-v4", 24, 48, "f64", True),
        ("cpu:x86-64-v4", 20, 48, "f64", False),
        ("cpu:x86-64-v4", 24, 48, "f32", False),
        ("cpu:x86-64-v3", 24, 48, "f64", False),
    ],
)
def test_tiles_are_set_where_they_help(
    target: str, m: int, n: int, t: str, tiled: bool, tmp_path: Path
) -> None:
    text = PRODUCT.format(m=m, n=n, k=7, t=t)
    compile_module(to_bytecode(text), parse_target(target), keep=tmp_path)
    assert (b"lowering_config" in (tmp_path / "iree.mlirbc").read_bytes()) == tiled


@pytest.mark.parametrize(("m", "k", "n"), [(8, 1, 16), (24, 7, 48), (64, 130, 80), (104, 33, 208)])
def test_a_tiled_product_is_right(m: int, k: int, n: int, run: Run) -> None:
    rng = np.random.default_rng(m)
    a, b = rng.random((m, k)), rng.random((k, n))
    compiled = compile_module(to_bytecode(PRODUCT.format(m=m, n=n, k=k, t="f64")), parse_target("cpu"))
    assert compiled.variant == "O0-tiled"
    np.testing.assert_allclose(run(compiled, a, b, np.empty((m, n))), a @ b, rtol=1e-14)


def test_tiled_products_of_batches_are_right(run: Run) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random((3, 24, 7)), rng.random((3, 7, 48))
    compiled = compile_module(to_bytecode(BATCHES), parse_target("cpu"))
    assert compiled.variant == "O0-tiled"
    np.testing.assert_allclose(run(compiled, a, b, np.empty((3, 24, 48))), a @ b, rtol=1e-14)
