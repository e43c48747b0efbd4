"""Padding of f64 products: where it happens, and that the numbers stay right."""

import numpy as np
import pytest
from iree.compiler import ir

from isthmus.targets.compiler import compile_module
from isthmus.targets.pad_products import pad_products
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
    ("m", "n", "t", "padded"),
    [
        (101, 203, "f64", "tensor<112x208xf64>"),
        (1000, 1100, "f64", "tensor<1024x1152xf64>"),
        (128, 192, "f64", None),
        (101, 33, "f64", None),
        (101, 203, "f32", None),
    ],
)
def test_large_products_are_padded_to_the_tile(m: int, n: int, t: str, padded: str | None) -> None:
    with ir.Context(), ir.Location.unknown():
        module = ir.Module.parse(PRODUCT.format(m=m, n=n, k=70, t=t).replace("hpc.output", "iree.abi.output"))
        assert pad_products(module, {"f64": (8, 16)}) == (padded is not None)
        assert module.operation.verify()
        assert padded is None or padded in str(module)


@pytest.mark.parametrize(("m", "k", "n"), [(101, 70, 203), (128, 99, 203), (101, 128, 192)])
def test_a_padded_product_is_right(m: int, k: int, n: int, run: Run) -> None:
    rng = np.random.default_rng(m)
    a, b = rng.random((m, k)), rng.random((k, n))
    compiled = compile_module(to_bytecode(PRODUCT.format(m=m, n=n, k=k, t="f64")), parse_target("cpu"))
    np.testing.assert_allclose(run(compiled, a, b, np.empty((m, n))), 1.5 + a @ b, rtol=1e-14)
