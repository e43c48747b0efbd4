"""`hpc.launch`: runs a kernel, a function on memory, over some workgroups."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from isthmus.errors import VerifyError

from ..attributes import KERNEL
from ..mlir import ext, ir
from .dialect import Hpc, reject, well_formed

RUNS, RESULT_RUNS = 64, 32
"""Runs of operands, and of results, of one type each that a launch may have: IRDL makes the values of a variadic
group share one type, so that each run is a group of its own."""

MAXIMUM_TENSORS = 32
"""Tensors that IREE binds at once; `address-reads` takes care of launches that read more."""


class LaunchOp(Hpc.Operation, name="launch", traits=[ext.Pure]):
    """Call `kernel` once per workgroup; the results are the new contents of the tensors it writes.

    `segments` counts the operands that are read, written and scalars, in this order. The kernel is a private
    function. It takes a memref for each tensor read and written (same sizes; i8 where the tensor holds i1), then the
    scalars, then its workgroup and the number of workgroups, both `index`. What it does not write keeps its value.
    Workgroups run in any order, at once or one after the other: none may read what another writes.

    A kernel marked `hpc.kernel` works on tensors still; `generate-kernels` writes its loops.

    Example: `%w = "hpc.launch"(%x, %v, %a) {kernel = @axpy, workgroups = 4 : i64, segments = array<i64: 1, 1, 1>,
    operandSegmentSizes = ..., resultSegmentSizes = ...} : (tensor<8xf64>, tensor<8xf64>, f64) -> tensor<8xf64>`.
    `verify`: 1 to 32 tensors written; none both read and written or written twice;
    results typed as the tensors written; scalars of at most 64 bits; a kernel whose arguments fit.
    """

    kernel: Any
    workgroups: Any
    segments: Any
    __annotations__ |= {f"operands{i}": Sequence[ext.Operand[Any]] for i in range(RUNS)}
    __annotations__ |= {f"results{i}": Sequence[ext.Result[Any]] for i in range(RESULT_RUNS)}

    @classmethod
    def build(
        cls,
        kernel: str,
        reads: Sequence[ir.Value],
        writes: Sequence[ir.Value],
        scalars: Sequence[ir.Value],
        workgroups: int,
    ) -> ir.Operation:
        """Create a launch at the current insertion point; more runs of types than it can hold are a `VerifyError`."""
        operands = [*reads, *writes, *scalars]
        results = [value.type for value in writes]
        return ir.Operation.create(
            "hpc.launch",
            results=results,
            operands=operands,
            attributes={
                "kernel": ir.FlatSymbolRefAttr.get(kernel),
                "workgroups": ir.IntegerAttr.get(ir.IntegerType.get_signless(64), workgroups),
                "segments": ir.DenseI64ArrayAttr.get([len(reads), len(writes), len(scalars)]),
                "operandSegmentSizes": _runs(kernel, [value.type for value in operands], RUNS),
                "resultSegmentSizes": _runs(kernel, results, RESULT_RUNS),
            },
        )

    @staticmethod
    @well_formed
    def verify_invariants(op: Any) -> bool:
        """Check the operands, the results and the kernel."""
        message = _problem(op.operation)
        return reject(op, message) if message else True


def _runs(kernel: str, types: Sequence[ir.Type], limit: int) -> ir.Attribute:
    sizes = [len(list(run)) for _, run in groupby(types)]
    if len(sizes) > limit:
        raise VerifyError(
            f"kernel '{kernel}' takes {len(sizes)} runs of values of one type: expected at most {limit}",
            note="sort its arguments by type",
        )
    return ir.DenseI32ArrayAttr.get([*sizes, *[0] * (limit - len(sizes))])


def _problem(op: ir.Operation) -> str:
    segments = list(ir.DenseI64ArrayAttr(op.attributes["segments"]))
    if len(segments) != 3 or min(segments) < 0 or sum(segments) != len(op.operands):
        return f"segments {segments} do not count its {len(op.operands)} operands"
    workgroups = ir.IntegerAttr(op.attributes["workgroups"]).value
    if workgroups < 1:
        return f"has {workgroups} workgroups, expected at least 1"
    tensors, scalars = op.operands[: sum(segments[:2])], op.operands[sum(segments[:2]) :]
    return (
        _tensor_problem(tensors[: segments[0]], tensors[segments[0] :])
        or _result_problem(op, tensors[segments[0] :])
        or _scalar_problem(scalars)
        or _kernel_problem(op, [value.type for value in tensors], [value.type for value in scalars])
    )


def _tensor_problem(reads: Sequence[ir.Value], writes: Sequence[ir.Value]) -> str:
    types = [value.type for value in (*reads, *writes)]
    if not all(isinstance(type_, ir.RankedTensorType) for type_ in types):
        return f"expected ranked tensors to read and write, got {', '.join(map(str, types))}"
    if len(writes) > MAXIMUM_TENSORS:
        return f"writes {len(writes)} tensors, expected at most {MAXIMUM_TENSORS}"
    if not writes:
        return "writes no tensor"
    for index, value in enumerate(writes):
        if value in [*reads, *writes[:index]]:
            return f"tensor {index} of those it writes is among its other tensors, too"
    return ""


def _result_problem(op: ir.Operation, writes: Sequence[ir.Value]) -> str:
    expected, given = [value.type for value in writes], [value.type for value in op.results]
    if expected != given:
        return f"expected the types of the tensors it writes as results, {_listed(expected)}, got {_listed(given)}"
    return ""


def _scalar_problem(scalars: Sequence[ir.Value]) -> str:
    for value in scalars:
        type_ = value.type
        integer = isinstance(type_, ir.IntegerType) and type_.width <= 64
        if not integer and not isinstance(type_, ir.IndexType | ir.F16Type | ir.F32Type | ir.F64Type):
            return f"expected integers of at most 64 bits, index, f16, f32 or f64 as scalars, got {type_}"
    return ""


def _kernel_problem(op: ir.Operation, tensors: Sequence[ir.Type], scalars: Sequence[ir.Type]) -> str:
    name = ir.FlatSymbolRefAttr(op.attributes["kernel"]).value
    kernel = _function(op, name)
    if kernel is None:
        return f"there is no function '{name}'"
    if KERNEL in kernel.attributes:
        return ""  # its loops are not written yet: it takes and gives tensors
    type_ = ir.FunctionType(ir.TypeAttr(kernel.attributes["function_type"]).value)
    index = ir.IndexType.get(op.context)
    expected = [*map(_memory, tensors), *map(str, scalars), str(index), str(index)]
    given = [str(argument) for argument in type_.inputs]
    if expected != given:
        return f"expected kernel '{name}' to take {_listed(expected)}, got {_listed(given)}"
    if type_.results:
        return f"expected kernel '{name}' to have no results"
    return ""


def _function(op: ir.Operation, name: str) -> ir.Operation | None:
    module = op
    while module.name != "builtin.module":
        if module.parent is None:
            return None
        module = module.parent.operation
    for candidate in module.regions[0].blocks[0].operations:
        found = candidate.operation
        if found.name == "func.func" and ir.StringAttr(found.attributes["sym_name"]).value == name:
            return found
    return None


def _memory(tensor: ir.Type) -> str:
    """Write the type of the memory behind a tensor."""
    type_ = ir.RankedTensorType(tensor)
    sizes = ["?" if type_.is_dynamic_dim(axis) else str(type_.shape[axis]) for axis in range(type_.rank)]
    element = str(type_.element_type)
    return f"memref<{'x'.join([*sizes, 'i8' if element == 'i1' else element])}>"


def _listed(types: Sequence[Any]) -> str:
    return f"({', '.join(map(str, types))})"
