"""What the kinds of GPU share: one architecture, and the variants that suit their compilers."""

from typing import ClassVar

from isthmus.dtypes import DTYPES
from isthmus.errors import CompileError

from ..runtime.manifest import Requirements
from .target import Target, Variant

# IREE 3.13 spreads a sum of f64 numbers that were f32 in memory, such as a layer norm's variance, over the
# threads of a warp, and then fails for NVIDIA ("failed to distribute"): their shuffles move 32 bits.
REDUCE_APART = "--iree-codegen-llvmgpu-use-reduction-vector-distribution=false"
"""The IREE flag by which each thread of a GPU computes whole reductions: slower, and compiles where sharing fails."""


class Gpu(Target):
    """Compile for one architecture of a maker's GPUs: `option`, or `default`."""

    architectures: ClassVar[tuple[str, ...]]
    """The architectures that can be compiled for."""
    default: ClassVar[str]
    ladder: ClassVar[tuple[Variant, ...]] = (
        Variant("O3", ("--iree-opt-level=O3",)),
        Variant("O3-apart", ("--iree-opt-level=O3", REDUCE_APART)),
        Variant("O1-apart", ("--iree-opt-level=O1", REDUCE_APART)),
        Variant("O0-apart", ("--iree-opt-level=O0", REDUCE_APART)),
    )
    dtypes: ClassVar[frozenset[str]] = frozenset(DTYPES)

    def check(self) -> None:
        """Refuse an unknown architecture with a `CompileError` that lists the choices."""
        if self.architecture not in self.architectures:
            choices = ", ".join(f"'{name}'" for name in self.architectures)
            raise CompileError(
                f"unknown architecture '{self.option}' in target '{self.text}': expected one of {choices}"
            )

    @property
    def architecture(self) -> str:
        """The architecture's name, as `sm_80` or `gfx942`."""
        return self.option or self.default

    @property
    def requirements(self) -> Requirements:
        """What a device must be: at least this compute capability (NVIDIA), exactly this one (AMD)."""
        return Requirements(self.architecture)
