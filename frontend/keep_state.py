"""Turns arguments of a captured function into state: arrays that the program keeps from call to call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from isthmus.errors import CaptureError
from isthmus.signature import Signature, TensorType, Tree

from ..dialects.mlir import collect, ir, verify
from ..dialects.symbols import symbol_name
from .captured import Captured

OUTPUT = "hpc.output"
"""Marks the argument in whose memory a result lies."""

Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


def keep_state(captured: Captured, initial: Mapping[str, Array]) -> Captured:
    """Make state of the positional arguments named in `initial`, which maps them to their first values.

    What updated such an argument becomes its new state; one that is not updated is its own. Inputs then state in,
    outputs then new state out. An argument that is no single array is a `CaptureError`.
    """
    signature = captured.signature
    places = _places(signature, initial)
    kept = list(places.values())
    taken = [index for index in range(len(signature.inputs)) if index not in kept]
    updates = {position: output for output, position in signature.updates if position in kept}
    given = [index for index in range(len(signature.outputs)) if index not in updates.values()]
    new_state = [updates.get(position) for position in kept]
    _rewrite(captured.module, [*taken, *kept], given, list(zip(new_state, kept, strict=True)))
    state = tuple(replace(signature.inputs[at], name=name) for name, at in places.items())
    parameters = {**captured.parameters, **{name: initial[name] for name in places}}
    return Captured(captured.module, _signature(signature, taken, given, state, places), parameters)


def _places(signature: Signature, initial: Mapping[str, Array]) -> dict[str, int]:
    """Find the input of each argument that is to be state."""
    places = {}
    for name, tree in zip(signature.names, signature.arguments.children[0].children, strict=False):
        if name not in initial:
            continue
        if tree.kind != "leaf":
            raise CaptureError(
                f"state '{name}' is a {tree.kind} of arrays", note="give each array a name of its own"
            )
        places[name] = int(tree.value)
    return places


def _signature(
    old: Signature,
    taken: Sequence[int],
    given: Sequence[int],
    state: tuple[TensorType, ...],
    places: Mapping[str, int],
) -> Signature:
    positional, keyword = old.arguments.children
    stays = [index for index, name in enumerate(_padded(old, positional)) if name not in places]
    arguments = Tree(
        "tuple", None, (replace(positional, children=tuple(positional.children[i] for i in stays)), keyword)
    )
    return replace(
        old,
        inputs=tuple(old.inputs[index] for index in taken),
        outputs=tuple(old.outputs[index] for index in given),
        arguments=_renumbered(arguments, taken),
        results=_renumbered(old.results, given),
        names=tuple(name for name in old.names if name not in places),
        state=(*old.state, *state),
        updates=tuple((given.index(o), taken.index(i)) for o, i in old.updates if i in taken),
    )


def _padded(signature: Signature, positional: Tree) -> list[str | None]:
    names: list[str | None] = list(signature.names[: len(positional.children)])
    return names + [None] * (len(positional.children) - len(names))


def _renumbered(tree: Tree, order: Sequence[int]) -> Tree:
    if tree.kind == "leaf":
        return replace(tree, value=order.index(tree.value))
    return replace(tree, children=tuple(_renumbered(child, order) for child in tree.children))


def _rewrite(
    module: ir.Module,
    arguments: Sequence[int],
    results: Sequence[int],
    state: Sequence[tuple[int | None, int]],
) -> None:
    """Reorder the arguments of `@main` and what it returns; state that no result holds is the argument itself."""
    (function,) = [f for f in collect(module, "func.func") if symbol_name(f) == "main"]
    block = function.regions[0].blocks[0]
    count = len(arguments)
    inputs = count - len(state)
    for index in arguments:
        old = block.arguments[index]
        old.replace_all_uses_with(block.add_argument(old.type, function.location))
    moved = {index: count + place for place, index in enumerate(arguments)}
    (terminator,) = [op.operation for op in block.operations if op.operation.name == "func.return"]
    values = [terminator.operands[index] for index in results]
    values += [
        block.arguments[moved[position]] if result is None else terminator.operands[result]
        for result, position in state
    ]
    ir.Operation.create(
        "func.return", operands=values, loc=terminator.location, ip=ir.InsertionPoint(terminator)
    )
    terminator.erase()
    for _ in range(count):
        block.erase_argument(0)
    type_ = ir.FunctionType.get(
        [argument.type for argument in block.arguments],
        [value.type for value in values],
        context=module.context,
    )
    function.attributes["function_type"] = ir.TypeAttr.get(type_, context=module.context)
    _mark_unchanged(function, inputs, [result for result, _ in state], len(results))
    verify(module)


def _mark_unchanged(function: ir.Operation, first: int, state: Sequence[int | None], outputs: int) -> None:
    """Say of each state argument that is returned as it is that the result lies there."""
    if "res_attrs" in function.attributes:
        del function.attributes["res_attrs"]
    with function.context:
        index = ir.IndexType.get()
        rows = [ir.DictAttr.get({}) for _ in range(first)]
        for place, result in enumerate(state):
            there: dict[str, ir.Attribute] = {}
            if result is None:
                there[OUTPUT] = ir.IntegerAttr.get(index, outputs + place)
            rows.append(ir.DictAttr.get(there))
        function.attributes["arg_attrs"] = ir.ArrayAttr.get(rows)
