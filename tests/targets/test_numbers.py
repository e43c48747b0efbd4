"""Compiled numbers: types stay as wide as written, and every operation rounds once."""

import re

import numpy as np
import pytest

from isthmus.targets.compiler import compile_module
from isthmus.targets.registry import parse_target

from .conftest import Run, to_bytecode

CHAIN = """
func.func @main(%a: tensor<257xf64>, %b: tensor<257xf64>, %c: tensor<257xf64>) -> tensor<257xf64> {
  %0 = arith.mulf %a, %b : tensor<257xf64>
  %1 = arith.addf %0, %c : tensor<257xf64>
  %2 = math.sqrt %1 : tensor<257xf64>
  return %2 : tensor<257xf64>
}
"""
MATMUL = """
func.func @main(%a: tensor<33x?xf64>, %b: tensor<?x17xf64>, %d: tensor<33x17xf64> {hpc.output = 0 : index})
    -> tensor<33x17xf64> {
  %zero = arith.constant 0.0 : f64
  %0 = linalg.fill ins(%zero : f64) outs(%d : tensor<33x17xf64>) -> tensor<33x17xf64>
  %1 = linalg.matmul ins(%a, %b : tensor<33x?xf64>, tensor<?x17xf64>) outs(%0 : tensor<33x17xf64>)
    -> tensor<33x17xf64>
  return %1 : tensor<33x17xf64>
}
"""
IDENTITY = """
func.func @main(%x: tensor<4x{0}>) -> tensor<4x{0}> {{
  %c = arith.constant dense<{1}> : tensor<4x{0}>
  %y = {2} %x, %c : tensor<4x{0}>
  return %y : tensor<4x{0}>
}}
"""


def test_f64_is_never_demoted(run: Run) -> None:
    a, b, c = np.random.default_rng(0).random((3, 257))
    compiled = compile_module(to_bytecode(CHAIN), parse_target("cpu"))
    assert run(compiled, a, b, c).dtype == np.float64
    np.testing.assert_allclose(run(compiled, a, b, c), np.sqrt(a * b + c), rtol=1e-15)
    in_f32 = np.sqrt(np.float32(a) * np.float32(b) + np.float32(c))
    assert np.abs(in_f32 - np.sqrt(a * b + c)).max() > 1e-9  # the control: f32 would not pass


def test_f64_matmul_is_f64(run: Run) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.random((33, 50)), rng.random((50, 17))
    compiled = compile_module(to_bytecode(MATMUL), parse_target("cpu"))
    np.testing.assert_allclose(run(compiled, a, b, np.empty((33, 17))), a @ b, rtol=1e-14)


@pytest.mark.parametrize("contract", [False, True])
def test_products_and_sums_round_apart_unless_contracted(run: Run, contract: bool) -> None:
    a, b = np.random.default_rng(2).random((2, 257))
    compiled = compile_module(to_bytecode(CHAIN), parse_target("cpu:x86-64-v3"), contract=contract)
    assert bool(run(compiled, a, b, -(a * b)).any()) == contract


@pytest.mark.parametrize("target", ["cuda", "rocm"])
def test_f64_stays_f64_on_gpus(target: str) -> None:
    module = compile_module(to_bytecode(CHAIN), parse_target(target)).module
    if target == "cuda":
        assert re.search(rb"mul\.rn\.f64", module) and not re.search(rb"\.f32", module)
    assert b"tensor<257xf64>" in module


def test_elementwise_arithmetic_is_not_reassociated(run: Run) -> None:
    text = """func.func @main(%a: tensor<256xf64>, %b: tensor<256xf64>) -> tensor<256xf64> {
      %0 = arith.addf %a, %b : tensor<256xf64>
      %1 = arith.subf %0, %b : tensor<256xf64>
      return %1 : tensor<256xf64>
    }"""
    a, b = np.random.default_rng(3).random(256), np.full(256, 2.0**40)
    compiled = compile_module(to_bytecode(text), parse_target("cpu"))
    np.testing.assert_array_equal(run(compiled, a, b), (a + b) - b)
    assert ((a + b) - b != a).any()


def test_sums_are_as_exact_as_numpys(run: Run) -> None:
    text = """func.func @main(%x: tensor<4x4096xf32>) -> tensor<4xf32> {
      %zero = arith.constant 0.0 : f32
      %empty = tensor.empty() : tensor<4xf32>
      %0 = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
      %1 = linalg.reduce { arith.addf } ins(%x : tensor<4x4096xf32>) outs(%0 : tensor<4xf32>) dimensions = [1]
      return %1 : tensor<4xf32>
    }"""
    x = np.float32(np.random.default_rng(4).random((4, 4096)) + 1)
    exact = x.sum(1, dtype=np.float64)
    compiled = compile_module(to_bytecode(text), parse_target("cpu:x86-64-v3"))
    np.testing.assert_allclose(run(compiled, x), exact, rtol=1e-6)
    one_by_one = np.cumsum(x, axis=1, dtype=np.float32)[:, -1]
    assert (np.abs(one_by_one / exact - 1) > 1e-6).any()  # the control


def test_i64_keeps_its_high_half(run: Run) -> None:
    text = IDENTITY.format("i64", 2**40 + 1, "arith.addi")
    compiled = compile_module(to_bytecode(text), parse_target("cpu"))
    x = np.array([0, 1, -(2**62), 2**41], dtype=np.int64)
    np.testing.assert_array_equal(run(compiled, x), x + 2**40 + 1)


@pytest.mark.parametrize("dtype", ["f16", "bf16"])
def test_narrow_floats_are_neither_widened_nor_refused_on_old_processors(dtype: str) -> None:
    text = IDENTITY.format(dtype, "1.0", "arith.addf")
    module = compile_module(to_bytecode(text), parse_target("cpu:x86-64")).module
    assert f"tensor<4x{dtype}>".encode() in module
