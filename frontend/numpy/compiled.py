"""Compiled programs called inside of a captured function: their captured form, where the artifact holds it."""

from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES, dtype_of
from isthmus.errors import IsthmusError
from isthmus.signature import Signature, TensorType, Tree

from ...dialects.mlir import parse
from ..captured import Captured
from ..embedding import embed
from . import where
from .array import Array
from .coupling import array_of
from .elementwise import as_operand, cast
from .embedded_calls import SizeNames, free_symbol, invoke
from .emitter import Trace, current_trace
from .scalar import Scalar, same_size


def call_compiled(program: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a loaded program on traced values: it becomes part of the program, as it was captured."""
    artifact = program.artifact
    if artifact is None or not artifact.captured:
        raise where.error(
            f"the compiled program '{program.name}' holds machine code alone, which cannot become part of another "
            "program",
            note="compile it with keep_ir=True, or call what it was compiled from: the PyTorch module, or the function",
        )
    signature = program.signature
    if signature.state:
        raise where.error(
            f"the compiled program '{program.name}' keeps state '{signature.state[0].name}', which a part of another "
            "program cannot",
            note="pass such arrays as arguments",
        )
    trace = current_trace()
    names = SizeNames()
    with where.location(program.name):
        leaves = _leaves(program.name, signature, args, kwargs)
        arrays = [_argument(value, kind, names) for value, kind in zip(leaves, signature.inputs, strict=True)]
        results = invoke(trace, _embedded(trace, program), arrays, names)
    outputs = zip(results, signature.outputs, strict=False)
    return signature.results.build([array.item() if kind.scalar else array for array, kind in outputs])


def _embedded(trace: Trace, program: Any) -> Any:
    key = ("compiled", id(program))
    if key not in trace.embedded:
        artifact = program.artifact
        try:
            module = parse(artifact.captured, trace.context)
        except IsthmusError as error:
            raise where.error(
                f"the captured form in '{program.name}' cannot be read: {error.message}",
                note="compile the program again with this version of Isthmus",
            ) from None
        signature = program.signature
        shown = len(signature.outputs) - len(signature.checks)
        plain = Signature(
            signature.inputs,
            signature.outputs[:shown],
            signature.arguments,
            signature.results,
            updates=signature.updates,
        )
        captured = Captured(module, plain, dict(artifact.parameters))
        trace.embedded[key] = embed(
            captured, trace.module, trace.parameters, free_symbol(trace, program.name)
        )
    return trace.embedded[key]


def _leaves(name: str, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """Match a call with the signature."""
    positional, keyword = signature.arguments.children
    known = [*signature.names[: len(positional.children)], *keyword.keys]
    values = [*args, *(kwargs[key] for key in known[len(args) :] if key in kwargs)]
    trees = (*positional.children, *keyword.children)
    if len(values) != len(trees) or not set(kwargs) <= set(known[len(args) :]):
        raise where.error(
            f"'{name}' takes {len(trees)} arguments ({', '.join(map(repr, known))}): got others"
        )
    leaves: list[Any] = [None] * len(signature.inputs)
    for tree, value in zip(trees, values, strict=True):
        _fill(name, tree, value, leaves)
    return leaves


def _fill(name: str, tree: Tree, value: Any, leaves: list[Any]) -> None:
    if tree.kind == "leaf":
        leaves[tree.value] = value
        return
    if tree.kind == "constant":
        if value != tree.value:
            raise where.error(f"'{name}' was compiled with {tree.value!r} there: got {value!r}")
        return
    try:
        inner = [value[key] for key in tree.keys] if tree.kind == "dict" else list(value)
    except (TypeError, KeyError):
        inner = []
    if len(inner) != len(tree.children):
        raise where.error(f"'{name}' takes a {tree.kind} of {len(tree.children)} there")
    for child, entry in zip(tree.children, inner, strict=True):
        _fill(name, child, entry, leaves)


def _argument(value: Any, kind: TensorType, names: SizeNames) -> Array:
    """Check an argument as a call would, and bind the sizes that vary."""
    wanted = DTYPES[kind.dtype].numpy
    found = as_operand(array_of(value))
    if not isinstance(found, Array):
        is_free = getattr(found, "weak", not isinstance(found, np.generic))
        if is_free or kind.scalar:
            found = cast(found, wanted)
        found = found.as_array() if isinstance(found, Scalar) else Array.constant(np.asarray(found))
    if found.dtype != wanted or found.ndim != len(kind.shape):
        raise where.error(
            f"argument '{kind.name}' is {dtype_of(found.dtype).name} of rank {found.ndim}: expected {kind}",
            note=f"convert it with .astype('{wanted}'): nothing is narrowed silently",
        )
    for size, expected in zip(found.shape, kind.shape, strict=True):
        bound = names.known.setdefault(expected, size) if isinstance(expected, str) else expected
        if isinstance(size, int) and isinstance(bound, int) and not same_size(size, bound):
            raise where.error(f"argument '{kind.name}' has size {size}: expected {bound} ({kind})")
    return found
