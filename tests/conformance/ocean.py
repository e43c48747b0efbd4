"""The kernels of pyhpc-benchmarks: three pieces of an ocean model, with the inputs their suite generates."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Arrays = list[np.ndarray[Any, np.dtype[Any]]]

KERNELS = {
    "equation_of_state": "eos",
    "isoneutral_mixing": "isoneutral",
    "turbulent_kinetic_energy": "tke",
}


@dataclass(frozen=True)
class OceanKernel:
    """One kernel in a checkout of the suite."""

    name: str
    checkout: Path

    def inputs(self, size: int) -> Arrays:
        """Generate the inputs for about `size` grid points, the same at each call."""
        return list(self._package().generate_inputs(size))

    def function(self, flavour: str) -> Callable[..., Any]:
        """Load the kernel from its unmodified source: 'numpy', 'numba', 'jax' or 'pytorch'."""
        self._package()
        module = importlib.import_module(f"benchmarks.{self.name}.{KERNELS[self.name]}_{flavour}")
        function: Callable[..., Any] = module.run
        return function

    def _package(self) -> Any:
        if str(self.checkout) not in sys.path:
            sys.path.insert(0, str(self.checkout))
        return importlib.import_module(f"benchmarks.{self.name}")


def results(returned: Any) -> Arrays:
    """Give what a kernel returns as arrays."""
    values = returned if isinstance(returned, tuple | list) else [returned]
    return [np.asarray(value) for value in values]


def error(wanted: Arrays, got: Arrays) -> float:
    """Give the largest difference of any result, relative to the largest value of that result."""
    pairs = zip(wanted, got, strict=True)
    return max(float(np.abs(one - two).max() / (np.abs(one).max() or 1.0)) for one, two in pairs)
