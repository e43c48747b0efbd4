"""Processors: this machine's, a level of x86-64, 64-bit Arm, or any that LLVM knows by name."""

from collections.abc import Mapping
from functools import cache
from typing import ClassVar

from isthmus.dtypes import DTYPES
from isthmus.errors import CompileError

from ..runtime.manifest import Requirements
from .host import TRIPLES, cpu_flags, describe, host_architecture
from .target import Target, Variant

_V2 = ("cx16", "popcnt", "sahf", "sse3", "sse4.1", "sse4.2", "ssse3")
_V3 = (*_V2, "avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")
_V4 = (*_V3, "avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl")

LEVELS: dict[str, Requirements] = {
    "x86-64": Requirements("x86_64"),
    "x86-64-v2": Requirements("x86_64", tuple(sorted(_V2))),
    "x86-64-v3": Requirements("x86_64", tuple(sorted(_V3))),
    "x86-64-v4": Requirements("x86_64", tuple(sorted(_V4))),
    "aarch64": Requirements("aarch64", ("fp-armv8", "neon")),
}
"""The levels that stand for many processors: architecture and LLVM's features."""


_PACKED = (
    # Matrices are laid out in the tiles that products work on, weights once: f32 products run 1.2 times faster, with
    # sizes known only at run time 2-3 times.
    "--iree-opt-data-tiling",
    # Unpacking a product fused with two readers of it needs more stack than IREE allows: layer norm after a residual.
    "--iree-dispatch-creation-fuse-multi-use=false",
)


class Cpu(Target):
    """Compile for processors: `cpu` is this machine's, `cpu:generic` any of this machine's architecture."""

    kind: ClassVar[str] = "cpu"
    device: ClassVar[str] = "local"
    has_kernels: ClassVar[bool] = True
    ladder: ClassVar[tuple[Variant, ...]] = (
        # IREE's higher levels were no faster on any network measured, and need more stack than it allows for some.
        Variant("O0-tiled", ("--iree-opt-level=O0", *_PACKED), tiled=True),
        Variant("O0", ("--iree-opt-level=O0",)),
        Variant("O1", ("--iree-opt-level=O1",)),
        Variant("O2", ("--iree-opt-level=O2",)),
        Variant("O3", ("--iree-opt-level=O3",)),
    )
    dtypes: ClassVar[frozenset[str]] = frozenset(DTYPES)

    def check(self) -> None:
        """Refuse a processor that LLVM does not know; `host` is the same as nothing."""
        if self.option == "host":
            object.__setattr__(self, "option", "")
        _ = self.requirements

    @property
    def requirements(self) -> Requirements:
        """The architecture and the features that compiled code may use."""
        if self.option in LEVELS:
            return LEVELS[self.option]
        if self.option == "generic":
            host = host_architecture()
            return LEVELS["aarch64"] if host == "aarch64" else Requirements(host)
        return _described(self.option or "host")

    def tiles(self) -> Mapping[str, tuple[int, int]]:
        """Keep the accumulators of f64 products in the 32 registers of AVX-512."""
        return {"f64": (8, 16)} if "avx512f" in self.requirements.features else {}

    def flags(self) -> tuple[str, ...]:
        """Select the local device, and the processor by LLVM's name."""
        cpu = "generic" if self.option == "aarch64" else self.option or "host"
        return (
            "--iree-hal-target-device=local",
            "--iree-hal-local-target-device-backends=llvm-cpu",
            # Sums of a row in vector lanes: 3-6 times faster and, like NumPy's pairwise sums, 10 times more exact
            # than one after the other. Only reductions are reordered.
            "--iree-llvmcpu-reassociate-fp-reductions=true",
            *cpu_flags(cpu, self.requirements.architecture),
        )


@cache
def _described(cpu: str) -> Requirements:
    """Find the architecture that has a processor of this name: the machine's own first."""
    host = host_architecture()
    if cpu == "host":
        return _of(cpu, host)
    failures: list[CompileError] = []
    for architecture in sorted(TRIPLES, key=lambda name: name != host):
        try:
            return _of(cpu, architecture)
        except CompileError as error:
            failures.append(error)
    levels = ", ".join(f"'{name}'" for name in ("host", "generic", *LEVELS))
    notes = [f"for {failure.message.split()[1]}: {failure.note}" for failure in failures if failure.note]
    raise CompileError(
        f"unknown processor '{cpu}' in target 'cpu:{cpu}': expected one of {levels}, or a name LLVM knows",
        note="; ".join(notes) or None,
    )


def _of(cpu: str, architecture: str) -> Requirements:
    processor = describe(cpu, architecture)
    return Requirements(architecture, processor.features)
