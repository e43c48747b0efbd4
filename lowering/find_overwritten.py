"""Which arguments of a program the compiled code may write into.

IREE updates a tensor in place when nobody reads it later, and an argument is no exception: its memory is the
caller's. The runtime gives such arguments as copies.
"""

from ..dialects.mlir import ir

_VIEWS = (
    "tensor.extract_slice",
    "tensor.expand_shape",
    "tensor.collapse_shape",
    "tensor.cast",
    "tensor.reshape",
)
_READERS = ("tensor.dim", "tensor.extract", "tensor.pad", "tensor.concat", "tensor.gather", "func.return")


def overwritten_arguments(function: ir.Operation, count: int) -> tuple[int, ...]:
    """List which of a function's first `count` arguments are, themselves or through views, more than read.

    Whatever is not known to read only counts as a writer.
    """
    arguments = function.regions[0].blocks[0].arguments
    return tuple(index for index in range(count) if _is_written(arguments[index]))


def _is_written(value: ir.Value) -> bool:
    return any(_writes(use.owner.operation, use.operand_number) for use in value.uses)


def _writes(op: ir.Operation, operand: int) -> bool:
    if op.name in _VIEWS:
        return operand == 0 and any(_is_written(result) for result in op.results)
    if op.name == "tensor.insert_slice":
        return operand == 1
    if op.name.startswith(("linalg.", "tm_tensor.")):
        return operand >= len(op.operands) - len(op.results)
    if op.name == "hpc.launch":
        return operand in _written_by(op)
    if op.name.startswith(("arith.", "math.")):
        return False
    return op.name not in _READERS


def _written_by(launch: ir.Operation) -> range:
    reads, writes, _ = ir.DenseI64ArrayAttr(launch.attributes["segments"])
    return range(reads, reads + writes)
