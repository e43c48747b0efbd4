"""`form-kernels`: makes one kernel of the entry function's loops, elementwise work and region writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from isthmus.errors import PassError

from ..dialects.attributes import KERNEL, OUTPUT
from ..dialects.hpc.launch import MAXIMUM_TENSORS, LaunchOp
from ..dialects.mlir import collect, ir
from .estimate_work import estimate, is_product
from .kernels.destinations import settle_destinations
from .passes import Pass

_KERNEL_OPERATIONS = ("arith.", "math.", "complex.", "scf.", "tensor.", "linalg.")
_LEFT_TO_IREE = (
    "linalg.conv",
    "linalg.pooling",
    "linalg.pack",
    "linalg.unpack",
    "tensor.pad",
    "tensor.concat",
    "tensor.gather",
)
_LOOPS_LATER = ("tm_tensor.sort", "tm_tensor.yield")
"""What `sorts-to-loops`, which runs before, turns into loops."""
_STAYS = ("hpc.parameter", "arith.constant")


@dataclass(frozen=True)
class FormKernels(Pass):
    """Move the body of `@entry` into a private function on tensors, launched by what is left of `@entry`.

    The entry has its destinations already: arguments with `hpc.output`, which the kernel writes. Constants and
    parameters stay outside and are read by the kernel. A function with an operation that is no loop, slice,
    elementwise work or small product is left as it is: IREE compiles that.
    """

    name: ClassVar[str] = "form-kernels"
    entry: str = "main"

    def apply(self, module: ir.Module) -> None:
        """Rewrite the entry when all of it can become a kernel."""
        for function in collect(module, "func.func"):
            if ir.StringAttr(function.attributes["sym_name"]).value == self.entry:
                if why_not(function) is None and len(_outputs(function)) == _results(function):
                    _Former(module, function).run()
                return
        raise PassError(f"no function '{self.entry}' in the module")


def why_not(function: ir.Operation) -> str | None:
    """Say what keeps a function from becoming a kernel; None when nothing does."""
    block = function.regions[0].blocks[0]
    for op in collect(function, lambda op: True):
        if op.name in ("func.return", "linalg.yield", *_STAYS):
            continue
        if op.name in _LOOPS_LATER:
            continue
        if not op.name.startswith(_KERNEL_OPERATIONS) or op.name.startswith(_LEFT_TO_IREE):
            return f"'{op.name}' is left to IREE"
    kept = [op for op in block.operations if _stays(op.operation)]
    bound = len(kept) + len(_return(block).operands) + 3  # workspace, counters, addresses of arguments
    if bound > MAXIMUM_TENSORS:
        return f"{bound} results and constants are more than the {MAXIMUM_TENSORS} that a launch may take"
    product = next((op for op in collect(function, _is_large_product)), None)
    if product is not None:
        return f"'{product.name}' is large: IREE's code for it is faster"
    return None


LARGE_PRODUCT = 2e6
"""Multiplications in a product of matrices from which blocking for caches pays: IREE's code does that."""


def _is_large_product(op: ir.Operation) -> bool:
    if not op.name.startswith("linalg.") or not len(op.results):
        return False
    work = estimate(op)
    return work.contractions > 2 * LARGE_PRODUCT and is_product(op)


def _outputs(function: ir.Operation) -> dict[int, int]:
    """Map results to the arguments that are their destinations."""
    found: dict[int, int] = {}
    if "arg_attrs" in function.attributes:
        for argument, row in enumerate(ir.ArrayAttr(function.attributes["arg_attrs"])):
            attributes = ir.DictAttr(row)
            if OUTPUT in attributes:
                found[int(ir.IntegerAttr(attributes[OUTPUT]).value)] = argument
    return found


def _results(function: ir.Operation) -> int:
    return len(_return(function.regions[0].blocks[0]).operands)


def _return(block: ir.Block) -> ir.Operation:
    return list(block.operations)[-1].operation


