"""torch's tree of nested values, as a `Tree` of ours."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from torch.utils import _pytree as pytree

from isthmus.errors import CaptureError
from isthmus.signature import Tree


def to_tree(spec: Any, leaves: Iterator[Tree], where: str) -> Tree:
    """Convert a TreeSpec, taking its leaves in order from `leaves`.

    Tuples (named ones too), lists and dictionaries with text keys nest; data classes and other registered
    containers become dictionaries of their fields where the keys are known. Anything else is a `CaptureError`.
    """
    if spec.is_leaf():
        return next(leaves)
    children = tuple(to_tree(child, leaves, where) for child in spec.children())
    if spec.type is list:
        return Tree("list", None, children)
    if spec.type is tuple or spec.type is pytree.namedtuple or _is_named_tuple(spec.type):
        return Tree("tuple", None, children)
    keys = _keys(spec)
    if keys is None or len(keys) != len(children) or not all(isinstance(key, str) for key in keys):
        raise CaptureError(
            f"{where} nest a '{getattr(spec.type, '__name__', spec.type)}': expected tuples, lists and "
            "dictionaries with text keys"
        )
    return Tree("dict", None, children, tuple(keys))


def _is_named_tuple(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple)


def _keys(spec: Any) -> list[Any] | None:
    context = spec.context
    if spec.type is defaultdict:
        return list(context[1])
    if isinstance(context, tuple | list) and context and isinstance(context[0], list | tuple):
        return list(context[0])
    return list(context) if isinstance(context, list | tuple) else None
