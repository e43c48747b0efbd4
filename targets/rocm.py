"""AMD GPUs, through ROCm."""

from typing import ClassVar

from isthmus.dtypes import DTYPES
from isthmus.errors import CompileError

from ..runtime.manifest import Requirements
from .target import REDUCE_APART, Target, Variant

ARCHITECTURES: tuple[str, ...] = (
    *("gfx908", "gfx90a", "gfx942", "gfx950"),
    *("gfx1100", "gfx1101", "gfx1150", "gfx1151", "gfx1200", "gfx1201"),
)
"""The architectures that can be compiled for: AMD Instinct, then Radeon."""


class Rocm(Target):
    """Compile for AMD GPUs; `rocm` is `rocm:gfx942`. Code for one architecture runs on no other."""

    kind: ClassVar[str] = "rocm"
    device: ClassVar[str] = "hip"
    ladder: ClassVar[tuple[Variant, ...]] = (
        Variant("O3", ("--iree-opt-level=O3",)),
        Variant("O3-apart", ("--iree-opt-level=O3", REDUCE_APART)),
        Variant("O1-apart", ("--iree-opt-level=O1", REDUCE_APART)),
        Variant("O0-apart", ("--iree-opt-level=O0", REDUCE_APART)),
    )
    dtypes: ClassVar[frozenset[str]] = frozenset(DTYPES)

    def check(self) -> None:
        """Refuse an unknown architecture."""
        if self.architecture not in ARCHITECTURES:
            choices = ", ".join(f"'{name}'" for name in ARCHITECTURES)
            raise CompileError(
                f"unknown architecture '{self.option}' in target '{self.text}': expected one of {choices}"
            )

    @property
    def architecture(self) -> str:
        """The architecture, as `gfx942`."""
        return self.option or "gfx942"

    @property
    def requirements(self) -> Requirements:
        """The architecture of a device that runs the module."""
        return Requirements(self.architecture)

    def flags(self) -> tuple[str, ...]:
        """Select HIP and the architecture."""
        return ("--iree-hal-target-device=hip", f"--iree-rocm-target={self.architecture}")
