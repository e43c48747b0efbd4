"""NVIDIA GPUs, through PTX that the driver finishes compiling."""

from typing import ClassVar

from isthmus.dtypes import DTYPES
from isthmus.errors import CompileError

from ..runtime.manifest import Requirements
from .target import Target, Variant

ARCHITECTURES: tuple[str, ...] = ("sm_80", "sm_86", "sm_89", "sm_90")


class Cuda(Target):
    """Compile for NVIDIA GPUs; `cuda` is `cuda:sm_80`, whose PTX newer devices run too."""

    kind: ClassVar[str] = "cuda"
    device: ClassVar[str] = "cuda"
    ladder: ClassVar[tuple[Variant, ...]] = (
        Variant("O3", ("--iree-opt-level=O3",)),
        Variant("O2", ("--iree-opt-level=O2",)),
        Variant("O1", ("--iree-opt-level=O1",)),
    )
    dtypes: ClassVar[frozenset[str]] = frozenset(DTYPES)

    def check(self) -> None:
        """Refuse an unknown compute capability."""
        if self.architecture not in ARCHITECTURES:
            choices = ", ".join(f"'{name}'" for name in ARCHITECTURES)
            raise CompileError(
                f"unknown architecture '{self.option}' in target '{self.text}': expected one of {choices}"
            )

    @property
    def architecture(self) -> str:
        """The compute capability, as `sm_80`."""
        return self.option or "sm_80"

    @property
    def requirements(self) -> Requirements:
        """The least compute capability of a device that runs the module."""
        return Requirements(self.architecture)

    def flags(self) -> tuple[str, ...]:
        """Select CUDA and the compute capability."""
        return ("--iree-hal-target-device=cuda", f"--iree-cuda-target={self.architecture}")
