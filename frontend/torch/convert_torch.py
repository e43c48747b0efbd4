"""From MLIR's torch dialect to linalg, arith, math, scf and tm_tensor on builtin tensors."""

import re

from isthmus.errors import CaptureError, PassError

from ...dialects.mlir import PassManager, arith, collect, erase, ir, run_passes

# The condition of a loop must not be folded before the loop is an scf.while: torch-mlir's loop canonicaliser drops
# a condition that is true at first and loops for ever (a silent miscompile).
_LOOPS_FIRST = "func.func(convert-torch-to-scf)"
_SIMPLIFY = "func.func(torch-match-quantized-custom-ops),torchdynamo-export-to-torch-backend-pipeline"
_TO_LINALG = "torch-backend-to-linalg-on-tensors-backend-pipeline"
_CONTRACT = "torch-verify-linalg-on-tensors-backend-contract"


def convert_torch(module: ir.Module) -> None:
    """Lower a module from the torch dialect; what has no lowering is a `CaptureError` at the user's line."""
    try:
        if collect(module, ("torch.prim.Loop", "torch.prim.If")):
            run_passes(module, _LOOPS_FIRST)
        run_passes(module, _SIMPLIFY)
        run_passes(module, _without_contract(module))
    except PassError as error:
        raise _explain(error) from None
    for sort in collect(module, "tm_tensor.sort"):
        _order_nans(sort)
    for check in collect(module, _is_needless_check):
        erase(check)
    left = collect(module, lambda op: op.name.startswith(("torch.", "torch_c.")))
    if left:
        name = left[0].name
        raise CaptureError(f"operator '{name}' has no lowering")


def _order_nans(sort: ir.Operation) -> None:
    """Let NaN count as the largest number, as torch does: torch-mlir's comparison puts it nowhere."""
    body = sort.regions[0].blocks[0]
    for found in [inner.operation for inner in body.operations if inner.operation.name == "arith.cmpf"]:
        left, right = found.operands
        ascending = "ole" in str(found) or "olt" in str(found)
        largest = right if ascending else left
        with ir.InsertionPoint.after(found), found.location:
            is_nan = arith.CmpFOp(arith.CmpFPredicate.UNO, largest, largest).result
            either = arith.OrIOp(found.results[0], is_nan)
        found.results[0].replace_all_uses_except(either.result, [either.operation])


def _is_needless_check(op: ir.Operation) -> bool:
    """Find the assertion that torch-mlir puts into the reciprocal: torch gives inf there, and so does arith."""
    return op.name == "cf.assert" and "tensor with zero element" in op.attributes["msg"].value


def _without_contract(module: ir.Module) -> str:
    """Spell torch-mlir's pipeline without its last check, which knows no hpc operations."""
    with module.context:
        manager = PassManager.parse(f"builtin.module({_TO_LINALG})")
    return str(manager).removeprefix("builtin.module(").removesuffix(")").replace(f",{_CONTRACT}", "")


def _explain(error: PassError) -> CaptureError:
    first = error.message.splitlines()[0]
    wanted = "failed to legalize operation '"
    if wanted in error.message:
        operator = error.message.split(wanted, 1)[1].split("'", 1)[0]
        if named := re.search(r"\((\w+\.[\w.]+)\)$", error.location or ""):
            operator = named[1]
        first = f"operator '{operator}' has no lowering for these dtypes and sizes"
    return CaptureError(first, location=error.location, note="write it with other operators, or register one")
