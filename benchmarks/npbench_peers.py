"""The ways to run npbench's kernels that are compared: every version is npbench's own."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from npbench import Kernel, kernels
from simulation_cases import Case, Checkouts
from simulation_program import Missing, Prepared, Settings, in_place, is_array, isthmus_bound


def _kernel(case: Case, checkouts: Checkouts) -> tuple[Kernel, dict[str, Any]]:
    assert checkouts.npbench
    kernel = kernels(checkouts.npbench)[case.program]
    return kernel, kernel.arguments(case.size)


def numpy(case: Case, checkouts: Checkouts, _: Settings) -> Prepared:
    """Run the NumPy version."""
    kernel, arguments = _kernel(case, checkouts)
    return in_place(kernel.function("numpy"), arguments, kernel.checked)


def isthmus(case: Case, checkouts: Checkouts, settings: Settings) -> Prepared:
    """Capture the NumPy version; numbers of iterations are inputs where that compiles."""
    kernel, arguments = _kernel(case, checkouts)
    statics = [kernel.static(arguments, counts=False), kernel.static(arguments, counts=True)]
    function = kernel.function("numpy")
    return isthmus_bound(case.name, function, arguments, settings, kernel.checked, statics)


def numba(case: Case, checkouts: Checkouts, _: Settings) -> Prepared:
    """Run the numba version for one thread."""
    return _numba(case, checkouts, "numba_n")


def numba_parallel(case: Case, checkouts: Checkouts, _: Settings) -> Prepared:
    """Run the numba version with parallel ranges, or the one with parallel array expressions."""
    return _numba(case, checkouts, "numba_npr", "numba_np")


def _numba(case: Case, checkouts: Checkouts, *flavours: str) -> Prepared:
    kernel, arguments = _kernel(case, checkouts)
    for flavour in flavours:
        with contextlib.suppress(FileNotFoundError, AttributeError):
            return in_place(kernel.function(flavour), arguments, kernel.checked)
    raise Missing("npbench has none")


def jax(case: Case, checkouts: Checkouts, _: Settings) -> Prepared:
    """Run the JAX version on arrays of JAX; it returns what the others change in place."""
    import jax as library
    import stencils_jax

    library.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    kernel, arguments = _kernel(case, checkouts)
    if not kernel.has("jax"):
        raise Missing("npbench has none")
    function = kernel.function("jax")
    given: dict[str, Any] = {}
    results: list[Any] = []

    def reset() -> None:
        for name, value in arguments.items():
            given[name] = stencils_jax.ready(library.numpy.array(value)) if is_array(value) else value

    def call() -> None:
        results[:] = [stencils_jax.ready(function(*given.values()))]

    reset()
    return Prepared(call, reset, lambda: _arrays(results[0], given, kernel))


def _arrays(returned: Any, given: Mapping[str, Any], kernel: Kernel) -> list[Any]:
    return [np.asarray(value) for value in kernel.checked(returned, given)]


PEERS: dict[str, Callable[[Case, Checkouts, Settings], Prepared]] = {
    "numpy": numpy,
    "isthmus": isthmus,
    "numba": numba,
    "numba parallel": numba_parallel,
    "jax": jax,
}
