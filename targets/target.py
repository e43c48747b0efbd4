"""What a target is: one kind of machine, and the ways to compile for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from ..runtime.manifest import Requirements

ALWAYS: tuple[str, ...] = (
    # Numbers keep the type the program gave them; IREE narrows f64 by default.
    "--iree-input-demote-f64-to-f32=false",
    "--iree-input-demote-i64-to-i32=false",
    "--iree-input-demote-f32-to-f16=false",
    "--iree-input-promote-f16-to-f32=false",
    "--iree-input-promote-bf16-to-f32=false",
    # What the program asserts it asserts at every level.
    "--iree-opt-strip-assertions=false",
    # NumPy and Fortran allocate on 16 bytes; IREE assumes 64 and crashes on less.
    "--iree-stream-resource-min-offset-alignment=16",
)
"""The IREE flags of every variant of every target."""


@dataclass(frozen=True)
class Variant:
    """Name one way to compile a module: the IREE flags beside those of the target, and our tiles or IREE's own."""

    name: str
    flags: tuple[str, ...] = ()
    tiled: bool = False


@dataclass(frozen=True)
class Target:
    """Describe one kind of machine; `option` is what follows the colon in its name.

    A subclass is one row of the registry. It refuses unknown options with a `CompileError` when it is built.
    """

    option: str = ""

    kind: ClassVar[str]
    device: ClassVar[str]
    """IREE's name of the device: `local`, `cuda` or `hip`."""
    has_kernels: ClassVar[bool] = False
    """Whether loops of simulations are written by us (`generate-kernels`) instead of by IREE."""
    ladder: ClassVar[tuple[Variant, ...]]
    """The variants, best first; one that fails to compile falls through to the next."""
    dtypes: ClassVar[frozenset[str]]
    """The element types that compiled code can use, by our names."""

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        """Refuse an unknown `option` with a `CompileError` that lists the choices."""

    @property
    def text(self) -> str:
        """The name users write, such as `cpu:x86-64-v3`."""
        return f"{self.kind}:{self.option}" if self.option else self.kind

    @property
    def requirements(self) -> Requirements:
        """What a machine must have to run the compiled module."""
        raise NotImplementedError

    def flags(self) -> tuple[str, ...]:
        """List the IREE flags that select this machine."""
        raise NotImplementedError

    def attributes(self) -> Mapping[str, str]:
        """Give the attributes, as MLIR text, that the module needs where flags cannot say it."""
        return {}

    def tiles(self) -> Mapping[str, tuple[int, int]]:
        """Give the tile (rows, columns) of matrix products for each element type where IREE's own is slow."""
        return {}

    def variants(self) -> tuple[Variant, ...]:
        """List the variants to try, best first, each with all the flags IREE needs."""
        return tuple(replace(row, flags=(*ALWAYS, *self.flags(), *row.flags)) for row in self.ladder)
