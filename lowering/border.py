"""The last steps before a module leaves for IREE: destinations, and kernels where the machine's are ours."""

from collections.abc import Callable
from dataclasses import dataclass

from isthmus.errors import PassError
from isthmus.signature import Layout, Signature

from ..dialects.attributes import IN_PLACE, OUTPUT, SIMULATION
from ..dialects.mlir import collect, ir
from .check_carried import check_carried
from .driver import lower
from .find_layout import find_layout
from .form_kernels import why_not
from .stages import BORDER, HOST, LOOPS

MAIN = "main"


@dataclass(frozen=True)
class AtBorder:
    """Hold a module ready for IREE, how it takes and gives, and how many workgroups may share its kernel (or None)."""

    module: ir.Module
    layout: Layout
    workgroups: int | None


def to_border(
    module: ir.Module,
    signature: Signature,
    *,
    kernels: bool,
    progress: Callable[[str], None] | None = None,
) -> AtBorder:
    """Give `@main` its destinations, in a copy of the module, and turn a simulation into a kernel when asked to.

    A simulation that cannot become a kernel goes to IREE as it is; `progress` then says why.
    """
    if kernels and is_simulation(module):
        reason = why_not(main_of(module))
        try:
            if reason is None:
                return _with_kernel(module, signature)
        except PassError as error:
            reason = error.message
        if progress:
            progress(f"no kernel: {reason}")
    check_carried(module)
    made = copy_of(module)
    lower(made, signature, stages=(BORDER, HOST))
    return AtBorder(made, find_layout(made, signature), None)


def _with_kernel(module: ir.Module, signature: Signature) -> AtBorder:
    made = copy_of(module)
    _mark_in_place(main_of(made), _in_place(signature))
    lower(made, signature, stages=(BORDER, LOOPS))
    launches = collect(made, "hpc.launch")
    if len(launches) != 1:
        raise PassError(f"{len(launches)} launches where one was expected")
    workgroups = int(ir.IntegerAttr(launches[0].attributes["workgroups"]).value)
    return AtBorder(made, find_layout(made, signature), workgroups)


def _in_place(signature: Signature) -> dict[int, int]:
    """Map arguments to the results that may lie in their memory: changed inputs, and all state."""
    found = {argument: result for result, argument in signature.updates}
    for number in range(len(signature.state)):
        found[len(signature.inputs) + number] = len(signature.outputs) + number
    return found


def _mark_in_place(main: ir.Operation, in_place: dict[int, int]) -> None:
    count = len(main.regions[0].blocks[0].arguments)
    rows = (
        [ir.DictAttr(row) for row in ir.ArrayAttr(main.attributes["arg_attrs"])]
        if "arg_attrs" in main.attributes
        else [ir.DictAttr.get({}, main.context)] * count
    )
    with main.context:
        for argument, result in in_place.items():
            known = {entry.name: entry.attr for entry in rows[argument]}
            known[IN_PLACE] = ir.UnitAttr.get()
            known[OUTPUT] = ir.IntegerAttr.get(ir.IndexType.get(), result)
            rows[argument] = ir.DictAttr.get(known)
        main.attributes["arg_attrs"] = ir.ArrayAttr.get(list(rows))


def is_simulation(module: ir.Module) -> bool:
    """Tell whether the entry was captured from a function written with NumPy."""
    return SIMULATION in main_of(module).attributes


def main_of(module: ir.Module) -> ir.Operation:
    """Give `@main`; a module without is a `PassError`."""
    for function in collect(module, "func.func"):
        if ir.StringAttr(function.attributes["sym_name"]).value == MAIN:
            return function
    raise PassError("no function 'main' in the module")


def copy_of(module: ir.Module) -> ir.Module:
    """Copy a module within its context."""
    with module.context, ir.Location.unknown():
        made = ir.Module.create()
        point = ir.InsertionPoint(made.body)
        for op in module.body.operations:
            op.operation.clone(point)
    return made
