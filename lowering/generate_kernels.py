"""`generate-kernels`: writes the loops of every kernel: tiles, vectors, and work shared out among workgroups."""

from dataclasses import dataclass
from typing import ClassVar

from isthmus.errors import PassError

from ..dialects.attributes import IN_PLACE, KERNEL, OUTPUT, WORKSPACE
from ..dialects.hpc.launch import LaunchOp
from ..dialects.mlir import collect, ir, run_passes
from .kernels.bufferize import bufferized, kernel_of
from .kernels.finish import (
    bools_as_bytes,
    drop_views,
    leave_when_done,
    place_temporaries,
    read_and_write_directly,
    set_type,
)
from .kernels.generate import COUNTERS, Generator
from .kernels.phases import Sharing
from .passes import Pass

_CLEAN = "canonicalize,cse,loop-invariant-code-motion,canonicalize,cse"


@dataclass(frozen=True)
class GenerateKernels(Pass):
    """Bufferize the functions marked `hpc.kernel`, turn them into loops and give their launches a workspace.

    The entry gets an argument `hpc.workspace` (bytes) in front of its destinations when a kernel needs memory of its
    own. `parallel=false` writes kernels for one workgroup.
    """

    name: ClassVar[str] = "generate-kernels"
    parallel: bool = True

    def apply(self, module: ir.Module) -> None:
        """Rewrite every kernel and its launch; what cannot be generated is a `PassError`."""
        for kernel in collect(module, lambda op: op.name == "func.func" and KERNEL in op.attributes):
            launches = [
                op
                for op in collect(module, "hpc.launch")
                if ir.FlatSymbolRefAttr(op.attributes["kernel"]).value == _name(kernel)
            ]
            if len(launches) != 1:
                raise PassError(f"kernel '{_name(kernel)}' has {len(launches)} launches: expected one")
            with module.context, kernel.location:
                self._generate(module, kernel, launches[0])

    def _generate(self, module: ir.Module, kernel: ir.Operation, launch: ir.Operation) -> None:
        own = self._prepared(bufferized(kernel))
        generated = own.generator.run()
        function, block = own.function, own.function.regions[0].blocks[0]
        read_and_write_directly(function, own.generator.views)
        drop_views(function)
        total = place_temporaries(function, own.workspace, generated.scratch)
        bools_as_bytes(function)
        is_counted = generated.sharing is Sharing.COUNTED
        if is_counted:
            leave_when_done(function, own.counters)
        else:
            block.erase_argument(len(block.arguments) - 3)
        if total:
            own.workspace.set_type(ir.MemRefType.get([total], ir.IntegerType.get_signless(8)))
        else:
            block.erase_argument(len(block.arguments) - 3 - is_counted)
        set_type(function)
        run_passes(own.module, _CLEAN)
        made = kernel_of(own.module).clone(ip=ir.InsertionPoint(kernel))
        del made.attributes[KERNEL]
        kernel.erase()
        _relaunch(launch, total, is_counted, generated.workgroups)

    def _prepared(self, own: ir.Module) -> "_Prepared":
        """Settle the buffers in the way that goes over memory less often."""
        plain = _Prepared.of(own, parallel=self.parallel, one_pass=False)
        if not collect(own, "scf.for"):
            return plain
        stepped = _Prepared.of(own, parallel=self.parallel, one_pass=True)
        return stepped if stepped.generator.passes() < plain.generator.passes() else plain


@dataclass(frozen=True)
class _Prepared:
    """Hold a kernel on memory that is ready to be written, and its added arguments."""

    module: ir.Module
    function: ir.Operation
    workspace: ir.Value
    counters: ir.Value
    generator: Generator

    @staticmethod
    def of(own: ir.Module, *, parallel: bool, one_pass: bool) -> "_Prepared":
        """Give a copy of a bufferized kernel its arguments and settle its buffers."""
        module = ir.Module.create(own.operation.location)
        function = kernel_of(own).clone(ip=ir.InsertionPoint(module.body)).operation
        block = function.regions[0].blocks[0]
        byte, index = ir.IntegerType.get_signless(8), ir.IndexType.get()
        counters_type = ir.MemRefType.get([COUNTERS], ir.IntegerType.get_signless(64))
        types = (ir.MemRefType.get([1], byte), counters_type, index, index)
        workspace, *others = [block.add_argument(type_, function.location) for type_ in types]
        generator = Generator(function, workspace, *others, parallel=parallel, one_pass=one_pass)
        generator.prepare()
        return _Prepared(module, function, workspace, others[0], generator)


def _relaunch(launch: ir.Operation, bytes_: int, is_counted: bool, workgroups: int) -> None:
    """Launch with a workspace, an argument of the entry in front of its destinations, and with counters."""
    reads, writes, _ = list(ir.DenseI64ArrayAttr(launch.attributes["segments"]))
    added = [_add_workspace(launch.parent.operation, bytes_)] if bytes_ else []
    operands = list(launch.operands)  # destinations are new arguments now
    with ir.InsertionPoint(launch), launch.location:
        if is_counted:
            added.append(_counters())
        made = LaunchOp.build(
            ir.FlatSymbolRefAttr(launch.attributes["kernel"]).value,
            operands[:reads],
            [*operands[reads : reads + writes], *added],
            [],
            workgroups,
        )
    for old, new in zip(launch.results, made.results, strict=False):
        old.replace_all_uses_with(new)
    launch.erase()


def _counters() -> ir.Value:
    """Make the counters, all zero."""
    kind = ir.RankedTensorType.get([COUNTERS], ir.IntegerType.get_signless(64))
    zero = ir.Operation.create(
        "arith.constant",
        results=[kind.element_type],
        attributes={"value": ir.IntegerAttr.get(kind.element_type, 0)},
    ).results[0]
    return ir.Operation.create("tensor.splat", results=[kind], operands=[zero]).results[0]


def _add_workspace(entry: ir.Operation, bytes_: int) -> ir.Value:
    kind = ir.FunctionType(ir.TypeAttr(entry.attributes["function_type"]).value)
    rows = list(ir.ArrayAttr(entry.attributes["arg_attrs"]))
    first = next(
        (n for n, row in enumerate(rows) if _is_destination(rows, n)),
        len(rows),
    )
    type_ = ir.RankedTensorType.get([bytes_], ir.IntegerType.get_signless(8))
    block = entry.regions[0].blocks[0]
    destinations = list(block.arguments)[first:]
    value = block.add_argument(type_, entry.location)
    for old in destinations:
        old.replace_all_uses_with(block.add_argument(old.type, entry.location))
    for _ in destinations:
        block.erase_argument(first)
    rows.insert(first, ir.DictAttr.get({WORKSPACE: ir.UnitAttr.get()}))
    inputs = [*list(kind.inputs)[:first], type_, *list(kind.inputs)[first:]]
    entry.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(inputs, list(kind.results)))
    entry.attributes["arg_attrs"] = ir.ArrayAttr.get(rows)
    return value


def _is_destination(rows: list[ir.Attribute], number: int) -> bool:
    """Tell whether an argument, and every one behind it, is a destination."""
    return all(OUTPUT in ir.DictAttr(row) and IN_PLACE not in ir.DictAttr(row) for row in rows[number:])


def _name(op: ir.Operation) -> str:
    return str(ir.StringAttr(op.attributes["sym_name"]).value)
