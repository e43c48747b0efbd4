"""The types of results, as users read them."""

from collections.abc import Sequence

from ...dialects.mlir import ir


def shape_of(work: Sequence[ir.Operation]) -> str:
    """Write the type of the last result that is an array, else of the last result: `f64[64,48]`."""
    kinds = [result.type for operation in work for result in operation.results]
    arrays = [kind for kind in kinds if isinstance(kind, ir.RankedTensorType)]
    if not arrays:
        return str(kinds[-1]) if kinds else ""
    last = arrays[-1]
    sizes = ",".join("?" if last.is_dynamic_dim(axis) else str(last.shape[axis]) for axis in range(last.rank))
    return f"{last.element_type}[{sizes}]" if sizes else str(last.element_type)
