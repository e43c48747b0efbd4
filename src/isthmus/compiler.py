"""The whole chain as one readable function: capture, lower, compile, pack."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import isthmus
from isthmus.errors import CaptureError

from .dialects.mlir import context, to_bytecode
from .frontend.captured import Captured
from .lowering.driver import lower
from .lowering.estimate_work import estimate_work
from .lowering.precision.parameters import convert
from .lowering.precision.presets import check_preset
from .lowering.precision.report import report
from .lowering.stages import stages_for
from .runtime.artifact import Artifact
from .runtime.manifest import MAIN, Manifest, ModuleRecord
from .runtime.parameters import describe
from .targets.compiler import compile_module
from .targets.registry import parse_targets
from .targets.target import Target

Progress = Callable[[str], None]


@dataclass(frozen=True)
class _Built:
    record: ModuleRecord
    data: bytes


def compile_program(
    program: Any,
    inputs: Any,
    kwargs: Mapping[str, Any] | None,
    targets: Sequence[str],
    precision: str | None,
    name: str | None,
    progress: Progress,
    static: Collection[str] = (),
) -> Artifact:
    """Do the work of `isthmus.compile`."""
    machines = parse_targets(targets)
    check_preset(precision)
    progress("capturing")
    captured = capture(program, inputs, kwargs, static)
    signature = lower(captured.module, captured.signature, stages=stages_for(precision), progress=progress)
    parameters = convert(captured.module, captured.parameters)
    work = estimate_work(captured.module).total
    bytecode = to_bytecode(captured.module)
    built = [_build(bytecode, machine, progress) for machine in machines]
    manifest = Manifest(
        name=name or getattr(program, "__name__", type(program).__name__),
        entries={MAIN: signature},
        modules=tuple(one.record for one in built),
        created_with={"isthmus": isthmus.__version__, "iree": version("iree-base-compiler")},
        parameters=describe(parameters),
        precision=None if precision is None else report(captured.module, precision).to_json(),
        work=work,
    )
    return Artifact(manifest, {one.record.path: one.data for one in built}, parameters)


def capture(
    program: Any, inputs: Any, kwargs: Mapping[str, Any] | None, static: Collection[str] = ()
) -> Captured:
    """Capture a program with the frontend that understands it; any other object is a `CaptureError`."""
    import torch

    from .frontend.numpy import capture as capture_numpy
    from .frontend.torch import capture as capture_torch

    if isinstance(program, torch.nn.Module | torch.export.ExportedProgram):
        if static:
            raise CaptureError("'static' is for functions: the arguments of a network cannot be named in it")
        return capture_torch(program, inputs, kwargs, context())
    if callable(program) and not isinstance(program, type):
        return capture_numpy(program, inputs, kwargs, context(), static=static)
    raise CaptureError(
        f"cannot capture an object of type '{type(program).__name__}': expected a torch.nn.Module, a "
        "torch.export.ExportedProgram or a function written with NumPy"
    )


def _build(bytecode: bytes, target: Target, progress: Progress) -> _Built:
    compiled = compile_module(bytecode, target, progress=progress)
    path = f"modules/{target.text.replace(':', '-')}.vmfb"
    record = ModuleRecord(
        target=target.text,
        device=target.device,
        requirements=target.requirements,
        path=path,
        variant=compiled.variant,
        attempts=compiled.attempts,
    )
    return _Built(record, compiled.module)
