"""The whole chain as one readable function: capture, lower, compile, pack."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import isthmus
from isthmus.errors import CaptureError
from isthmus.graph import Graph, to_text

from .dialects.mlir import context, ir, to_bytecode
from .entries import capture_entries, plan_entries
from .frontend.captured import Captured
from .lowered import Common, Lowered, for_machine, lower_entries
from .lowering.graph.describe import describe_graph
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
    state: Mapping[str, Any] | None = None,
    keep_ir: bool = False,
) -> Artifact:
    """Do the work of `isthmus.compile`."""
    machines = parse_targets(targets)
    check_preset(precision)
    progress("capturing")
    captured = capture_program(program, inputs, kwargs, static, state)
    kept = _captured_form(captured) if keep_ir else b""
    graph = to_text(describe_graphs(program, captured))
    common = lower_entries(captured, stages_for(precision), progress)
    lowered = {
        kernels: for_machine(common, kernels=kernels, progress=progress)
        for kernels in dict.fromkeys(machine.has_kernels for machine in machines)
    }
    built = [_build(lowered[machine.has_kernels], machine, progress) for machine in machines]
    parameters = next(iter(lowered.values())).parameters
    manifest = Manifest(
        name=name or _name_of(program),
        entries=common.signatures,
        modules=tuple(one.record for one in built),
        created_with={"isthmus": isthmus.__version__, "iree": version("iree-base-compiler")},
        parameters=describe(parameters),
        precision=None if precision is None else report(_first(common), precision).to_json(),
        work=max(one.work for one in lowered.values()),
    )
    return Artifact(
        manifest, {one.record.path: one.data for one in built}, parameters, graph=graph, captured=kept
    )


def capture_program(
    program: Any,
    inputs: Any,
    kwargs: Mapping[str, Any] | None,
    static: Collection[str] = (),
    state: Mapping[str, Any] | None = None,
) -> dict[str, Captured]:
    """Capture a program, or each of several entries, by name; all in one context."""
    static = (static,) if isinstance(static, str) else tuple(static)
    if not isinstance(program, Mapping):
        if state:
            program, inputs, kwargs = {MAIN: program}, {MAIN: inputs}, {MAIN: kwargs or {}}
        else:
            return {MAIN: capture(program, inputs, kwargs, static)}
    entries = plan_entries(program, inputs, kwargs, state, static)
    shared = context()
    return capture_entries(
        entries, lambda function, args, kwargs, names: capture(function, args, kwargs, names, shared)
    )


def _captured_form(captured: Mapping[str, Captured]) -> bytes:
    """Give the program as it is before it is lowered, in place; entries stay apart, and are refused."""
    if set(captured) != {MAIN}:
        raise CaptureError(
            "'keep_ir' keeps programs with one entry point", note="compile what others call apart"
        )
    return to_bytecode(captured[MAIN].module)


def describe_graphs(program: Any, captured: Mapping[str, Captured]) -> dict[str, Graph]:
    """Describe each entry, as captured, in the user's words."""
    functions = program if isinstance(program, Mapping) else {MAIN: program}
    return {
        name: describe_graph(one.module, one.signature, getattr(functions[name], "__name__", ""))
        for name, one in captured.items()
    }


def _name_of(program: Any) -> str:
    if isinstance(program, Mapping):
        return "-".join(program)
    return str(getattr(program, "__name__", type(program).__name__))


def capture(
    program: Any,
    inputs: Any,
    kwargs: Mapping[str, Any] | None,
    static: Collection[str] = (),
    within: ir.Context | None = None,
) -> Captured:
    """Capture a program with the frontend that understands it; any other object is a `CaptureError`."""
    import torch

    from .frontend.numpy import capture as capture_numpy
    from .frontend.torch import capture as capture_torch

    if isinstance(program, torch.nn.Module | torch.export.ExportedProgram):
        if static:
            raise CaptureError("'static' is for functions: the arguments of a network cannot be named in it")
        return capture_torch(program, inputs, kwargs, within or context())
    program = getattr(program, "uncompiled", program)
    if callable(program) and not isinstance(program, type):
        return capture_numpy(program, inputs, kwargs, within or context(), static=static)
    raise CaptureError(
        f"cannot capture an object of type '{type(program).__name__}': expected a torch.nn.Module, a "
        "torch.export.ExportedProgram or a function written with NumPy"
    )


def _first(common: Common) -> ir.Module:
    return next(iter(common.parts.values()))


def _build(lowered: Lowered, target: Target, progress: Progress) -> _Built:
    compiled = compile_module(to_bytecode(lowered.module), target, progress=progress)
    path = f"modules/{target.text.replace(':', '-')}.vmfb"
    record = ModuleRecord(
        target=target.text,
        device=target.device,
        requirements=target.requirements,
        path=path,
        variant=compiled.variant,
        attempts=compiled.attempts,
        layouts=lowered.layouts,
    )
    return _Built(record, compiled.module)
