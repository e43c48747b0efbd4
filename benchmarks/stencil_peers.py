"""The ways to run our own stencils that are compared."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from simulation_cases import Case, Checkouts, stencil_arguments
from simulation_program import Missing, Prepared, Settings, first_line, in_place, is_array, isthmus_bound


def returned(value: Any, _: Mapping[str, Any] | None = None) -> list[Any]:
    """Collect the arrays that a stencil returns."""
    values = value if isinstance(value, tuple | list) else [value]
    return [np.asarray(one) for one in values]


def numpy(case: Case, _: Checkouts, __: Settings) -> Prepared:
    """Run the NumPy functions."""
    import stencils_numpy

    return in_place(getattr(stencils_numpy, case.program), stencil_arguments(case), returned)


def isthmus(case: Case, _: Checkouts, settings: Settings) -> Prepared:
    """Capture the NumPy functions; the number of steps and all coefficients are inputs."""
    import stencils_numpy

    function = getattr(stencils_numpy, case.program)
    return isthmus_bound(case.name, function, stencil_arguments(case), settings, returned)


def numba(case: Case, _: Checkouts, __: Settings) -> Prepared:
    """Run numba's version on one thread."""
    import stencils_numba

    return in_place(stencils_numba.compiled(case.program, parallel=False), stencil_arguments(case), returned)


def numba_parallel(case: Case, _: Checkouts, __: Settings) -> Prepared:
    """Run numba's version with its rows shared among threads."""
    import stencils_numba

    return in_place(stencils_numba.compiled(case.program, parallel=True), stencil_arguments(case), returned)


def jax(case: Case, _: Checkouts, __: Settings) -> Prepared:
    """Run JAX's version; its arguments are given up at each call and made anew before the next."""
    import jax as library
    import stencils_jax

    library.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    arguments = stencil_arguments(case)
    given: dict[str, Any] = {}
    results: list[Any] = []

    def reset() -> None:
        for name, value in arguments.items():
            given[name] = stencils_jax.ready(library.numpy.array(value)) if is_array(value) else value

    def call() -> None:
        results[:] = [stencils_jax.ready(stencils_jax.FUNCTIONS[case.program](*given.values()))]

    reset()
    return Prepared(call, reset, lambda: returned(results[0]))


def torch_compile(case: Case, _: Checkouts, settings: Settings) -> Prepared:
    """Compile one step with torch's default backend; Python repeats it."""
    import stencils_torch
    import torch

    torch.set_num_threads(settings.threads)
    arguments = stencil_arguments(case)
    steps = arguments.pop("steps")
    given = {
        name: torch.from_numpy(value.copy()) if is_array(value) else value
        for name, value in arguments.items()
    }
    step: Callable[..., Any] = torch.compile(stencils_torch.STEPS[case.program], dynamic=False)
    try:
        with torch.inference_mode():
            step(*given.values())
    except Exception as error:
        raise Missing(first_line(error)) from error

    def reset() -> None:
        for name, value in arguments.items():
            if is_array(value):
                given[name].copy_(torch.from_numpy(value))

    def call() -> None:
        with torch.inference_mode():
            for _ in range(steps):
                step(*given.values())

    reset()
    return Prepared(call, reset, lambda: [v.numpy() for v in given.values() if isinstance(v, torch.Tensor)])


PEERS: dict[str, Callable[[Case, Checkouts, Settings], Prepared]] = {
    "numpy": numpy,
    "isthmus": isthmus,
    "numba": numba,
    "numba parallel": numba_parallel,
    "jax": jax,
    "torch.compile": torch_compile,
}
