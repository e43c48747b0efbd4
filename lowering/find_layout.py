"""How a lowered function takes and gives what its signature says, read from its arguments.

`hpc.output = <result index>` on an input or a state says that the result lies there afterwards; on an argument behind
those it makes a destination. `hpc.workspace` marks memory to compute in: `unit`, or the sizes as a list of texts where
some vary (`["n", "64"]`). `hpc.addresses` marks bytes for the distances of arguments.
"""

from collections.abc import Sequence

from isthmus.dtypes import DTYPES
from isthmus.errors import PassError
from isthmus.signature import Layout, Signature, TensorType

from ..dialects.attributes import ADDRESSES, OUTPUT, WORKSPACE
from ..dialects.mlir import collect, ir
from .find_overwritten import overwritten_arguments

_KINDS = (WORKSPACE, ADDRESSES, OUTPUT)
"""What follows the inputs and the state, in this order."""


def find_layout(module: ir.Module, signature: Signature, entry: str = "main") -> Layout:
    """Give the layout of a function; arguments out of order are a `PassError`."""
    functions = collect(module, lambda op: op.name == "func.func" and _name(op) == entry)
    if not functions:
        raise PassError(f"no function '{entry}' in the module")
    count = len(signature.inputs) + len(signature.state)
    arguments = list(functions[0].regions[0].blocks[0].arguments)
    rows = _rows(functions[0], len(arguments))
    kinds = [next((kind for kind in _KINDS if kind in row), OUTPUT) for row in rows[count:]]
    if kinds != sorted(kinds, key=_KINDS.index):
        raise PassError(f"'{entry}' takes destinations before workspace or addresses")
    in_place = tuple(
        (ir.IntegerAttr(row[OUTPUT]).value, at) for at, row in enumerate(rows[:count]) if OUTPUT in row
    )
    placed = {at for _, at in in_place}
    overwritten = overwritten_arguments(functions[0], count)
    marked = [at for at, row in enumerate(rows) if WORKSPACE in row]
    return Layout(
        workspace=tuple(
            _tensor(f"workspace.{number}", arguments[at].type, rows[at]) for number, at in enumerate(marked)
        ),
        in_place=in_place,
        overwritten=tuple(at for at in overwritten if at not in placed),
        addresses=tuple(
            tuple(ir.DenseI64ArrayAttr(row[ADDRESSES])) for row in rows[count:] if ADDRESSES in row
        ),
    )


def _name(function: ir.Operation) -> str:
    return str(ir.StringAttr(function.attributes["sym_name"]).value)


def _rows(function: ir.Operation, count: int) -> Sequence[ir.DictAttr]:
    if "arg_attrs" not in function.attributes:
        return [ir.DictAttr.get({}, function.context)] * count
    return [ir.DictAttr(row) for row in ir.ArrayAttr(function.attributes["arg_attrs"])]


def _tensor(name: str, type_: ir.Type, row: ir.DictAttr) -> TensorType:
    kind = ir.RankedTensorType(type_)
    stated = row[WORKSPACE]
    sizes = (
        [ir.StringAttr(size).value for size in ir.ArrayAttr(stated)]
        if isinstance(stated, ir.ArrayAttr)
        else []
    )
    if not sizes and not kind.has_static_shape:
        raise PassError(f"{name} '{type_}' has sizes that vary and does not state them")
    shape = tuple(sizes[axis] if kind.is_dynamic_dim(axis) else kind.shape[axis] for axis in range(kind.rank))
    return TensorType(name, _dtype(str(kind.element_type)), shape)


def _dtype(element: str) -> str:
    spelled = {"i1": "bool", "complex<f32>": "c64", "complex<f64>": "c128"}.get(element, element)
    if spelled not in DTYPES:
        raise PassError(f"no array holds elements of '{element}'")
    return spelled
