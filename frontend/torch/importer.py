"""From an exported graph to MLIR's torch dialect, with weights, transforms and user operators as hpc ops."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import ConstantArgument, InputKind, OutputKind, TensorArgument
from torch_mlir.extras.fx_as_strided import rewrite_as_strided
from torch_mlir.extras.fx_importer import ContextCache, FxImporter, FxImporterHooks, GraphNodeImporter

from isthmus.dtypes import DTYPES
from isthmus.errors import CaptureError

from ...dialects.hpc import AttentionOp, CallOp, FftOp, ParameterOp
from ...dialects.locations import origin_name
from ...dialects.mlir import arith, func, ir
from .examples import TORCH_DTYPES, dtype_name, to_numpy
from .export import user_line
from .parameters import Weights

aten = torch.ops.aten

_BUILTIN_NAMESPACES = (
    "aten",
    "prims",
    "prim",
    "quantized",
    "quantized_decomposed",
    "torchvision",
    "_operator",
)
_INLINE_ELEMENTS = 16
"""Constants up to this size stay in the IR, where they fold; larger ones and all weights are parameters."""
_UNSIGNED = (torch.uint8, torch.uint16, torch.uint32, torch.uint64)
"""torch-mlir's literals lose the sign of these: constants of them are parameters at any size."""
_FFT_KINDS = {
    aten._fft_c2c.default: "c2c",
    aten._fft_r2c.default: "r2c",
    aten._fft_c2r.default: "c2r",
}


class _Locations(ContextCache):
    """Name every operation after the user's layer, over the user's file and line."""

    def get_node_location(self, node: torch.fx.Node) -> ir.Location:
        place = super().get_node_location(node) or ir.Location.unknown(context=self._c)
        stack = node.meta.get("nn_module_stack") or {}
        path = list(stack.values())[-1][0] if stack else ""
        name = origin_name(str(path), node.name, str(node.target))
        return ir.Location.name(name, childLoc=place, context=self._c)


