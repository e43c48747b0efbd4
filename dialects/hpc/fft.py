"""`hpc.fft`: a discrete Fourier transform of any rank and length."""

from typing import Any

from ..mlir import ext, ir
from .dialect import Hpc, reject, well_formed

KINDS = ("c2c", "r2c", "c2r")
DIRECTIONS = ("forward", "inverse")


class FftOp(Hpc.Operation, name="fft", traits=[ext.Pure]):
    """Transform along `dimensions`: sum over x[j] exp(-+2 pi i j k / n), times `scale`; minus is "forward".

    `kind` is "c2c", "r2c" (real in; the last of the dimensions keeps n // 2 + 1 values) or "c2r" (its inverse: the
    result's extent is the length n). Transformed extents are static.

    Example: `%y = "hpc.fft"(%x) {kind = "r2c", direction = "forward", dimensions = array<i64: 1, 2>,
    scale = 1.0 : f64} : (tensor<4x64x64xf32>) -> tensor<4x64x33xcomplex<f32>>`.
    `verify`: known kind and direction, element types that fit, distinct dimensions within the rank, extents that
    fit.
    """

    input: ext.Operand[Any]
    kind: ir.StringAttr
    direction: ir.StringAttr
    dimensions: Any
    scale: Any
    output: ext.Result[Any]

    @staticmethod
    @well_formed
    def verify_invariants(op: Any) -> bool:
        """Check kind, dimensions, element types and extents."""
        message = _problem(op)
        return reject(op, message) if message else True


def _problem(op: Any) -> str:
    kind = op.attributes["kind"].value
    if kind not in KINDS:
        return f"unknown kind '{kind}': expected one of {', '.join(map(repr, KINDS))}"
    if op.attributes["direction"].value not in DIRECTIONS:
        return f"unknown direction: expected one of {', '.join(map(repr, DIRECTIONS))}"
    source, target = op.operands[0].type, op.results[0].type
    if not (isinstance(source, ir.RankedTensorType) and isinstance(target, ir.RankedTensorType)):
        return f"expected ranked tensors, got {source} and {target}"
    return _element_problem(kind, source, target) or _extent_problem(op, kind, source, target)


def _element_problem(kind: str, source: ir.RankedTensorType, target: ir.RankedTensorType) -> str:
    given = [str(type_.element_type) for type_ in (source, target)]
    expected = [
        f"complex<{real}>" if side == "c" else real
        for real in [given[0].removeprefix("complex<").removesuffix(">")]
        for side in (kind[0], kind[2])
    ]
    return "" if given == expected else f"of kind '{kind}' has element types {given}, expected {expected}"


def _extent_problem(op: Any, kind: str, source: ir.RankedTensorType, target: ir.RankedTensorType) -> str:
    dimensions = list(op.attributes["dimensions"])
    if not dimensions or len(set(dimensions)) != len(dimensions):
        return f"dimensions must be distinct and not empty, got {dimensions}"
    if source.rank != target.rank or not all(0 <= d < source.rank for d in dimensions):
        return f"dimensions {dimensions} do not fit ranks {source.rank} and {target.rank}"
    expected = list(source.shape)
    last = dimensions[-1]
    if any(source.is_dynamic_dim(d) or target.is_dynamic_dim(d) for d in dimensions):
        return "transformed extents must be static"
    if kind == "r2c" and target.shape[last] != expected[last]:
        expected[last] = expected[last] // 2 + 1
    if kind == "c2r":
        expected[last] = target.shape[last]
    return (
        ""
        if list(target.shape) == expected
        else f"expected result extents {expected}, got {list(target.shape)}"
    )
