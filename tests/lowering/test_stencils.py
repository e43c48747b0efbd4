"""Forming, fusing and converting stencils: the numbers stay, the passes over memory go."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
from tests.lowering.random_programs import ARGUMENTS, Writer
from tests.lowering.tensor_evaluation import Array, evaluate

from isthmus.dialects.hpc.stencil import halo
from isthmus.dialects.mlir import collect, context, ir, parse, verify
from isthmus.lowering.pipeline import Pipeline

ALL = "form-stencils,fuse-stencils{max-recompute=100}"
FIVE_POINTS = ((0, 1), (2, 1), (1, 0), (1, 2), (1, 1))


def results(module: ir.Module, arguments: Sequence[object]) -> list[Array]:
    with module.context:
        return evaluate(collect(module, "func.func")[0], arguments)


def five_point_chain(count: int) -> str:
    """Write so many 5-point updates; every third one feeds the ones after it."""
    lines, current, returned = ["%e = tensor.empty() : tensor<6x7xf64>"], "%u", []
    for number in range(count):
        for place, (row, column) in enumerate(FIVE_POINTS):
            lines.append(
                f"%s{number}_{place} = tensor.extract_slice {current}[{row}, {column}] [6, 7] [1, 1]"
                " : tensor<8x9xf64> to tensor<6x7xf64>"
            )
        names = ", ".join(f"%s{number}_{place}" for place in range(5))
        lines.append(
            f"%r{number} = linalg.generic {{indexing_maps = [{', '.join(['#id'] * 6)}],"
            f' iterator_types = ["parallel", "parallel"]}} ins({names} :'
            f" {', '.join(['tensor<6x7xf64>'] * 5)}) outs(%e : tensor<6x7xf64>) {{\n"
            "^bb0(%a: f64, %b: f64, %c: f64, %d: f64, %m: f64, %o: f64):\n"
            "%0 = arith.addf %a, %b : f64\n%1 = arith.addf %c, %d : f64\n%2 = arith.addf %0, %1 : f64\n"
            "%3 = arith.subf %2, %m : f64\nlinalg.yield %3 : f64 } -> tensor<6x7xf64>\n"
            f"%v{number} = tensor.insert_slice %r{number} into {current}[1, 1] [6, 7] [1, 1]"
            " : tensor<6x7xf64> into tensor<8x9xf64>"
        )
        if number % 3 == 2:
            current = f"%v{number}"
        else:
            returned.append(f"%v{number}")
    types = ", ".join(["tensor<8x9xf64>"] * len(returned))
    body = "\n".join(lines)
    return (
        "#id = affine_map<(i, j) -> (i, j)>\n"
        f"func.func @main(%u: tensor<8x9xf64>) -> ({types}) {{\n{body}\nreturn {', '.join(returned)} : {types}\n}}"
    )


@pytest.mark.parametrize("seed", range(150))
def test_random_programs_keep_their_numbers(seed: int) -> None:
    module = parse(Writer(seed).program(40), context())
    random = np.random.default_rng(seed)
    arguments = [random.standard_normal(shape) for shape in ARGUMENTS] + [0.75]
    expected = results(module, arguments)
    for pipeline in (ALL, "convert-hpc-stencil"):
        Pipeline.parse(pipeline).run(module)
        verify(module)
        for got, want in zip(results(module, arguments), expected, strict=True):
            np.testing.assert_array_equal(got, want)  # the same operations on the same numbers
    assert not collect(module, "hpc.stencil")


def test_random_programs_fuse() -> None:
    before = after = 0
    for seed in range(30):
        module = parse(Writer(seed).program(40), context())
        Pipeline.parse("canonicalize,cse").run(module)
        before += len(collect(module, "linalg.generic"))
        Pipeline.parse(ALL).run(module)
        assert not collect(module, "linalg.generic")
        after += len(collect(module, "hpc.stencil"))
    assert after < 0.6 * before


def test_a_thousand_operations_take_less_than_a_second() -> None:
    module = parse(five_point_chain(160), context())
    start = time.perf_counter()
    Pipeline.parse("form-stencils,fuse-stencils,convert-hpc-stencil").run(module)
    assert time.perf_counter() - start < 1.0  # about 0.15 s
    assert len(collect(module, "linalg.generic")) < 60


@pytest.mark.parametrize("seed", range(100))
def test_random_periodic_programs_keep_their_numbers(seed: int) -> None:
    module = parse(Writer(seed).program(30, rolls=6, attributes="attributes {hpc.simulation} "), context())
    random = np.random.default_rng(seed)
    arguments = [random.standard_normal(shape) for shape in ARGUMENTS] + [0.75]
    expected = results(module, arguments)
    for pipeline in ("form-stencils", "split-domains", "fuse-stencils{max-recompute=100}"):
        Pipeline.parse(pipeline).run(module)
        verify(module)
        for got, want in zip(results(module, arguments), expected, strict=True):
            np.testing.assert_array_equal(got, want)


@pytest.fixture
def laplacian() -> ir.Module:
    text = five_point_chain(2)
    module = parse(text, context())
    Pipeline.parse("form-stencils").run(module)
    return module


def test_halos_are_facts(laplacian: ir.Module) -> None:
    stencil = collect(laplacian, "hpc.stencil")[0]
    assert halo(stencil, 0) == ((0, 2), (0, 2))
    assert halo(stencil, 0, origin=(1, 1)) == ((1, 1), (1, 1))


def test_equal_stencils_become_one(laplacian: ir.Module) -> None:
    Pipeline.parse("fuse-stencils").run(laplacian)
    assert len(collect(laplacian, "hpc.stencil")) == 1
