"""Expanded functions as IREE compiles and runs them, fused multiplies and flushed subnormals included."""

from collections.abc import Callable
from typing import Any

import iree.runtime
import numpy as np
import pytest
from tests.lowering.elementary_evaluation import (
    DTYPES,
    TWO_ARGUMENTS,
    Array,
    arguments,
    errors_in_ulp,
    reference,
)
from tests.lowering.test_elementary_formulas import NAMES, TOLERANCE

from isthmus.dialects.mlir import context, ir, parse, to_bytecode
from isthmus.lowering.expand_math import ExpandMath
from isthmus.targets.compiler import compile_module
from isthmus.targets.registry import parse_target

TARGETS = ("cpu", "cpu:x86-64-v2")
"""Both ends: fused multiplies with the widest vectors, and neither."""


def function_of(name: str, kind: str) -> str:
    """Write a function that maps one `math` operation over vectors."""
    names = [f"%x{i}" for i in range(2 if name in TWO_ARGUMENTS else 1)]
    array = f"tensor<?x{kind}>"
    maps = ", ".join(["affine_map<(d) -> (d)>"] * (len(names) + 1))
    return f"""
      func.func @{name}_{kind}({", ".join(f"{x}: {array}" for x in names)}) -> {array} {{
        %zero = arith.constant 0 : index
        %size = tensor.dim %x0, %zero : {array}
        %empty = tensor.empty(%size) : {array}
        %result = linalg.generic {{indexing_maps = [{maps}], iterator_types = ["parallel"]}}
            ins({", ".join(names)} : {", ".join([array] * len(names))}) outs(%empty : {array}) {{
        ^bb0({", ".join(f"{x}_in: {kind}" for x in names)}, %unused: {kind}):
          %value = math.{name} {", ".join(f"{x}_in" for x in names)} : {kind}
          linalg.yield %value : {kind}
        }} -> {array}
        return %result : {array}
      }}"""


def compiled(module: ir.Module, target: str) -> Callable[..., Array]:
    """Compile functions; return a caller by function name."""
    code = compile_module(to_bytecode(module), parse_target(target)).module
    config = iree.runtime.Config("local-sync")
    system = iree.runtime.SystemContext(config=config)
    system.add_vm_modules([iree.runtime.VmModule.copy_buffer(config.vm_instance, code)])
    functions = system.modules["module"]

    def call(name: str, *given: Array) -> Array:
        return np.asarray(functions[name](*given).to_host())

    return call


@pytest.fixture(scope="module", params=TARGETS)
def expanded(request: pytest.FixtureRequest) -> Callable[..., Array]:
    """Compile all functions after the pass, as one module."""
    texts = [function_of(name, kind) for name in NAMES for kind in ("f32", "f64")]
    fresh = context()
    module = parse("".join(texts), fresh)
    with fresh, ir.Location.unknown():
        ExpandMath().apply(module)
    return compiled(module, request.param)


@pytest.mark.parametrize("kind", ["f32", "f64"])
@pytest.mark.parametrize("name", NAMES)
def test_compiled_functions_keep_four_ulp_over_all_magnitudes(
    expanded: Callable[..., Array], name: str, kind: str
) -> None:
    given = arguments(name, kind, 120, seed=1)
    error = errors_in_ulp(expanded(f"{name}_{kind}", *given), *reference(name, *given))
    assert error.max() <= TOLERANCE, [x[error.argmax()] for x in given]


@pytest.mark.parametrize(("name", "kind"), [("expm1", "f64"), ("sin", "f32")])
def test_iree_alone_does_not_keep_them(name: str, kind: str) -> None:
    """If this fails, IREE has become right: see whether the expansion is still needed."""
    call = compiled(parse(function_of(name, kind), context()), "cpu")
    given: tuple[Any, ...] = (np.geomspace(1e-20, 1e4, 4000).astype(DTYPES[kind]),)
    assert errors_in_ulp(call(f"{name}_{kind}", *given), *reference(name, *given)).max() > 1000 * TOLERANCE
