"""The standard lowering: every stage in order, its contract checked before and after."""

from collections.abc import Callable, Sequence

from isthmus.signature import UNKNOWN, Signature, TensorType

from ..dialects.mlir import ir
from .pipeline import Callback, Pipeline
from .stages import STAGES, Stage

Progress = Callable[[str], None]


def lower(
    module: ir.Module,
    signature: Signature,
    *,
    stages: Sequence[Stage] = STAGES,
    callback: Callback | None = None,
    progress: Progress | None = None,
) -> None:
    """Lower a captured module in place to what IREE reads.

    `callback` sees every pass of every stage, `progress` the name of each stage. Raises `VerifyError` when a stage
    is given, or leaves, an operation outside its contract; `PassError` and `CompileError` from the passes.
    """
    skip = skipped_results(signature)
    for stage in stages:
        if progress:
            progress(f"lowering: {stage.name}")
        stage.contract.check_accepts(module)
        Pipeline.parse(stage.pipeline.format(skip=skip)).run(module, callback)
        stage.contract.check_leaves(module)


def skipped_results(signature: Signature) -> str:
    """List, as '2;5', the results whose sizes only the run decides."""
    results = (*signature.outputs, *signature.state)
    return ";".join(str(index) for index, result in enumerate(results) if _is_unknown(result))


def _is_unknown(result: TensorType) -> bool:
    return UNKNOWN in result.shape
