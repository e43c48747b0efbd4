"""Kernels: what a launch hands over arrives, whatever its type, size and number."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.runtime.conftest import signature

from isthmus.dialects import mlir
from isthmus.errors import CompileError
from isthmus.lowering.address_reads import AddressReads
from isthmus.runtime.artifact import Artifact
from isthmus.runtime.loader import load
from isthmus.runtime.memory import Array
from isthmus.signature import Signature
from isthmus.targets.compiler import compile_module
from isthmus.targets.registry import parse_target

from .conftest import to_bytecode
from .launches import artifact, launch

AXPY = f"""
func.func private @kernel(%x: memref<?xf64>, %v: memref<?xf64>, %a: f64, %workgroup: index, %workgroups: index) {{
  %c0 = arith.constant 0 : index
  %size = memref.dim %v, %c0 : memref<?xf64>
  scf.for %i = %workgroup to %size step %workgroups {{
    %p = memref.load %x[%i] : memref<?xf64>
    %q = memref.load %v[%i] : memref<?xf64>
    %r = arith.mulf %a, %p : f64
    %s = arith.addf %r, %q : f64
    memref.store %s, %v[%i] : memref<?xf64>
  }}
  return
}}
func.func @main(%x: tensor<?xf64>, %v: tensor<?xf64>, %a: tensor<f64>, %to: tensor<?xf64> {{hpc.output = 0 : index}})
    -> tensor<?xf64> {{
  %s = tensor.extract %a[] : tensor<f64>
  %w = {launch("%x, %v, %s", "tensor<?xf64> ; tensor<?xf64> ; f64", (1, 1, 1), workgroups=3)}
  return %w : tensor<?xf64>
}}
"""
AXPY_KIND = signature("x: f64[n]; v: f64[n]; a: f64!", "w: f64[n]")

NUMBERS: dict[str, tuple[type[np.generic], list[Any]]] = {
    "i1": (np.bool_, [False, True]),
    "i8": (np.int8, [-128, 127]),
    "i16": (np.int16, [-(2**15), 2**15 - 1]),
    "i32": (np.int32, [-(2**31), 2**31 - 1]),
    "i64": (np.int64, [-(2**63), 2**63 - 1, 2**40 + 3]),
    "f16": (np.float16, [-1.5, np.inf]),
    "f32": (np.float32, [1e-45, -3.25]),
    "f64": (np.float64, [5e-324, -np.pi]),
}


@pytest.fixture(scope="module")
def axpy() -> Artifact:
    """`a * x + v`."""
    return artifact(AXPY, {"main": AXPY_KIND})


@pytest.mark.parametrize("size", [0, 1, 5, 1000])
@pytest.mark.parametrize("threads", [1, None])
def test_workgroups_share_the_elements_out(axpy: Artifact, size: int, threads: int | None) -> None:
    program = load(axpy, threads=threads)
    x, v = np.arange(float(size)), np.ones(size)
    np.testing.assert_array_equal(program(x, v, 0.5), 0.5 * x + 1)
    np.testing.assert_array_equal(v, np.ones(size))


def through_a_kernel(type_: str, *, computed: bool) -> str:
    """Write a program that hands a number to a kernel and gives back what arrives.

    A number that is not an array of its own travels in words.
    """
    stored = "i8" if type_ == "i1" else type_
    convert = (
        "%b = arith.extui %a : i1 to i8" if type_ == "i1" else f"%b = arith.bitcast %a : {type_} to {type_}"
    )
    return f"""
    func.func private @kernel(%v: memref<{stored}>, %a: {type_}, %workgroup: index, %workgroups: index) {{
      {convert}
      memref.store %b, %v[] : memref<{stored}>
      return
    }}
    func.func @main(%x: tensor<2x{type_}>, %d: tensor<{type_}> {{hpc.output = 0 : index}}) -> tensor<{type_}> {{
      %c1 = arith.constant 1 : index
      %box = tensor.extract_slice %x[1] [1] [1] : tensor<2x{type_}> to tensor<{type_}>
      %s = tensor.extract {"%x[%c1] : tensor<2x" + type_ if computed else "%box[] : tensor<" + type_}>
      %empty = tensor.empty() : tensor<{type_}>
      %w = {launch("%empty, %s", f"tensor<{type_}> ; {type_}", (0, 1, 1))}
      return %w : tensor<{type_}>
    }}"""


@pytest.mark.parametrize("computed", [False, True], ids=["box", "words"])
@pytest.mark.parametrize("type_", NUMBERS)
def test_a_number_arrives_as_it_was(type_: str, computed: bool) -> None:
    dtype, values = NUMBERS[type_]
    name = {"i1": "bool"}.get(type_, type_)
    kind = signature(f"x: {name}[2]", f"y: {name}[]")
    program = load(artifact(through_a_kernel(type_, computed=computed), {"main": kind}), threads=1)
    for value in values:
        given = program(np.array([0, value], dtype))
        assert given.tobytes() == np.array(value, dtype).tobytes()


def test_more_numbers_than_words_arrive() -> None:
    count = 40
    names = [f"%s{i}" for i in range(count)]
    arguments = ", ".join(f"%a{i}: f64" for i in range(count))
    stores = "\n".join(
        f"%i{i} = arith.constant {i} : index\nmemref.store %a{i}, %v[%i{i}] : memref<?xf64>"
        for i in range(count)
    )
    reads = "\n".join(
        f"%j{i} = arith.constant {i} : index\n%s{i} = tensor.extract %x[%j{i}] : tensor<?xf64>"
        for i in range(count)
    )
    text = f"""
    func.func private @kernel(%v: memref<?xf64>, {arguments}, %workgroup: index, %workgroups: index) {{
      {stores}
      return
    }}
    func.func @main(%x: tensor<?xf64>, %v: tensor<?xf64>, %d: tensor<?xf64> {{hpc.output = 0 : index}})
        -> tensor<?xf64> {{
      {reads}
      %w = {launch(", ".join(["%v", *names]), " ; ".join(["tensor<?xf64>", *["f64"] * count]), (0, 1, count))}
      return %w : tensor<?xf64>
    }}"""
    program = load(artifact(text, {"main": signature("x: f64[n]; v: f64[m]", "w: f64[m]")}), threads=1)
    x = np.random.default_rng(0).random(count)
    np.testing.assert_array_equal(program(x, np.zeros(count + 1)), [*x, 0])


def test_booleans_are_bytes_in_a_kernel() -> None:
    text = f"""
    func.func private @kernel(%x: memref<4xi8>, %v: memref<4xi8>, %workgroup: index, %workgroups: index) {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %one = arith.constant 1 : i8
      scf.for %i = %c0 to %c4 step %c1 {{
        %a = memref.load %x[%i] : memref<4xi8>
        %b = arith.xori %a, %one : i8
        memref.store %b, %v[%i] : memref<4xi8>
      }}
      return
    }}
    func.func @main(%x: tensor<4xi1>, %d: tensor<4xi1> {{hpc.output = 0 : index}}) -> tensor<4xi1> {{
      %w = {launch("%x, %d", "tensor<4xi1> ; tensor<4xi1>", (1, 1, 0))}
      return %w : tensor<4xi1>
    }}"""
    program = load(artifact(text, {"main": signature("x: bool[4]", "y: bool[4]")}), threads=1)
    x = np.array([True, False, False, True])
    np.testing.assert_array_equal(program(x), ~x)


def scaled(operation: str, *, twice: str = "%x, %x") -> str:
    """Write a program of two reads and eight elements, `%a` and `%b` the vectors read."""
    return f"""
    func.func private @kernel(%x: memref<8xf64>, %y: memref<8xf64>, %unused: memref<?xf64>, %v: memref<8xf64>,
        %workgroup: index, %workgroups: index) {{
      %c0 = arith.constant 0 : index
      %a = vector.load %x[%c0] : memref<8xf64>, vector<8xf64>
      %b = vector.load %y[%c0] : memref<8xf64>, vector<8xf64>
      {operation}
      vector.store %r, %v[%c0] : memref<8xf64>, vector<8xf64>
      return
    }}
    func.func @main(%x: tensor<8xf64>, %u: tensor<?xf64>, %d: tensor<8xf64> {{hpc.output = 0 : index}})
        -> tensor<8xf64> {{
      %w = {launch(f"{twice}, %u, %d", "tensor<8xf64> ; tensor<8xf64> ; tensor<?xf64> ; tensor<8xf64>", (3, 1, 0))}
      return %w : tensor<8xf64>
    }}"""


def run_scaled(operation: str, x: Array, target: str = "cpu") -> Array:
    kind = signature("x: f64[8]; u: f64[n]", "y: f64[8]")
    result: Array = load(artifact(scaled(operation), {"main": kind}, target=target), threads=1)(
        x, np.zeros(0)
    )
    return result


@pytest.mark.parametrize("target", ["cpu", "cpu:x86-64-v3", "cpu:x86-64"])
def test_products_and_sums_are_not_contracted(target: str) -> None:
    x = 1 + np.arange(1, 9) * 2.0**-30
    found = run_scaled(
        "%p = arith.mulf %a, %b : vector<8xf64>\n%r = arith.subf %p, %a : vector<8xf64>", x, target
    )
    np.testing.assert_array_equal(found, x * x - x)
    fused = [float(np.longdouble(v) * np.longdouble(v) - np.longdouble(v)) for v in x]
    assert not np.array_equal(found, fused), "the control: a fused multiply-add differs here"


def test_a_multiply_add_rounds_once() -> None:
    x = 1 + np.arange(1, 9) * 2.0**-30
    found = run_scaled("%n = arith.negf %a : vector<8xf64>\n%r = math.fma %a, %b, %n : vector<8xf64>", x)
    np.testing.assert_array_equal(found, [float(np.longdouble(v) * v - np.longdouble(v)) for v in x])


BODIES: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "sqrt": ("%r = math.sqrt %a : vector<8xf64>", np.sqrt),
    "absf": ("%r = math.absf %a : vector<8xf64>", np.abs),
    "floor": ("%r = math.floor %a : vector<8xf64>", np.floor),
    "roundeven": ("%r = math.roundeven %a : vector<8xf64>", np.round),
    "copysign": ("%r = math.copysign %a, %b : vector<8xf64>", lambda x: np.copysign(x, x)),
    "reverse": (
        "%r = vector.shuffle %a, %b [7, 6, 5, 4, 3, 2, 1, 0] : vector<8xf64>, vector<8xf64>",
        lambda x: x[::-1],
    ),
    "gather": (
        "%i = arith.constant dense<[1, 1, 0, 0, 2, 2, 7, 7]> : vector<8xindex>\n"
        "%m = arith.constant dense<true> : vector<8xi1>\n"
        "%r = vector.gather %x[%c0] [%i], %m, %b : memref<8xf64>, vector<8xindex>, vector<8xi1>, vector<8xf64>"
        " into vector<8xf64>",
        lambda x: x[[1, 1, 0, 0, 2, 2, 7, 7]],
    ),
    "loop": (
        "%c1 = arith.constant 1 : index\n%c3 = arith.constant 3 : index\n"
        "%r = scf.for %i = %c0 to %c3 step %c1 iter_args(%s = %a) -> vector<8xf64> {\n"
        "%n = arith.addf %s, %b : vector<8xf64>\nscf.yield %n : vector<8xf64>\n}",
        lambda x: x + x + x + x,
    ),
    "while": (
        "%zero = arith.constant 0.0 : f64\n%f = memref.load %x[%c0] : memref<8xf64>\n"
        "%q = scf.while (%s = %f) : (f64) -> f64 {\n%m = arith.cmpf olt, %s, %zero : f64\nscf.condition(%m) %s : f64\n"
        "} do {\n^bb0(%s: f64):\n%h = arith.addf %s, %s : f64\n%n = arith.negf %h : f64\nscf.yield %n : f64\n}\n"
        "%r = vector.broadcast %q : f64 to vector<8xf64>",
        lambda x: np.full(8, x[0] if x[0] >= 0 else -2 * x[0]),
    ),
    "stack": (
        "%t = memref.alloca() : memref<8xf64>\nvector.store %a, %t[%c0] : memref<8xf64>, vector<8xf64>\n"
        "%r = vector.load %t[%c0] : memref<8xf64>, vector<8xf64>",
        lambda x: x,
    ),
    "atomic": (
        "%f = memref.load %x[%c0] : memref<8xf64>\nvector.store %a, %v[%c0] : memref<8xf64>, vector<8xf64>\n"
        "%o = memref.atomic_rmw addf %f, %v[%c0] : (f64, memref<8xf64>) -> f64\n"
        "%g = memref.generic_atomic_rmw %v[%c0] : memref<8xf64> {\n^bb0(%s: f64):\n"
        "%n = arith.maximumf %s, %f : f64\nmemref.atomic_yield %n : f64\n}\n"
        "%r = vector.load %v[%c0] : memref<8xf64>, vector<8xf64>",
        lambda x: np.array([max(2 * x[0], x[0]), *x[1:]]),
    ),
}


@pytest.mark.parametrize("target", ["cpu", "cpu:x86-64"])
@pytest.mark.parametrize("name", BODIES)
def test_a_kernel_computes(name: str, target: str) -> None:
    operation, reference = BODIES[name]
    x = np.array([-1.5, 0.25, 2.5, 3.5, 4.0, 9.0, 1e300, 0.0])
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(run_scaled(operation, x, target), reference(x))


def test_kernels_compile_for_other_processors() -> None:
    kernel = scaled(
        "\n".join([BODIES["sqrt"][0].replace("%r", "%p"), "%r = math.fma %p, %a, %b : vector<8xf64>"])
    )
    assert compile_module(to_bytecode(kernel), parse_target("cpu:aarch64")).variant


def test_one_kernel_launched_twice_is_one_executable() -> None:
    text = AXPY.replace(
        "return %w :",
        "%t = " + launch("%x, %w, %s", "tensor<?xf64> ; tensor<?xf64> ; f64", (1, 1, 1)) + "\nreturn %t :",
    )
    program = load(artifact(text, {"main": AXPY_KIND}), threads=1)
    np.testing.assert_array_equal(program(np.arange(4.0), np.ones(4), 0.5), np.arange(4.0) + 1)


def test_two_kernels_live_in_one_module() -> None:
    kernel, main = AXPY[: AXPY.index("func.func @main")], AXPY[AXPY.index("func.func @main") :]
    other = kernel.replace("@kernel", "@other").replace("arith.addf", "arith.subf")
    second = launch("%x, %w, %s", "tensor<?xf64> ; tensor<?xf64> ; f64", (1, 1, 1), kernel="other")
    main = main.replace("return %w :", f"%t = {second}\nreturn %t :")
    program = load(artifact(kernel + other + main, {"main": AXPY_KIND}), threads=1)
    np.testing.assert_array_equal(program(np.arange(4.0), np.ones(4), 0.5), -np.ones(4))


def sum_of(count: int) -> tuple[str, Signature]:
    """Write a program that adds up many arrays, the first of them state."""
    kinds = ["tensor<4xf64>" if i < count // 2 else "tensor<?xf64>" for i in range(count)]
    memories = ", ".join(f"%m{i}: {kind.replace('tensor', 'memref')}" for i, kind in enumerate(kinds))
    adds = "\n".join(
        f"%a{i} = memref.load %m{i}[%i] : {kind.replace('tensor', 'memref')}\n"
        f"%s{i} = arith.addf %a{i}, {f'%s{i - 1}' if i else '%zero'} : f64"
        for i, kind in enumerate(kinds)
    )
    arguments = ", ".join(f"%x{i}: {kind}" for i, kind in enumerate([*kinds[1:], kinds[0]]))
    operands = ", ".join([f"%x{count - 1}", *(f"%x{i}" for i in range(count - 1)), "%d"])
    text = f"""
    func.func private @kernel({memories}, %v: memref<4xf64>, %w: index, %ws: index) {{
      %c4 = arith.constant 4 : index
      %zero = arith.constant 0.0 : f64
      scf.for %i = %w to %c4 step %ws {{
        {adds}
        memref.store %s{count - 1}, %v[%i] : memref<4xf64>
      }}
      return
    }}
    func.func @main({arguments}, %d: tensor<4xf64> {{hpc.output = 0 : index}},
        %n: tensor<4xf64> {{hpc.output = 1 : index}}) -> (tensor<4xf64>, tensor<4xf64>) {{
      %r = {launch(operands, " ; ".join([*kinds, "tensor<4xf64>"]), (count, 1, 0), workgroups=2)}
      %new = arith.addf %r, %r : tensor<4xf64>
      return %r, %new : tensor<4xf64>, tensor<4xf64>
    }}"""
    inputs = "; ".join(f"x{i}: f64[{'4' if '4' in kind else 'n'}]" for i, kind in enumerate(kinds[1:]))
    return text, signature(inputs, "y: f64[4]", state=signature("s: f64[4]", "").inputs)


def addressed(text: str) -> str:
    module = mlir.parse(text, mlir.context())
    AddressReads().apply(module)
    return str(module)


@pytest.mark.parametrize("count", [30, 31, 50, 80])
def test_a_kernel_reads_any_number_of_arrays(count: int) -> None:
    text, kind = sum_of(count)
    made = artifact(addressed(text), {"main": kind}, {"s": np.ones(4)})
    assert bool(made.manifest.modules[0].layouts["main"].addresses) == (count > 30)
    program = load(made, threads=1)
    values = [np.random.default_rng(i).integers(0, 9, 4).astype(np.float64) for i in range(count - 1)]
    total = sum(values)
    bound = program.bind(*values)
    np.testing.assert_array_equal(program(*values), total + 1)
    state = 2 * (total + 1)
    np.testing.assert_array_equal(bound(), total + state)
    state = 2 * (total + state)
    values[0] += 1
    np.testing.assert_array_equal(bound(), total + 1 + state)


def test_more_tensors_than_iree_binds_are_refused() -> None:
    with pytest.raises(CompileError, match="33 tensors are more than the 32 that a launch may take"):
        compile_module(to_bytecode(sum_of(32)[0]), parse_target("cpu"))


def test_a_kernel_that_calls_is_refused() -> None:
    text = (
        AXPY.replace("  return\n}", "  func.call @other() : () -> ()\n  return\n}", 1)
        + "func.func private @other() { return }"
    )
    with pytest.raises(CompileError, match="a kernel cannot call a function"):
        compile_module(to_bytecode(text), parse_target("cpu"))
