"""What kind of work a line does."""

from collections.abc import Sequence

from ...dialects.mlir import ir, operations
from .origins import Origin

_COMMUNICATION = tuple(
    f"hpc.{name}"
    for name in (
        "halo_exchange",
        "all_",
        "reduce_scatter",
        "broadcast",
        "gather",
        "scatter",
        "send",
        "receive",
    )
)
_PRODUCTS = (
    *(
        f"linalg.{name}"
        for name in ("matmul", "batch_matmul", "matvec", "vecmat", "batch_matvec", "dot", "conv_")
    ),
    *("linalg.contract", "linalg.batch_vecmat", "hpc.attention", "tm_tensor.attention"),
)
_TRANSFORMS = ("hpc.fft", "tm_tensor.sort", "tm_tensor.topk")


def kind_of(work: Sequence[ir.Operation], origin: Origin) -> str:
    """Choose the kind of node that operations of one line become."""
    inner = [found for operation in work for found in (operation, *operations(operation))]
    if any(found.name.startswith(_COMMUNICATION) for found in inner):
        return "communication"
    if origin.is_network:
        return "network"
    if any(found.name == "hpc.call" for found in inner):
        return "operator"
    if any(found.name in _TRANSFORMS for found in inner):
        return "transform"
    if any(found.name.startswith(_PRODUCTS) for found in inner):
        return "product"
    reductions = [_reduced_inputs(found) for found in inner if found.name == "linalg.generic"]
    if any(count > 1 for count in reductions):
        return "product"
    if any(reductions):
        return "reduction"
    return "stencil" if _reads_neighbours(inner) else "arithmetic"


def _reduced_inputs(generic: ir.Operation) -> int:
    reduces = any("reduction" in str(kind) for kind in generic.attributes["iterator_types"])
    return generic.attributes["operandSegmentSizes"][0] if reduces else 0


def _reads_neighbours(work: Sequence[ir.Operation]) -> bool:
    """Tell whether parts of one array, of one size and at different offsets, are read."""
    seen: dict[object, object] = {}
    for operation in work:
        if operation.name == "hpc.stencil":
            return True
        if operation.name != "tensor.extract_slice":
            continue
        what = (operation.operands[0], str(operation.results[0].type))
        where = (str(operation.attributes["static_offsets"]), *list(operation.operands)[1:])
        if seen.setdefault(what, where) != where:
            return True
    return False
