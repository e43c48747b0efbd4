"""`address-reads`: hands kernels addresses where they read more arrays than IREE binds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from isthmus.errors import PassError

from ..dialects.attributes import ADDRESSES, IN_PLACE, OUTPUT, WORKSPACE
from ..dialects.hpc.launch import MAXIMUM_TENSORS, LaunchOp
from ..dialects.locations import describe
from ..dialects.mlir import collect, ir
from .passes import Pass

_BYTES = 8
"""Bytes of an address."""


@dataclass(frozen=True)
class AddressReads(Pass):
    """Let a launch of more than `limit` tensors read some arguments of its function by their addresses.

    The function gets one more argument in front of its destinations, bytes with the attribute `hpc.addresses`: for
    each argument that it names a 64-bit distance, from these bytes to the argument's memory. Whoever calls the function
    fills it. Arguments that the function changes, and sizes that vary, go the usual way.
    """

    name: ClassVar[str] = "address-reads"
    limit: int = MAXIMUM_TENSORS - 1  # one more holds the sizes that vary, where they are many

    def apply(self, module: ir.Module) -> None:
        """Rewrite the launches that are too large; one with too few arguments to read is a `PassError`."""
        launches = collect(module, "hpc.launch")
        for launch in launches:
            reads, writes, _ = _segments(launch)
            if reads + writes > self.limit:
                if [_kernel(other) for other in launches].count(_kernel(launch)) > 1:
                    raise PassError(
                        f"kernel '{_kernel(launch)}' is launched more than once", location=_place(launch)
                    )
                with module.context, launch.location:
                    _Rewrite(module, launch).run(reads + writes - self.limit + 1)


class _Rewrite:
    """Rewrite one launch, its kernel and the function it is in."""

    def __init__(self, module: ir.Module, launch: ir.Operation) -> None:
        self._launch = launch
        self._operands = list(launch.operands)
        self._reads, self._writes, self._scalars = _segments(launch)
        self._function = _enclosing(launch)
        functions = {_name(op): op for op in collect(module, "func.func")}
        self._kernel = functions[_kernel(launch)]

    def run(self, count: int) -> None:
        """Hand over the last `count` arguments that are only read by their addresses."""
        places = self._addressed(count)
        arguments = [ir.BlockArgument(self._operands[place]).arg_number for place in places]
        kept = [value for place, value in enumerate(self._operands[: self._reads]) if place not in places]
        sizes = [size for place in places for size in self._sizes(self._operands[place])]
        table = _add_argument(self._function, arguments)
        self._rewrite_kernel(places, table.type, len(sizes))
        operands = list(self._launch.operands)  # destinations are new arguments now
        written = operands[self._reads : self._reads + self._writes]
        with ir.InsertionPoint(self._launch):
            made = LaunchOp.build(
                _kernel(self._launch),
                [*kept, table],
                written,
                [*operands[self._reads + self._writes :], *sizes],
                ir.IntegerAttr(self._launch.attributes["workgroups"]).value,
            )
        for old, new in zip(self._launch.results, made.results, strict=True):
            old.replace_all_uses_with(new)
        self._launch.erase()

    def _addressed(self, count: int) -> list[int]:
        block = self._function.regions[0].blocks[0]
        rows = _rows(self._function, len(block.arguments))
        found = [
            place
            for place, value in enumerate(self._operands[: self._reads])
            if isinstance(value.owner, ir.Block)
            and value.owner == block
            and not any(name in rows[ir.BlockArgument(value).arg_number] for name in (OUTPUT, WORKSPACE))
        ]
        if len(found) < count:
            raise PassError(
                f"kernel '{_kernel(self._launch)}' takes {self._reads + self._writes} tensors, of which {len(found)}"
                " are arguments that it only reads",
                location=_place(self._launch),
                note="split the function: a kernel writes about 30 arrays at most",
            )
        return found[-count:]

    def _sizes(self, value: ir.Value) -> list[ir.Value]:
        with ir.InsertionPoint(self._launch):
            return [
                _emit("tensor.dim", ir.IndexType.get(), value, _constant(axis))
                for axis in _varying(value.type)
            ]

    def _rewrite_kernel(self, places: Sequence[int], table: ir.Type, sizes: int) -> None:
        """Take the arguments away, and look at their memory instead at the start of the kernel."""
        block = self._kernel.regions[0].blocks[0]
        old = list(block.arguments)
        tensors, scalars = old[: self._reads + self._writes], old[self._reads + self._writes : -2]
        kept = [value for place, value in enumerate(tensors[: self._reads]) if place not in places]
        bytes_ = ir.MemRefType.get(ir.RankedTensorType(table).shape, ir.IntegerType.get_signless(8))

        def renewed(values: Sequence[ir.Value]) -> None:
            for value in values:
                value.replace_all_uses_with(block.add_argument(value.type, self._kernel.location))

        renewed(kept)
        memory = block.add_argument(bytes_, self._kernel.location)
        renewed([*tensors[self._reads :], *scalars])
        given = iter([block.add_argument(ir.IndexType.get(), self._kernel.location) for _ in range(sizes)])
        renewed(old[-2:])
        with ir.InsertionPoint.at_block_begin(block), self._kernel.location:
            addresses = _view(
                memory, _constant(0), [], ir.MemRefType.get([len(places)], ir.IntegerType.get_signless(64))
            )
            for number, place in enumerate(places):
                axes = _varying(old[place].type)
                address = _emit("memref.load", ir.IntegerType.get_signless(64), addresses, _constant(number))
                distance = _emit("arith.index_cast", ir.IndexType.get(), address)
                view = _view(memory, distance, [next(given) for _ in axes], old[place].type)
                old[place].replace_all_uses_with(view)
        for _ in old:
            block.erase_argument(0)
        types = [argument.type for argument in block.arguments]
        self._kernel.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(types, []))
        if "arg_attrs" in self._kernel.attributes:
            del self._kernel.attributes["arg_attrs"]


def _add_argument(function: ir.Operation, addressed: Sequence[int]) -> ir.Value:
    """Give a function an argument for addresses, in front of its destinations."""
    block = function.regions[0].blocks[0]
    old = list(block.arguments)
    rows = list(_rows(function, len(old)))
    first = len(rows)
    while first and OUTPUT in rows[first - 1] and IN_PLACE not in rows[first - 1]:
        first -= 1
    type_ = ir.RankedTensorType.get([_BYTES * len(addressed)], ir.IntegerType.get_signless(8))
    table = block.add_argument(type_, function.location)
    for value in old[first:]:
        value.replace_all_uses_with(block.add_argument(value.type, function.location))
    for _ in old[first:]:
        block.erase_argument(first)
    rows.insert(first, ir.DictAttr.get({ADDRESSES: ir.DenseI64ArrayAttr.get(list(addressed))}))
    kind = ir.FunctionType(ir.TypeAttr(function.attributes["function_type"]).value)
    types = [argument.type for argument in block.arguments]
    function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(types, list(kind.results)))
    function.attributes["arg_attrs"] = ir.ArrayAttr.get(rows)
    return table


def _rows(function: ir.Operation, count: int) -> list[ir.DictAttr]:
    if "arg_attrs" not in function.attributes:
        return [ir.DictAttr.get({})] * count
    return [ir.DictAttr(row) for row in ir.ArrayAttr(function.attributes["arg_attrs"])]


def _view(memory: ir.Value, distance: ir.Value, sizes: Sequence[ir.Value], type_: ir.Type) -> ir.Value:
    return _emit("memref.view", type_, memory, distance, *sizes)


def _emit(name: str, type_: ir.Type, *operands: ir.Value) -> ir.Value:
    return ir.Operation.create(name, results=[type_], operands=list(operands)).results[0]


def _constant(value: int) -> ir.Value:
    index = ir.IndexType.get()
    number = ir.IntegerAttr.get(index, value)
    return ir.Operation.create("arith.constant", results=[index], attributes={"value": number}).results[0]


def _varying(type_: ir.Type) -> list[int]:
    shaped = ir.ShapedType(type_)
    return [axis for axis in range(shaped.rank) if shaped.is_dynamic_dim(axis)]


def _segments(launch: ir.Operation) -> tuple[int, int, int]:
    reads, writes, scalars = ir.DenseI64ArrayAttr(launch.attributes["segments"])
    return reads, writes, scalars


def _enclosing(op: ir.Operation) -> ir.Operation:
    while op.name != "func.func":
        op = op.parent.operation
    return op


def _kernel(launch: ir.Operation) -> str:
    return str(ir.FlatSymbolRefAttr(launch.attributes["kernel"]).value)


def _name(function: ir.Operation) -> str:
    return str(ir.StringAttr(function.attributes["sym_name"]).value)


def _place(op: ir.Operation) -> str:
    return describe(str(op.location))
