"""Turns each `hpc.launch` and its kernel into an executable of IREE's and a dispatch of it.

Runs in the worker process only, inside IREE's MLIR, where `hpc.launch` is an operation of an unknown dialect.
"""

from collections.abc import Iterator

from iree.compiler import ir

from .executables import make_executable
from .launch_plan import LaunchPlan, plan_launch, varying_axes
from .words import constant, emit, integer, resized, split, to_integer

LAUNCH = "hpc.launch"


def kernels(module: ir.Module) -> list[ir.Operation]:
    """List the functions that are launched."""
    functions = _functions(module)
    names = {_kernel(launch) for function in functions.values() for launch in _launches(function)}
    return [functions[name] for name in sorted(names)]


def cross_launches(module: ir.Module) -> None:
    """Rewrite every launch in `module`; the kernels' functions are gone afterwards."""
    functions, launched = _functions(module), kernels(module)
    executables: dict[str, str] = {}
    for launch in [found for function in functions.values() for found in _launches(function)]:
        kernel = _kernel(launch)
        plan = plan_launch(launch)
        key = f"{kernel} {plan.sources} {plan.is_packed}"
        if key not in executables:
            executables[key] = f"{kernel}.{len(executables)}"
            make_executable(functions[kernel], plan, executables[key])
        _dispatch(launch, plan, executables[key])
    for function in launched:
        function.erase()


def _functions(module: ir.Module) -> dict[str, ir.Operation]:
    found = [op.operation for op in module.body.operations if op.operation.name == "func.func"]
    return {str(ir.StringAttr(op.attributes["sym_name"]).value): op for op in found}


def _kernel(launch: ir.Operation) -> str:
    return str(ir.FlatSymbolRefAttr(launch.attributes["kernel"]).value)


def _launches(root: ir.Operation) -> Iterator[ir.Operation]:
    for region in root.regions:
        for block in region:
            for op in block:
                if op.operation.name == LAUNCH:
                    yield op.operation
                yield from _launches(op.operation)


def _dispatch(launch: ir.Operation, plan: LaunchPlan, executable: str) -> None:
    """Replace a launch by a dispatch."""
    index = ir.IndexType.get()
    with ir.InsertionPoint(launch), launch.location:
        sizes = [_sizes(value) for value in plan.tensors]
        given = [size for row in sizes for size in row]
        returned = [size for row in sizes[-len(plan.writes) :] for size in row]
        numbers = [value for value, source in zip(plan.scalars, plan.sources, strict=True) if source < 0]
        arguments = [*_sent([*numbers, *given], plan.is_packed), *plan.tensors]
        workgroups = constant(ir.IntegerAttr(launch.attributes["workgroups"]).value, index)
        segments = [1, len(arguments), len(given), len(returned)]
        tied = range(len(arguments) - len(plan.writes), len(arguments))
        dispatch = ir.Operation.create(
            "flow.dispatch",
            results=[result.type for result in launch.results],
            operands=[workgroups, *arguments, *given, *returned],
            attributes={
                "entry_points": ir.ArrayAttr.get([ir.SymbolRefAttr.get([executable, executable])]),
                "tied_operands": ir.ArrayAttr.get([ir.IntegerAttr.get(index, at) for at in tied]),
                "operandSegmentSizes": ir.DenseI32ArrayAttr.get(segments),
            },
        )
    for old, new in zip(launch.results, dispatch.results, strict=True):
        old.replace_all_uses_with(new)
    launch.erase()


def _sizes(tensor: ir.Value) -> list[ir.Value]:
    index = ir.IndexType.get()
    axes = varying_axes(tensor.type)
    return [emit("tensor.dim", index, tensor, constant(axis, index)) for axis in axes]


def _sent(numbers: list[ir.Value], is_packed: bool) -> list[ir.Value]:
    """Turn numbers into words, or into one tensor of 64 bits each."""
    if not is_packed:
        return [word for number in numbers for word in split(number)]
    wide = [resized(to_integer(number), 64) for number in numbers]
    return [emit("tensor.from_elements", ir.RankedTensorType.get([len(wide)], integer(64)), *wide)]
