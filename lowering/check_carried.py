"""Refuses loops that IREE compiles to wrong numbers."""

from isthmus.errors import CompileError

from ..dialects.locations import describe
from ..dialects.mlir import collect, ir

_LOOPS = ("scf.for", "scf.while")


def check_carried(module: ir.Module) -> None:
    """Refuse loops that carry several arrays, of which one has several axes and a size that only the run knows.

    IREE 3.13 places what such a loop yields in one block of memory and forgets where in it the second array begins
    (its pass iree-util-apply-patterns drops the offset): silently the first array again. Delete this when
    tests/lowering/test_check_carried.py compiles and is right without it.
    """
    for loop in collect(module, _LOOPS):
        arrays = [result.type for result in loop.results if isinstance(result.type, ir.RankedTensorType)]
        if len(arrays) > 1 and any(_varies(ir.RankedTensorType(type_)) for type_ in arrays):
            raise CompileError(
                f"a loop changes {len(arrays)} arrays, some of sizes that vary, which IREE confuses",
                location=describe(str(loop.location)) or None,
                note='write the sizes as numbers, Spec("f64[32,64]"), or leave the loop outside of the function',
            )


def _varies(type_: ir.RankedTensorType) -> bool:
    return type_.rank > 1 and not type_.has_static_shape
