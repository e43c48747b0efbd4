"""What users call: `compile` and `load`."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import CompileError

if TYPE_CHECKING:
    from .runtime.artifact import Artifact
    from .runtime.program import Program


def compile(
    program: Any,
    inputs: Sequence[Any],
    *,
    kwargs: Mapping[str, Any] | None = None,
    target: str | Sequence[str] = "cpu",
    precision: Any = None,
    mesh: Any = None,
    sharding: Any = None,
    name: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> "Artifact":
    """Compile a program for one or more targets, from example inputs or `Spec`s."""
    raise CompileError("compiling is not connected yet")


def load(artifact: "str | Path | Artifact", device: str | None = None) -> "Program":
    """Load an artifact; needs the runtime only."""
    from .runtime.loader import load as load_artifact

    return load_artifact(artifact, device)
