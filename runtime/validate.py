"""What must hold in a signature before native code is trusted with it."""

from collections.abc import Sequence

from isthmus.dtypes import DTYPES
from isthmus.errors import ArtifactError
from isthmus.signature import UNKNOWN, Layout, Signature, Size, TensorType, Tree, evaluate_size

_KINDS = ("leaf", "tuple", "list", "dict", "constant")


def check_signature(signature: Signature) -> None:
    """Refuse a signature that contradicts itself with an `ArtifactError` that says where."""
    _check_symbols(signature)
    for value in (*signature.inputs, *signature.outputs, *signature.state):
        _check_tensor(value, signature)
    if any(isinstance(size, str) for value in signature.state for size in value.shape):
        raise _malformed("a state array has a symbolic size")
    _check_arguments(signature.arguments, len(signature.inputs))
    _check_tree(signature.results)
    _check_indices(list(signature.results.leaves()), len(signature.outputs), "result")
    _check_indices([output for output, _ in signature.updates], len(signature.outputs), "updated output")
    _check_indices([position for _, position in signature.updates], len(signature.inputs), "updated input")
    _check_indices([output for output, _ in signature.checks], len(signature.outputs), "check")
    if any(str(signature.outputs[output]) != _count(signature, output) for output, _ in signature.checks):
        raise _malformed("a check is no count of i64")
    if not all(isinstance(name, str) for name in signature.names):
        raise _malformed("an argument's name is no text")


def check_layout(layout: Layout, signature: Signature) -> None:
    """Refuse a layout that does not fit its signature with an `ArtifactError`."""
    arguments, results = (*signature.inputs, *signature.state), (*signature.outputs, *signature.state)
    _check_indices(layout.overwritten, len(arguments), "overwritten argument")
    _check_indices([result for result, _ in layout.in_place], len(results), "result in place")
    _check_indices([argument for _, argument in layout.in_place], len(arguments), "argument in place")
    for row in layout.addresses:
        _check_indices(row, len(arguments), "addressed argument")
    for value in layout.workspace:
        _check_tensor(value, signature)
        if UNKNOWN in value.shape:
            raise _malformed(f"the workspace '{value}' has no known size")
    for result, argument in layout.in_place:
        if not _may_share(signature, result, argument):
            raise _malformed(f"result {result} cannot lie in argument {argument}")
    for place in (0, 1):
        if len({pair[place] for pair in layout.in_place}) < len(layout.in_place):
            raise _malformed("a result or an argument is in place twice")


def _may_share(signature: Signature, result: int, argument: int) -> bool:
    """Allow an updated input to hold its update, and a state its own new value."""
    if argument >= len(signature.inputs):
        return argument - len(signature.inputs) == result - len(signature.outputs)
    kinds = [
        (value.dtype, value.shape) for value in (*signature.outputs, *signature.state, *signature.inputs)
    ]
    same = kinds[result] == kinds[len(signature.outputs) + len(signature.state) + argument]
    return same and (result, argument) in signature.updates


def _count(signature: Signature, output: int) -> str:
    return f"{signature.outputs[output].name}: i64[]"


def _check_symbols(signature: Signature) -> None:
    for name, (low, high) in signature.symbols.items():
        if not isinstance(low, int) or not isinstance(high, int | None):
            raise _malformed(f"the range of '{name}' is {low!r} to {high!r}")


def _check_tensor(value: TensorType, signature: Signature) -> None:
    if not isinstance(value.name, str) or value.dtype not in DTYPES:
        raise _malformed(f"an array named {value.name!r} has dtype {value.dtype!r}")
    for size in value.shape:
        _check_size(size, value, signature)


def _check_size(size: Size, value: TensorType, signature: Signature) -> None:
    if isinstance(size, str):
        if size != UNKNOWN:
            evaluate_size(size, {name: max(low, 7) for name, (low, _) in signature.symbols.items()})
    elif type(size) is not int or size < 0:
        raise _malformed(f"a size of '{value.name}' is {size!r}")


def _check_arguments(tree: Tree, count: int) -> None:
    _check_tree(tree)
    if [tree.kind, *(child.kind for child in tree.children)] != ["tuple", "tuple", "dict"]:
        raise _malformed("the arguments are no pair of a tuple and a dict")
    if sorted(tree.leaves()) != list(range(count)):
        raise _malformed(f"the arguments do not hold each of the {count} inputs once")


def _check_tree(tree: Tree) -> None:
    if tree.kind not in _KINDS:
        raise _malformed(f"unknown kind of nesting {tree.kind!r}")
    if tree.kind == "leaf" and type(tree.value) is not int:
        raise _malformed(f"a leaf holds {tree.value!r}")
    if tree.kind == "dict" and len(tree.keys) != len(tree.children):
        raise _malformed(f"a dict has {len(tree.keys)} keys for {len(tree.children)} values")
    for child in tree.children:
        _check_tree(child)


def _check_indices(indices: Sequence[int], count: int, what: str) -> None:
    for index in indices:
        if not 0 <= index < count:
            raise _malformed(f"{what} {index} does not exist, there are {count}")


def _malformed(why: str) -> ArtifactError:
    return ArtifactError(f"malformed signature in the manifest: {why}")