def _stays(op: ir.Operation) -> bool:
    if op.name == "hpc.parameter":
        return True
    return op.name == "arith.constant" and isinstance(op.results[0].type, ir.RankedTensorType)


class _Former:
    """Split one function into a launch and a kernel."""

    def __init__(self, module: ir.Module, function: ir.Operation) -> None:
        self._module = module
        self._entry = function
        self._block = function.regions[0].blocks[0]
        self._outputs = _outputs(function)

    def run(self) -> None:
        with self._entry.location:
            written = [self._outputs[result] for result in sorted(self._outputs)]
            arguments = list(self._block.arguments)
            reads = [a for n, a in enumerate(arguments) if n not in written and _is_used(a)]
            constants = [op.operation for op in self._block.operations if _stays(op.operation)]
            writes = [arguments[number] for number in written]
            read = [*reads, *(op.results[0] for op in constants)]
            kernel = self._kernel(read, writes)
            self._launch(kernel, read, writes, constants)

    def _kernel(self, reads: Sequence[ir.Value], writes: Sequence[ir.Value]) -> ir.Operation:
        """Make the kernel and move the body into it."""
        types = [value.type for value in (*reads, *writes)]
        results = [value.type for value in writes]
        kind = ir.FunctionType.get(types, results)
        made = ir.Operation.create(
            "func.func",
            attributes={
                "sym_name": ir.StringAttr.get(f"{_name(self._entry)}.kernel"),
                "sym_visibility": ir.StringAttr.get("private"),
                "function_type": ir.TypeAttr.get(kind),
                KERNEL: ir.UnitAttr.get(),
                "arg_attrs": ir.ArrayAttr.get(
                    [_writable(number >= len(reads)) for number in range(len(types))]
                ),
            },
            regions=1,
            ip=ir.InsertionPoint(self._entry),
        )
        block = made.regions[0].blocks.append(*types, arg_locs=[value_location(self._entry)] * len(types))
        with ir.InsertionPoint(block):
            anchor = ir.Operation.create("func.return", operands=list(block.arguments)[len(reads) :])
        for op in list(self._block.operations):
            if not _stays(op.operation) and op.operation.name != "func.return":
                op.operation.move_before(anchor)
        returned = list(_return(self._block).operands)
        _return(self._block).erase()
        for old, new in zip((*reads, *writes), block.arguments, strict=True):
            _replace_inside(old, new, made)
            returned = [new if value == old else value for value in returned]
        for number, value in enumerate(returned):
            anchor.operands[number] = value
        settle_destinations(made)
        return made

    def _launch(
        self,
        kernel: ir.Operation,
        reads: Sequence[ir.Value],
        writes: Sequence[ir.Value],
        constants: Sequence[ir.Operation],
    ) -> None:
        with ir.InsertionPoint(self._block):
            launch = LaunchOp.build(_name(kernel), list(reads), list(writes), [], 1)
            order = {result: number for number, result in enumerate(sorted(self._outputs))}
            ir.Operation.create(
                "func.return", operands=[launch.results[order[n]] for n in range(len(self._outputs))]
            )


def value_location(op: ir.Operation) -> ir.Location:
    """Give an operation's location; block arguments have none of their own."""
    return op.location


def _writable(yes: bool) -> ir.Attribute:
    return ir.DictAttr.get({"bufferization.writable": ir.BoolAttr.get(yes)})


def _replace_inside(old: ir.Value, new: ir.Value, root: ir.Operation) -> None:
    for use in list(old.uses):
        owner = use.owner.operation
        if _is_inside(owner, root):
            owner.operands[use.operand_number] = new


def _is_inside(op: ir.Operation, root: ir.Operation) -> bool:
    parent = op.parent
    while parent is not None:
        if parent.operation == root:
            return True
        parent = parent.operation.parent
    return False


def _is_used(value: ir.Value) -> bool:
    return next(iter(value.uses), None) is not None


def _name(op: ir.Operation) -> str:
    return str(ir.StringAttr(op.attributes["sym_name"]).value)