class _Hooks(FxImporterHooks):
    """Carry the weights to every importer of a graph, those of loop bodies included."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights


class _NodeImporter(GraphNodeImporter):
    """Import what torch-mlir has no operation for: transforms as `hpc.fft`, user operators as `hpc.call`.

    Tensors that the program holds become constants while they are small and parameters from then on.
    """

    def __init__(
        self, importer: FxImporter, context: ir.Context, cache: ContextCache, block: ir.Block
    ) -> None:
        super().__init__(importer, context, cache, block)
        self.weights: Weights = importer._hooks.weights

    def _import_torch_op_overload(
        self, loc: ir.Location, node: torch.fx.Node, concrete_target: Any = None
    ) -> None:
        target = concrete_target or node.target
        if target is aten.view.dtype and node.args[0].meta["val"].itemsize == node.args[1].itemsize:
            self._import_bitcast(loc, node)
        elif target in _FFT_KINDS:
            self._import_fft(loc, node)
        elif target is torch.ops.isthmus.attention.default:
            self._import_attention(loc, node)
        elif target.namespace not in _BUILTIN_NAMESPACES:
            self._import_call(loc, node, target)
        else:
            super()._import_torch_op_overload(loc, node, concrete_target)

    def _import_bitcast(self, loc: ir.Location, node: torch.fx.Node) -> None:
        source, fake = node.args[0], node.meta["val"]
        with loc, ir.InsertionPoint(self._b):
            value = self._to_builtin(self.resolve_node_value(source), source.meta["val"])
            value = _cast("tensor.bitcast", value, builtin_type(fake))
            self.bind_node_value(node, self._from_builtin(value, fake))

    def _import_fft(self, loc: ir.Location, node: torch.fx.Node) -> None:
        kind = _FFT_KINDS[node.target]
        source, dimensions, normalization, last = node.args
        extents = _extents(source, node, kind, [d % source.meta["val"].ndim for d in dimensions])
        forward = bool(last) if kind == "c2c" else kind == "r2c"
        scale = {0: 1.0, 1: 1 / math.sqrt(math.prod(extents.values())), 2: 1 / math.prod(extents.values())}
        with loc, ir.InsertionPoint(self._b):
            built = FftOp(
                self._to_builtin(self.resolve_node_value(source), source.meta["val"]),
                ir.StringAttr.get(kind),
                ir.StringAttr.get("forward" if forward else "inverse"),
                ir.DenseI64ArrayAttr.get(list(extents)),
                ir.FloatAttr.get(ir.F64Type.get(), scale[int(normalization)]),
                builtin_type(node.meta["val"]),
            )
            self.bind_node_value(node, self._from_builtin(built.output, node.meta["val"]))

    def _import_attention(self, loc: ir.Location, node: torch.fx.Node) -> None:
        *tensors, scale = node.args
        with loc, ir.InsertionPoint(self._b):
            inputs = [
                self._to_builtin(self.resolve_node_value(tensor), tensor.meta["val"])
                for tensor in tensors
                if tensor is not None
            ]
            factor = ir.FloatAttr.get(ir.F64Type.get(), scale)
            built = AttentionOp(*inputs[:3], inputs[3:], factor, builtin_type(node.meta["val"]))
            self.bind_node_value(node, self._from_builtin(built.output, node.meta["val"]))

    def _import_call(self, loc: ir.Location, node: torch.fx.Node, target: Any) -> None:
        schema = target._schema
        if schema.is_mutable:
            raise _unsupported(node, f"operator '{schema.name}' changes its arguments", "return the result")
        names = [argument.name for argument in schema.arguments]
        given = dict(zip(names, node.args, strict=False)) | dict(node.kwargs)
        tensors = {name: value for name, value in given.items() if isinstance(value, torch.fx.Node)}
        results = node.meta["val"]
        fakes = list(results) if isinstance(results, tuple | list) else [results]
        with loc, ir.InsertionPoint(self._b):
            inputs = [self._to_builtin(self.resolve_node_value(n), n.meta["val"]) for n in tensors.values()]
            constants = {name: _attribute(node, name, v) for name, v in given.items() if name not in tensors}
            constants["inputs"] = ir.ArrayAttr.get([ir.StringAttr.get(name) for name in tensors])
            types = [builtin_type(fake) for fake in fakes]
            built = CallOp.build(inputs, schema.name, constants, types)
            for index, (value, fake) in enumerate(zip(built.results, fakes, strict=True)):
                self.bind_node_value(node, self._from_builtin(value, fake), index)
        if len(fakes) > 1:
            self._multi_result_nodes.add(node)

    def _import_literal(self, py_value: Any, info: Any = None) -> ir.Value:
        if not isinstance(py_value, torch.Tensor):
            return super()._import_literal(py_value, info)
        fake = py_value.detach()
        if fake.numel() > _INLINE_ELEMENTS:
            key = self.weights.add(f"constant.{len(self.weights.arrays)}", fake)
            return self._parameter(key, fake)
        return self._from_builtin(constant(fake), fake)

    def bind_parameter(self, node: torch.fx.Node, key: str, fake: torch.Tensor) -> None:
        """Bind a placeholder to the `hpc.parameter` of a key, made where it is first used."""

        def make() -> ir.Value:
            with self._cc.get_node_location(node), ir.InsertionPoint(self._b):
                return self._parameter(key, fake)

        self.bind_node_value(node, make)

    def _parameter(self, key: str, fake: torch.Tensor) -> ir.Value:
        """Read a parameter; one of complex128 is stored as pairs, since IREE 3.13 dies on elements of 16 bytes."""
        stored = torch.view_as_real(fake) if fake.dtype == torch.complex128 else fake
        value = self._from_builtin(ParameterOp(ir.StringAttr.get(key), builtin_type(stored)).result, stored)
        if stored is fake:
            return value
        return _cast("torch.aten.view_as_complex", value, self._cc.get_vtensor_type(fake.shape, fake.dtype))

    def _to_builtin(self, value: ir.Value, fake: torch.Tensor) -> ir.Value:
        return _cast("torch_c.to_builtin_tensor", value, builtin_type(fake))

    def _from_builtin(self, value: ir.Value, fake: torch.Tensor) -> ir.Value:
        kind = self._cc.get_vtensor_type(fake.shape, fake.dtype)
        return _cast("torch_c.from_builtin_tensor", value, kind)

    def number_as_tensor(self, value: ir.Value, fake: object) -> ir.Value:
        """Turn a torch number (a size) into a tensor of rank 0."""
        kind = "f64" if isinstance(fake, float | torch.SymFloat) else "si64"
        type_ = ir.Type.parse(f"!torch.vtensor<[],{kind}>", self._c)
        with ir.InsertionPoint(self._b), ir.Location.unknown():
            if isinstance(fake, bool | torch.SymBool):
                value = _torch_op("torch.aten.Int.bool", ir.Type.parse("!torch.int"), value)
            made = _torch_op("torch.prim.NumToTensor.Scalar", type_, value)
            if isinstance(fake, bool | torch.SymBool):
                zero = ir.Operation.create(
                    "torch.constant.int",
                    results=[ir.Type.parse("!torch.int")],
                    attributes={"value": ir.IntegerAttr.get(ir.IntegerType.get_signless(64), 0)},
                )
                made = _torch_op(
                    "torch.aten.ne.Scalar", ir.Type.parse("!torch.vtensor<[],i1>"), made, zero.result
                )
        return made


def import_graph(program: ExportedProgram, context: ir.Context, weights: Weights) -> ir.Module:
    """Import an exported program as a function `main` over value tensors.

    Arguments are the user's tensors, then the buffers that change; results are the user's outputs, changed
    arguments and changed buffers, in the order of the program's output specs, constants left out. Weights are
    registered with `weights`.
    """
    importer = FxImporter(context=context, hooks=_Hooks(weights), graph_node_importer_cls=_NodeImporter)
    importer._cc = _Locations(context)
    try:
        rewrite_as_strided(program.graph)
        with context, ir.Location.unknown():
            return _import_function(importer, program, weights)
    except (NotImplementedError, AssertionError, TypeError, KeyError, ValueError, RuntimeError) as error:
        if isinstance(error, CaptureError):
            raise
        first = (str(error) or type(error).__name__).splitlines()[0]
        raise CaptureError(f"the program cannot be imported: {first}", location=user_line(error)) from None


def _import_function(importer: FxImporter, program: ExportedProgram, weights: Weights) -> ir.Module:
    cache = importer._cc
    nodes = {node.name: node for node in program.graph.nodes}
    arguments = argument_nodes(program)
    results = result_nodes(program)
    kinds = [cache.get_vtensor_type(node.meta["val"].shape, node.meta["val"].dtype) for node in arguments]
    function = func.FuncOp("main", ir.FunctionType.get(kinds, []), ip=importer._m_ip)
    function.attributes["torch.assume_strict_symbolic_shapes"] = ir.UnitAttr.get()
    block = ir.Block.create_at_start(function.body, kinds)
    body = _NodeImporter(importer, importer._c, cache, block)
    for node, argument in zip(arguments, block.arguments, strict=True):
        body.bind_node_value(node, argument)
    _bind_constants(body, program, nodes, weights, {node.name for node in arguments})
    importer._import_all_child_modules(program.graph.owning_module, "main", False)
    body.import_nodes(program.graph.nodes, skip_placeholders_outputs=True)
    values = [_result(body, node) for node in results]
    with ir.InsertionPoint(block), ir.Location.unknown():
        func.ReturnOp(values)
    type_ = ir.FunctionType.get(kinds, [value.type for value in values])
    function.attributes["function_type"] = ir.TypeAttr.get(type_)
    return importer.module


def _result(body: _NodeImporter, node: torch.fx.Node) -> ir.Value:
    value = body.resolve_node_value(node)
    fake = node.meta["val"]
    return value if isinstance(fake, torch.Tensor) else body.number_as_tensor(value, fake)


def argument_nodes(program: ExportedProgram) -> list[torch.fx.Node]:
    """List the placeholders that become arguments: the user's tensors, then the buffers that change."""
    nodes = {node.name: node for node in program.graph.nodes}
    specs = program.graph_signature.input_specs
    changed = set(program.graph_signature.buffers_to_mutate.values())
    users = [s for s in specs if s.kind == InputKind.USER_INPUT and isinstance(s.arg, TensorArgument)]
    state = [s for s in specs if s.kind == InputKind.BUFFER and s.target in changed]
    return [nodes[spec.arg.name] for spec in (*users, *state)]


