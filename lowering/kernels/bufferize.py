"""Kernels from tensors to memory: upstream's one-shot bufferization, in a module of their own."""

from collections.abc import Sequence

from isthmus.errors import PassError

from ...dialects.mlir import collect, ir, run_passes
from .destinations import hand_on_by_copy

_VIEWS = ("memref.subview", "memref.cast", "memref.collapse_shape", "memref.expand_shape")

_PIPELINE = (
    "one-shot-bufferize{bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map "
    "allow-return-allocs-from-loops=0},linalg-generalize-named-ops,canonicalize,cse"
)


def bufferized(kernel: ir.Operation) -> ir.Module:
    """Give a new module that holds the kernel on memrefs; it returns nothing, its last arguments are written.

    What has no bufferization is a `PassError`.
    """
    module = _in_memory(kernel)
    function = kernel_of(module)
    kind = ir.FunctionType(ir.TypeAttr(function.attributes["function_type"]).value)
    function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(kind.inputs, []))
    block = function.regions[0].blocks[0]
    end = list(block.operations)[-1].operation
    destinations = list(block.arguments)[len(block.arguments) - len(end.operands) :]
    with ir.InsertionPoint(end), end.location:
        _copy_out(list(end.operands), destinations)
        ir.Operation.create("func.return")
    end.erase()
    if "arg_attrs" in function.attributes:
        del function.attributes["arg_attrs"]
    return module


def _in_memory(kernel: ir.Operation) -> ir.Module:
    """Bufferize a copy of the kernel, a second time with copies where updating in place turned out impossible."""
    try:
        return _attempt(kernel, by_copy=False)
    except PassError:
        return _attempt(kernel, by_copy=True)


def _attempt(kernel: ir.Operation, *, by_copy: bool) -> ir.Module:
    module = ir.Module.create(kernel.location)
    kernel.clone(ip=ir.InsertionPoint(module.body))
    if by_copy:
        hand_on_by_copy(kernel_of(module))
    _splats_to_fills(module)
    run_passes(module, _PIPELINE)
    return module


def _copy_out(values: Sequence[ir.Value], destinations: Sequence[ir.Value]) -> None:
    """Copy results to where they belong, all at once: one that lies in another's destination is saved first."""
    pairs = [(value, place) for value, place in zip(values, destinations, strict=True) if value != place]
    overwritten = [place for _, place in pairs]
    saved = [_saved(value) if _base(value) in overwritten else value for value, _ in pairs]
    for value, (_, place) in zip(saved, pairs, strict=True):
        ir.Operation.create("memref.copy", operands=[value, place])


def _saved(value: ir.Value) -> ir.Value:
    kind = ir.MemRefType(value.type)
    if not kind.has_static_shape:
        raise PassError(
            f"a kernel cannot save an argument of type '{kind}': its size is known at run time only"
        )
    made = ir.Operation.create(
        "memref.alloc",
        results=[ir.MemRefType.get(list(kind.shape), kind.element_type)],
        attributes={"operandSegmentSizes": ir.DenseI32ArrayAttr.get([0, 0])},
    ).results[0]
    ir.Operation.create("memref.copy", operands=[value, made])
    return made


def _base(value: ir.Value) -> ir.Value:
    while not isinstance(value.owner, ir.Block) and value.owner.operation.name in _VIEWS:
        value = value.owner.operation.operands[0]
    return value


def kernel_of(module: ir.Module) -> ir.Operation:
    """Give the one function of a module made by `bufferized`."""
    return collect(module, "func.func")[0]


def _splats_to_fills(module: ir.Module) -> None:
    """Let constant arrays of one value be filled by the kernel: they would be globals of the module."""
    for op in collect(module, "arith.constant"):
        kind = op.results[0].type
        if isinstance(kind, ir.RankedTensorType):
            value = ir.DenseElementsAttr(op.attributes["value"]).get_splat_value()
            with ir.InsertionPoint(op), op.location:
                number = ir.Operation.create(
                    "arith.constant", results=[kind.element_type], attributes={"value": value}
                ).results[0]
                filled = ir.Operation.create("tensor.splat", results=[kind], operands=[number]).results[0]
            op.results[0].replace_all_uses_with(filled)
            op.erase()
