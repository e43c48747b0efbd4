"""Kernels from tensors to memory: upstream's one-shot bufferization, in a module of their own."""

from ...dialects.mlir import collect, ir, run_passes

_PIPELINE = (
    "one-shot-bufferize{bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map "
    "allow-return-allocs-from-loops=0},linalg-generalize-named-ops,canonicalize,cse"
)


def bufferized(kernel: ir.Operation) -> ir.Module:
    """Give a new module that holds the kernel on memrefs; it returns nothing, its last arguments are written.

    What has no bufferization is a `PassError`.
    """
    module = ir.Module.create(kernel.location)
    kernel.clone(ip=ir.InsertionPoint(module.body))
    _splats_to_fills(module)
    run_passes(module, _PIPELINE)
    function = kernel_of(module)
    kind = ir.FunctionType(ir.TypeAttr(function.attributes["function_type"]).value)
    function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(kind.inputs, []))
    block = function.regions[0].blocks[0]
    end = list(block.operations)[-1].operation
    destinations = list(block.arguments)[len(block.arguments) - len(end.operands) :]
    with ir.InsertionPoint(end), end.location:
        for value, destination in zip(end.operands, destinations, strict=True):
            if value != destination:
                ir.Operation.create("memref.copy", operands=[value, destination])
        ir.Operation.create("func.return")
    end.erase()
    if "arg_attrs" in function.attributes:
        del function.attributes["arg_attrs"]
    return module


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
