"""AMD GPUs, through ROCm."""

from typing import ClassVar

from .gpu import Gpu

ARCHITECTURES: tuple[str, ...] = (
    *("gfx908", "gfx90a", "gfx942", "gfx950"),
    *("gfx1100", "gfx1101", "gfx1150", "gfx1151", "gfx1200", "gfx1201"),
)
"""The architectures that can be compiled for: AMD Instinct, then Radeon."""


class Rocm(Gpu):
    """Compile for AMD GPUs; `rocm` is `rocm:gfx942`. Code for one architecture runs on no other."""

    kind: ClassVar[str] = "rocm"
    device: ClassVar[str] = "hip"
    architectures: ClassVar[tuple[str, ...]] = ARCHITECTURES
    default: ClassVar[str] = "gfx942"

    def flags(self) -> tuple[str, ...]:
        """Select HIP and the architecture."""
        return ("--iree-hal-target-device=hip", f"--iree-rocm-target={self.architecture}")
