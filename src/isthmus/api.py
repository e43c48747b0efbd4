"""What users call: `compile` and `load`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import CompileError

if TYPE_CHECKING:
    from .runtime.artifact import Artifact
    from .runtime.program import Program

_COMPILER = ("torch", "torch_mlir", "iree.compiler")


def compile(
    program: Any,
    inputs: Any = None,
    *,
    kwargs: Mapping[str, Any] | None = None,
    target: str | Sequence[str] = "cpu",
    precision: str | None = None,
    mesh: Any = None,
    sharding: Any = None,
    static: Collection[str] = (),
    state: Mapping[str, Any] | None = None,
    keep_ir: bool = False,
    name: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> "Artifact":
    """Compile a program ahead of time for one or more targets.

    `program` is a `torch.nn.Module`, in the mode (train, eval) it shall run in, a `torch.export.ExportedProgram`, or
    a function written with NumPy. `inputs` is a tuple of example arrays, tensors or `Spec("f32[?,64]")`, one per
    positional argument, nested as the program takes them; `kwargs` the same by keyword. A network's numbers are
    constants of the artifact; a function's are inputs, except for those of the parameters named in `static`.

    Several functions, `{"init": init, "step": step}` with inputs `{"init": (), "step": (0.1,)}`, become the entries of
    one artifact. Arrays in `state` (or a `Spec`, which starts as zeros) stay with the program between calls: a function
    takes them as parameters of those names, and what it changes in place the next call sees.

    `target` is "cpu", "cpu:x86-64-v3", "cuda:sm_90", "rocm:gfx942" or a list of those. `precision` None computes
    exactly as written; "f32", "bf16" and "f16" narrow the arithmetic. With `keep_ir` the artifact holds its captured
    form too, so that its program can be called inside of a captured function. `progress` is called with a line of text
    as the work goes on.

    Raises `CaptureError`, `PassError` or `CompileError`, with the user's file and line.
    """
    _require_compiler()
    if mesh is not None or sharding is not None:
        raise CompileError("'mesh' and 'sharding' are not supported yet", note="compile for one rank")
    from isthmus.compiler import compile_program

    targets = [target] if isinstance(target, str) else list(target)
    return compile_program(
        program, inputs, kwargs, targets, precision, name, progress or _silent, static, state, keep_ir
    )


def load(artifact: "str | Path | Artifact", device: str | None = None, **options: Any) -> "Program":
    """Load an artifact for the best device present, or the one named ('local', 'cuda', 'hip').

    `options` are those of `isthmus.runtime.loader.load`. Needs the runtime only. Raises `ArtifactError` when the
    artifact is damaged or does not fit this machine.
    """
    from .runtime.loader import load as load_artifact

    return load_artifact(artifact, device, **options)


def _silent(_: str) -> None:
    pass


def _require_compiler() -> None:
    from importlib.util import find_spec

    missing = [module for module in _COMPILER if find_spec(module.partition(".")[0]) is None]
    if missing or find_spec("iree.compiler") is None:
        names = ", ".join(f"'{module}'" for module in missing or ["iree.compiler"])
        raise CompileError(
            f"compiling needs {names}, not installed here",
            note="pip install 'isthmus[compiler]'; loading and calling artifacts works without",
        )
