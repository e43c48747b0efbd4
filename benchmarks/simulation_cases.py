"""What `simulation.py` measures: stencils of our own, ocean kernels, npbench's kernels."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Case:
    """One program at one size.

    `group` is 'stencils', 'ocean' or 'npbench'; `size` a number of points, or npbench's preset. A call makes
    `steps` steps; `traffic` is what one step must move at least, in bytes: each array read and written once, 0
    where nobody counted.
    """

    group: str
    program: str
    size: str
    steps: int = 1
    traffic: int = 0
    shape: tuple[int, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        """The name on the command line and in the tables."""
        return f"{self.program}-{self.size}"


@dataclass(frozen=True)
class Checkouts:
    """Where the suites lie that bring programs and peers of their own; None where they are not measured."""

    ocean: Path | None
    npbench: Path | None


STENCILS = (
    Case("stencils", "heat_2d", "512", 100, 16 * 512**2, (512, 512)),
    Case("stencils", "heat_2d", "1024", 100, 16 * 1024**2, (1024, 1024)),
    Case("stencils", "heat_2d", "2048", 100, 16 * 2048**2, (2048, 2048)),
    Case("stencils", "heat_3d", "128", 20, 16 * 128**3, (128, 128, 128)),
    Case("stencils", "heat_3d", "192", 20, 16 * 192**3, (192, 192, 192)),
    Case("stencils", "shallow_water", "512", 50, 48 * 512**2, (512, 512)),
    Case("stencils", "shallow_water", "1024", 50, 48 * 1024**2, (1024, 1024)),
    Case("stencils", "advection_1d", "1M", 50, 16 * 2**20, (2**20,)),
    Case("stencils", "advection_2d", "1024", 50, 16 * 1024**2, (1024, 1024)),
)

OCEAN_SIZES = {"4k": 4096, "16k": 16384, "64k": 65536, "256k": 262144, "1M": 1048576, "4M": 4194304}


def cases(checkouts: Checkouts, sizes: list[str]) -> Iterator[Case]:
    """List every case of the suites at hand, the ocean kernels and npbench at the sizes asked for."""
    yield from STENCILS
    if checkouts.ocean:
        for program in ("equation_of_state", "isoneutral_mixing", "turbulent_kinetic_energy"):
            yield from (Case("ocean", program, size) for size in sizes if size in OCEAN_SIZES)
    if checkouts.npbench:
        programs = sorted(file.stem for file in (checkouts.npbench / "bench_info").glob("*.json"))
        presets = [size for size in sizes if size in ("S", "M", "L", "paper")]
        yield from (Case("npbench", program, preset) for preset in presets for program in programs)


def stencil_arguments(case: Case) -> dict[str, Any]:
    """Make the arguments of a stencil, the same at each call: smooth fields with a front in them."""
    axes = np.meshgrid(*(np.linspace(0.0, 1.0, size) for size in case.shape), indexing="ij")
    bump = np.exp(-50.0 * sum((axis - 0.4) ** 2 for axis in axes))
    field = bump + (axes[0] > 0.7)
    match case.program:
        case "heat_2d":
            return {"u": field, "steps": case.steps, "number": 0.2}
        case "heat_3d":
            return {"u": field, "steps": case.steps, "number": 0.15}
        case "advection_1d":
            return {"q": field, "steps": case.steps, "courant": 0.6}
        case "advection_2d":
            return {"q": field, "steps": case.steps, "courant_x": 0.3, "courant_y": 0.4}
    n = case.shape[0]
    faces = {"u": np.zeros((n + 1, n)), "v": np.zeros((n, n + 1))}
    constants = {"dt": 30.0, "dx": 1000.0, "gravity": 9.81, "coriolis": 1e-4, "drag": 1e-6}
    return {"h": 10.0 + 2.0 * bump**4, **faces, "steps": case.steps, **constants}
