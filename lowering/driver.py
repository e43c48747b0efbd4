"""The standard lowering: every stage in order, its contract checked before and after."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from isthmus.signature import UNKNOWN, Signature, TensorType

from ..dialects.mlir import collect, ir
from .guard_indices import CHECKS
from .pipeline import Callback, Pipeline
from .reproducer import run_with_reproducer
from .stages import STAGES, Stage

Progress = Callable[[str], None]


def lower(
    module: ir.Module,
    signature: Signature,
    *,
    stages: Sequence[Stage] = STAGES,
    callback: Callback | None = None,
    progress: Progress | None = None,
) -> Signature:
    """Lower a captured module in place to what IREE reads, and give its signature with the checks added.

    `callback` sees every pass of every stage, `progress` the name of each stage. Raises `VerifyError` when a stage
    is given, or leaves, an operation outside its contract; `PassError` and `CompileError` from the passes, their
    notes with the command that reproduces the failure.
    """
    for stage in stages:
        if progress:
            progress(f"lowering: {stage.name}")
        stage.contract.check_accepts(module)
        options = {"skip": skipped_results(signature), "outputs": len(signature.outputs)}
        run_with_reproducer(Pipeline.parse(stage.pipeline.format(**options)), module, callback)
        stage.contract.check_leaves(module)
        signature = _with_checks(module, signature)
    return signature


def _with_checks(module: ir.Module, signature: Signature) -> Signature:
    """Take over the checks that a pass left on `@main`."""
    for function in collect(module, "func.func"):
        if CHECKS in function.attributes:
            messages = [ir.StringAttr(row).value for row in ir.ArrayAttr(function.attributes[CHECKS])]
            del function.attributes[CHECKS]
            first = len(signature.outputs)
            counts = [TensorType(f"check.{number}", "i64", ()) for number in range(len(messages))]
            checks = tuple((first + number, message) for number, message in enumerate(messages))
            return replace(signature, outputs=(*signature.outputs, *counts), checks=checks)
    return signature


def skipped_results(signature: Signature) -> str:
    """List, as '2;5', the results whose sizes only the run decides."""
    results = (*signature.outputs, *signature.state)
    return ";".join(str(index) for index, result in enumerate(results) if _is_unknown(result))


def _is_unknown(result: TensorType) -> bool:
    return UNKNOWN in result.shape
