"""PyTorch's primitive views, which no decomposition may follow, under their ATen names."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.export import ExportedProgram

aten, prims = torch.ops.aten, torch.ops.prims

_ATEN: dict[Any, tuple[Any, Callable[..., tuple[Any, ...]]]] = {
    prims.view_of.default: (aten.alias.default, lambda source: (source,)),
    prims.squeeze.default: (aten.squeeze.dims, lambda source, dimensions: (source, dimensions)),
    prims.split_dim.default: (aten.unflatten.int, lambda source, dim, outer: (source, dim, [outer, -1])),
    prims.collapse_view.default: (aten.flatten.using_ints, lambda source, start, end: (source, start, end)),
    prims.transpose.default: (aten.permute.default, lambda source, permutation: (source, permutation)),
}


@contextmanager
def aten_views(program: ExportedProgram) -> Iterator[None]:
    """Rename the views of a graph for the time of a decomposition; the user's program is put back after."""
    changed = [(node, node.target, node.args) for node in program.graph.nodes if node.target in _ATEN]
    for node, target, args in changed:
        node.target, arguments = _ATEN[target]
        node.args = arguments(*args, **node.kwargs) if node.kwargs else arguments(*args)
    try:
        yield
    finally:
        for node, target, args in changed:
            node.target, node.args = target, args