def result_nodes(program: ExportedProgram) -> list[torch.fx.Node]:
    """List the nodes that become results: outputs that are no constants, changed arguments, changed buffers."""
    nodes = {node.name: node for node in program.graph.nodes}
    order = (OutputKind.USER_OUTPUT, OutputKind.USER_INPUT_MUTATION)
    specs = program.graph_signature.output_specs
    visible = [s for kind in order for s in specs if s.kind == kind]
    state = {s.target: s for s in specs if s.kind == OutputKind.BUFFER_MUTATION}
    ordered = [state[s.target] for s in program.graph_signature.input_specs if s.target in state]
    return [nodes[s.arg.name] for s in (*visible, *ordered) if not isinstance(s.arg, ConstantArgument)]


def _bind_constants(
    body: _NodeImporter,
    program: ExportedProgram,
    nodes: dict[str, torch.fx.Node],
    weights: Weights,
    bound: Iterable[str],
) -> None:
    for spec in program.graph_signature.input_specs:
        if spec.arg.name in bound or spec.kind == InputKind.TOKEN:
            continue
        node = nodes[spec.arg.name]
        if spec.kind == InputKind.USER_INPUT:
            body.import_constant(ir.Location.unknown(), node, spec.arg.value)
            continue
        value = constant_value(program, spec)
        small = value.numel() <= _INLINE_ELEMENTS and value.dtype not in _UNSIGNED
        if spec.kind != InputKind.PARAMETER and small:
            body.import_constant(body._cc.get_node_location(node), node, value.detach())
        else:
            body.bind_parameter(node, weights.add(spec.target, value), value)


