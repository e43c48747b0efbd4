"""The ways to run the ocean kernels that are compared; every version but the parallel one is the suite's own."""

import ast
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ocean
from simulation_cases import OCEAN_SIZES, Case, Checkouts
from simulation_program import (
    ARTIFACTS,
    Missing,
    Prepared,
    Settings,
    first_line,
    in_place,
    isthmus_bound,
    nothing,
)

_SCRATCH = {"a_tri", "b_tri", "c_tri", "d_tri", "delta"}
"""Arrays of one column that each thread needs for itself."""


def collect(returned: Any, _: Mapping[str, Any]) -> list[Any]:
    """Collect what a kernel returns: all it changes is among that."""
    return list(ocean.results(returned))


def _kernel(case: Case, checkouts: Checkouts) -> tuple[ocean.OceanKernel, dict[str, Any]]:
    assert checkouts.ocean
    kernel = ocean.OceanKernel(case.program, checkouts.ocean)
    return kernel, {str(at): array for at, array in enumerate(kernel.inputs(OCEAN_SIZES[case.size]))}


def _again(prepared: Prepared) -> Prepared:
    """Call the kernel on what its last call left, as its suite does: the work is the same."""
    return Prepared(prepared.call, nothing, prepared.results, prepared.facts)


def numpy(case: Case, checkouts: Checkouts, _: Settings) -> Prepared:
    """Run the NumPy version."""
    kernel, arguments = _kernel(case, checkouts)
    return _again(in_place(kernel.function("numpy"), arguments, collect))


def isthmus(case: Case, checkouts: Checkouts, settings: Settings) -> Prepared:
    """Capture the NumPy version."""
    kernel, arguments = _kernel(case, checkouts)
    return _again(isthmus_bound(case.name, kernel.function("numpy"), arguments, settings, collect))


def numba(case: Case, checkouts: Checkouts, _: Settings) -> Prepared:
    """Run the numba version: one thread."""
    kernel, arguments = _kernel(case, checkouts)
    return _again(in_place(kernel.function("numba"), arguments, collect))


def numba_parallel(case: Case, checkouts: Checkouts, _: Settings) -> Prepared:
    """Run the numba version with its outer loops shared among threads."""
    arguments = _kernel(case, checkouts)[1]
    assert checkouts.ocean
    file = checkouts.ocean / "benchmarks" / case.program / f"{ocean.KERNELS[case.program]}_numba.py"
    return _again(in_place(_parallel(file), arguments, collect))


def _parallel(file: Path) -> Callable[..., Any]:
    """Load a numba source with `prange` for `range` in outer loops and scratch arrays made inside them."""
    tree = ast.parse(file.read_text())
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name != "solve_tridiag":
            _share(function)
    target = ARTIFACTS / f"{file.stem}_parallel.py"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = ast.unparse(ast.fix_missing_locations(tree)).replace(
        "nopython=True", "nopython=True, parallel=True"
    )
    if not target.exists() or target.read_text() != text:
        target.write_text(text)
    spec = importlib.util.spec_from_file_location(target.stem, target)
    assert spec and spec.loader
    module = sys.modules[target.stem] = importlib.util.module_from_spec(spec)  # where numba's cache looks
    spec.loader.exec_module(module)
    run: Callable[..., Any] = module.run
    return run


def _share(function: ast.FunctionDef) -> None:
    scratch = [node for node in function.body if isinstance(node, ast.Assign) and _names(node) & _SCRATCH]
    function.body = [node for node in function.body if node not in scratch]
    loops = [node for node in function.body if isinstance(node, ast.For)]
    for loop in loops:
        if isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Name):
            loop.iter.func = ast.Attribute(ast.Name("nb", ast.Load()), "prange", ast.Load())
    if scratch and loops:
        loops[0].body = [*scratch, *loops[0].body]


def _names(node: ast.Assign) -> set[str]:
    return {target.id for target in node.targets if isinstance(target, ast.Name)}


def jax(case: Case, checkouts: Checkouts, _: Settings) -> Prepared:
    """Run the JAX version on arrays of JAX."""
    import jax as library
    from stencils_jax import ready

    library.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    kernel, arguments = _kernel(case, checkouts)
    run = kernel.function("jax")
    given = [library.numpy.array(value) for value in arguments.values()]
    return _functional(lambda: ready(run(*given)))


def torch_compile(case: Case, checkouts: Checkouts, settings: Settings) -> Prepared:
    """Compile the PyTorch version with the default backend, instead of the TorchScript the suite asks for."""
    import torch

    torch.set_num_threads(settings.threads)
    script = torch.jit.script
    torch.jit.script = lambda function: function  # type: ignore[assignment]
    kernel, arguments = _kernel(case, checkouts)
    run = torch.compile(kernel.function("pytorch"), dynamic=False)
    torch.jit.script = script
    given = [torch.from_numpy(value) for value in arguments.values()]
    results: list[list[Any]] = []

    def call() -> None:
        results[:] = [run(*given)]

    try:
        call()
    except Exception as error:
        raise Missing(first_line(error)) from error
    fresh = [torch.from_numpy(value) for value in _kernel(case, checkouts)[1].values()]
    for array, value in zip(given, fresh, strict=True):
        array.copy_(value)
    return Prepared(call, nothing, lambda: collect(results[0], {}))


def _functional(run: Callable[[], Any]) -> Prepared:
    results: list[Any] = []

    def call() -> None:
        results[:] = [run()]

    return Prepared(call, nothing, lambda: collect(results[0], {}))


PEERS: dict[str, Callable[[Case, Checkouts, Settings], Prepared]] = {
    "numpy": numpy,
    "isthmus": isthmus,
    "numba": numba,
    "numba parallel": numba_parallel,
    "jax": jax,
    "torch.compile": torch_compile,
}
