"""Results of a call under the names of the signature."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from isthmus.signature import Signature, Tree

from .arrays import Array


def named_results(signature: Signature, results: Any, values: Sequence[Any]) -> dict[str, Array]:
    """Map each result's name to its array, then of `values`, the inputs, those that the program changed.

    Names that repeat get a number.
    """
    named: dict[str, Array] = {}
    found = [(signature.outputs[index].name, value) for index, value in _leaves(signature.results, results)]
    given = set(signature.results.leaves())
    found += [
        (signature.inputs[at].name, values[at]) for output, at in signature.updates if output not in given
    ]
    for wanted, value in found:
        name = wanted
        while name in named:
            name = f"{wanted}_{len(named)}"
        named[name] = np.asarray(value)
    return named


def _leaves(tree: Tree, value: Any) -> Iterator[tuple[int, Any]]:
    """Walk a nesting and the values in it side by side."""
    match tree.kind:
        case "leaf":
            yield tree.value, value
        case "dict":
            for key, child in zip(tree.keys, tree.children, strict=True):
                yield from _leaves(child, value[key])
        case "tuple" | "list":
            for child, inner in zip(tree.children, value, strict=True):
                yield from _leaves(child, inner)