def constant_value(program: ExportedProgram, spec: Any) -> torch.Tensor:
    """Look up the tensor behind a parameter, buffer or lifted constant."""
    value = program.state_dict.get(spec.target)
    if value is None:
        value = program.constants.get(spec.target)
    if not isinstance(value, torch.Tensor):
        raise CaptureError(f"'{spec.target}' is no tensor: objects of classes cannot be captured")
    return value


def builtin_type(fake: torch.Tensor) -> ir.Type:
    """Give the builtin tensor type of a torch tensor; symbolic sizes are dynamic."""
    element = ir.Type.parse(DTYPES[dtype_name(fake.dtype)].mlir)
    dynamic = ir.ShapedType.get_dynamic_size()
    return ir.RankedTensorType.get([n if isinstance(n, int) else dynamic for n in fake.shape], element)


def constant(tensor: torch.Tensor) -> ir.Value:
    """Make a constant of a small tensor, element by element in its own dtype."""
    type_ = ir.RankedTensorType(builtin_type(tensor))
    array = to_numpy(tensor)
    if tensor.dtype == torch.bfloat16:
        array = array.view(np.uint16)  # the bindings know no buffers of bf16
    attribute = ir.DenseElementsAttr.get(array, type=type_)
    return arith.ConstantOp(type_, attribute).result


def _torch_op(name: str, result: ir.Type, *operands: ir.Value) -> ir.Value:
    return ir.Operation.create(name, results=[result], operands=list(operands)).results[0]


def _cast(name: str, value: ir.Value, result: ir.Type) -> ir.Value:
    return ir.Operation.create(name, results=[result], operands=[value]).results[0]


def _extents(
    source: torch.fx.Node, node: torch.fx.Node, kind: str, dimensions: Sequence[int]
) -> dict[int, int]:
    real_side = node.meta["val"] if kind == "c2r" else source.meta["val"]
    extents = {d: real_side.shape[d] for d in dimensions}
    if not all(isinstance(extent, int) for extent in extents.values()):
        raise _unsupported(
            node, "a Fourier transform along a size that varies", "write that size as a number"
        )
    return extents


def _attribute(node: torch.fx.Node, name: str, value: object) -> ir.Attribute:
    match value:
        case bool():
            return ir.BoolAttr.get(value)
        case int():
            return ir.IntegerAttr.get(ir.IntegerType.get_signless(64), value)
        case float():
            return ir.FloatAttr.get(ir.F64Type.get(), value)
        case str():
            return ir.StringAttr.get(value)
        case None:
            return ir.UnitAttr.get()
        case torch.dtype() if value in TORCH_DTYPES.values():
            return ir.StringAttr.get(dtype_name(value))
        case tuple() | list():
            return ir.ArrayAttr.get([_attribute(node, name, child) for child in value])
    raise _unsupported(
        node,
        f"argument '{name}' of type '{type(value).__name__}'",
        "pass tensors, numbers, text or lists of those",
    )


def _unsupported(node: torch.fx.Node, what: str, note: str) -> CaptureError:
    lines = [line.strip() for line in (node.meta.get("stack_trace") or "").splitlines() if "File " in line]
    return CaptureError(
        f"not supported in '{node.target}': {what}", location=lines[-1] if lines else None, note=note
    )
