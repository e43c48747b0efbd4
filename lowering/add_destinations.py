"""`add-destinations`: gives the entry function an argument to write each result into."""

from dataclasses import dataclass
from typing import ClassVar

from isthmus.errors import PassError

from ..dialects.mlir import collect, ir
from .passes import Pass

ATTRIBUTE = "hpc.output"


@dataclass(frozen=True)
class AddDestinations(Pass):
    """Append to `@entry` a destination argument for every result except those in `skip` (indices, as '2;5').

    Results that an argument holds already (it has the same attribute) get none, either. A destination has its result's
    type and the attribute `hpc.output = <result index>`. The function's own arguments stay in front. Results whose
    sizes only the run decides get none.
    """

    name: ClassVar[str] = "add-destinations"
    entry: str = "main"
    skip: str = ""

    def apply(self, module: ir.Module) -> None:
        """Change the function's type and its entry block; a missing entry is a `PassError`."""
        functions = collect(module, lambda op: op.name == "func.func" and _symbol(op) == self.entry)
        if not functions:
            raise PassError(f"no function '{self.entry}' in the module")
        function = functions[0]
        type_ = ir.FunctionType(ir.TypeAttr(function.attributes["function_type"]).value)
        skipped = {int(index) for index in self.skip.split(";") if index}
        rows = _rows(function, len(type_.inputs))
        skipped |= {
            ir.IntegerAttr(row[ATTRIBUTE]).value for row in map(ir.DictAttr, rows) if ATTRIBUTE in row
        }
        wanted = [index for index in range(len(type_.results)) if index not in skipped]
        block = function.regions[0].blocks[0]
        for index in wanted:
            block.add_argument(type_.results[index], function.location)
            rows.append(ir.DictAttr.get({ATTRIBUTE: ir.IntegerAttr.get(ir.IndexType.get(), index)}))
        inputs = [*type_.inputs, *(type_.results[index] for index in wanted)]
        function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(inputs, type_.results))
        function.attributes["arg_attrs"] = ir.ArrayAttr.get(rows)


def _symbol(op: ir.Operation) -> str:
    return str(ir.StringAttr(op.attributes["sym_name"]).value)


def _rows(function: ir.Operation, count: int) -> list[ir.Attribute]:
    if "arg_attrs" in function.attributes:
        return list(ir.ArrayAttr(function.attributes["arg_attrs"]))
    return [ir.DictAttr.get({}) for _ in range(count)]
