"""Capture of a PyTorch program: export, decompose, import, lower to hpc + linalg on tensors."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import ConstantArgument, InputKind, OutputKind, TensorArgument

from isthmus.errors import CaptureError, IsthmusError
from isthmus.signature import Signature, TensorType, Tree

from ...dialects.mlir import ir
from ..captured import Captured
from .convert_torch import convert_torch
from .decompositions import decompose
from .examples import Examples, dtype_name, make_examples
from .export import explain, export, quiet
from .importer import argument_nodes, constant_value, import_graph, result_nodes
from .nesting import to_tree
from .parameters import Weights
from .sizes import Symbols


def capture(
    program: torch.nn.Module | ExportedProgram,
    inputs: object,
    kwargs: Mapping[str, Any] | None,
    context: ir.Context,
) -> Captured:
    """Capture a module on example inputs, or a program that is exported already (its inputs are then ignored).

    Buffers that the program changes become state; arguments it changes become outputs that update the caller's
    arrays. Raises `CaptureError` with the user's file and line.
    """
    if isinstance(program, ExportedProgram):
        exported, examples = program, Examples((), {})
    else:
        examples = make_examples(() if inputs is None else inputs, kwargs)
        exported = export(program, examples)
    lowered = _decomposed(exported)
    weights = Weights()
    signature = _signature(lowered, examples, weights)
    module = import_graph(lowered, context, weights)
    convert_torch(module)
    return Captured(module, signature, weights.arrays)


def _decomposed(exported: ExportedProgram) -> ExportedProgram:
    try:
        with quiet():
            return decompose(exported)
    except IsthmusError:
        raise
    except Exception as error:  # the rules run the user's operators on fake tensors: anything may be raised
        raise explain(error) from None


def _signature(program: ExportedProgram, examples: Examples, weights: Weights) -> Signature:
    arguments = argument_nodes(program)
    users = [s for s in program.graph_signature.input_specs if s.kind == InputKind.USER_INPUT]
    tensors = [spec for spec in users if isinstance(spec.arg, TensorArgument)]
    symbols = Symbols(program, zip(*_wanted(program, arguments, examples, len(tensors)), strict=True))
    inputs = tuple(_tensor(node.name, node.meta["val"], symbols) for node in arguments[: len(tensors)])
    outputs = tuple(_tensor(node.name, node.meta["val"], symbols) for node in result_nodes(program))
    state = _state(program, weights)
    visible = len(outputs) - len(state)
    calls = program.module_call_graph[0].signature
    if calls is None:
        raise CaptureError("the exported program does not say how its inputs nest", note="export it again")
    return Signature(
        inputs=inputs,
        outputs=outputs[:visible],
        arguments=to_tree(calls.in_spec, _leaves(users), "the inputs"),
        results=to_tree(calls.out_spec, _leaves(_user_outputs(program)), "the outputs"),
        names=tuple((calls.forward_arg_names or ())[: calls.in_spec.child(0).num_children]),
        state=state,
        updates=_updates(program, tensors, visible),
        symbols=symbols.ranges(),
    )


def _wanted(
    program: ExportedProgram, arguments: list[torch.fx.Node], examples: Examples, count: int
) -> tuple[list[str], list[Any], list[tuple[object, ...]]]:
    """Pair each input with the size names of its spec; specs are found by their place among the leaves."""
    leaves = [x for x in torch.utils._pytree.tree_leaves((examples.args, examples.kwargs)) if _is_tensor(x)]
    specs = {id(tensor): spec for tensor, spec in examples.specs}
    names: list[tuple[object, ...]] = [()] * count
    for index, leaf in enumerate(leaves[:count]):
        if id(leaf) in specs:
            names[index] = tuple(
                s if isinstance(s, str) and s != "?" else None for s in specs[id(leaf)].shape
            )
    nodes = arguments[:count]
    return [node.name for node in nodes], [node.meta["val"] for node in nodes], names


def _is_tensor(value: object) -> bool:
    return isinstance(value, torch.Tensor)


def _tensor(name: str, fake: object, symbols: Symbols) -> TensorType:
    if isinstance(fake, torch.Tensor):
        return TensorType(name, dtype_name(fake.dtype), symbols.shape(fake))
    if isinstance(fake, bool | torch.SymBool):
        return TensorType(name, "bool", (), scalar=True)
    return TensorType(name, "f64" if isinstance(fake, float | torch.SymFloat) else "i64", (), scalar=True)


def _state(program: ExportedProgram, weights: Weights) -> tuple[TensorType, ...]:
    changed = set(program.graph_signature.buffers_to_mutate.values())
    found = []
    for spec in program.graph_signature.input_specs:
        if spec.kind == InputKind.BUFFER and spec.target in changed:
            value = constant_value(program, spec)
            key = weights.add_state(spec.target, value)
            found.append(TensorType(key, dtype_name(value.dtype), tuple(value.shape)))
    return tuple(found)


def _user_outputs(program: ExportedProgram) -> list[Any]:
    return [s for s in program.graph_signature.output_specs if s.kind == OutputKind.USER_OUTPUT]


def _leaves(specs: list[Any]) -> Iterator[Tree]:
    index = 0
    for spec in specs:
        if isinstance(spec.arg, ConstantArgument):
            yield Tree("constant", spec.arg.value)
        else:
            yield Tree("leaf", index)
            index += 1


def _updates(program: ExportedProgram, tensors: list[Any], visible: int) -> tuple[tuple[int, int], ...]:
    places = {spec.arg.name: index for index, spec in enumerate(tensors)}
    changed = [s for s in program.graph_signature.output_specs if s.kind == OutputKind.USER_INPUT_MUTATION]
    first = visible - len(changed)
    return tuple((first + index, places[spec.target]) for index, spec in enumerate(changed))
