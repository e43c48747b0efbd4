"""PyTorch inside of a captured NumPy function: modules and tensor functions become part of the program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.utils import _pytree as pytree

from isthmus.dtypes import dtype_of
from isthmus.errors import CaptureError
from isthmus.spec import Spec

from ..embedding import Embedded
from ..numpy import where
from ..numpy.array import Array
from ..numpy.embedded_calls import SizeNames, free_symbol, invoke
from ..numpy.emitter import Trace, current_trace
from ..numpy.scalar import Scalar
from .embed import embed_module
from .traced_tensor import TracedTensor

_SHARING: tuple[Any, ...] = (torch.from_numpy, torch.as_tensor, torch.asarray, torch.from_dlpack)
"""What gives a tensor over an array's memory."""


def is_module(value: object) -> bool:
    """Tell whether a value is a program of torch's: a module or an exported program."""
    return isinstance(value, torch.nn.Module | ExportedProgram)


def call_module(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a module on traced values, as torch does on tensors; arrays in give arrays out."""
    if not any(
        isinstance(leaf, TracedTensor | Array | Scalar) for leaf in pytree.tree_leaves((args, kwargs))
    ):
        return module(*args, **kwargs)
    if isinstance(module, torch.nn.Module):
        _check_hooks(module)
    return _call(module, type(module).__name__, args, kwargs)


def tensor_function(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """Find what stands for a function of torch's that makes tensors of arrays; None for others."""
    if function in _SHARING:
        return _share
    return _copied if function is torch.tensor else None


def run(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a function of torch's on traced tensors: it becomes part of the program."""
    name = getattr(function, "__name__", "call")
    if name.endswith("_") and not name.endswith("__"):
        raise where.error(
            f"'{name}' changes a tensor in place, which a captured function cannot follow",
            note=f"use '{name.rstrip('_')}', which gives a new one, or change the array it came from",
        )
    return _call(function, name, args, kwargs)


class _Function(torch.nn.Module):
    """Make a module of a function: its tensors are the arguments, whatever else it takes stays as it is."""

    def __init__(self, function: Callable[..., Any], leaves: list[Any], spec: pytree.TreeSpec) -> None:
        super().__init__()
        self._function, self._leaves, self._spec = function, leaves, spec

    def forward(self, *tensors: torch.Tensor) -> Any:
        given = iter(tensors)
        leaves = [next(given) if isinstance(leaf, _Leaf) else leaf for leaf in self._leaves]
        args, kwargs = pytree.tree_unflatten(leaves, self._spec)
        return self._function(*args, **kwargs)


def _share(value: Any, dtype: Any = None, **options: Any) -> Any:
    if isinstance(value, TracedTensor):
        made = value
    elif isinstance(value, Array | Scalar):
        made = TracedTensor(value if isinstance(value, Array) else value.as_array())
    elif isinstance(value, list | tuple) and any(
        isinstance(x, Array | Scalar) for x in pytree.tree_leaves(value)
    ):
        made = TracedTensor(Array.from_sequence(value))
    else:
        return torch.as_tensor(value, dtype=dtype, **options)
    return made if dtype is None else made.to(dtype)


def _copied(value: Any, dtype: Any = None, **options: Any) -> Any:
    made = _share(value, dtype, **options)
    return made.clone() if made is value or isinstance(made, TracedTensor) else made


@dataclass(frozen=True)
class _Leaf:
    """Mark a traced value among the arguments, by its place and kind."""

    place: int
    dtype: str
    sizes: tuple[int | str, ...]


def _call(function: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    trace = current_trace()
    leaves, spec = pytree.tree_flatten((args, kwargs))
    arrays = [_as_array(leaf) for leaf in leaves if isinstance(leaf, TracedTensor | Array | Scalar)]
    names = SizeNames()
    marks = iter([_Leaf(i, dtype_of(a.dtype).name, names.sizes(a)) for i, a in enumerate(arrays)])
    marked = [next(marks) if isinstance(leaf, TracedTensor | Array | Scalar) else leaf for leaf in leaves]
    with where.location(name):
        embedded = _embedded(trace, function, name, marked, spec)
        results = invoke(trace, embedded, arrays, names)
    as_tensors = any(isinstance(leaf, TracedTensor) for leaf in leaves)
    return embedded.signature.results.build([TracedTensor(x) if as_tensors else x for x in results])


def _embedded(trace: Trace, function: Any, name: str, marked: list[Any], spec: pytree.TreeSpec) -> Embedded:
    """Capture a program for such arguments, once for all calls of one trace."""
    key = (function, getattr(function, "training", None), spec, tuple(map(_key, marked)))
    if key not in trace.embedded:
        program, inputs, kwargs = _program(function, marked, spec)
        symbol = free_symbol(trace, name)
        try:
            made = embed_module(program, inputs, kwargs, trace.module, trace.parameters, symbol)
        except CaptureError as error:
            raise CaptureError(error.message, location=_place(error), note=error.note) from None
        trace.embedded[key] = made
    return trace.embedded[key]


def _program(function: Any, marked: list[Any], spec: pytree.TreeSpec) -> tuple[Any, Any, Any]:
    """Give what is captured and its arguments: a module as it is called, a function on its tensors alone."""
    examples = [_example(leaf) for leaf in marked]
    if is_module(function):
        return function, *pytree.tree_unflatten(examples, spec)
    tensors = [example for example, leaf in zip(examples, marked, strict=True) if isinstance(leaf, _Leaf)]
    return _Function(function, marked, spec), tuple(tensors), {}


def _place(error: CaptureError) -> str | None:
    """Keep a line of the user's own network; for one inside of torch give the line that calls the network."""
    library = str(Path(torch.__file__).parent)
    if error.location and library not in error.location:
        return error.location
    place = where.user_place()
    return str(place) if place else error.location


def _key(leaf: Any) -> Any:
    try:
        hash(leaf)
    except TypeError:
        return repr(leaf)
    return (type(leaf), id(leaf) if isinstance(leaf, torch.Tensor) else leaf)


def _example(leaf: Any) -> Any:
    if not isinstance(leaf, _Leaf):
        return leaf
    return Spec(f"{leaf.dtype}[{','.join(map(str, leaf.sizes))}]")


def _as_array(value: Any) -> Array:
    if isinstance(value, TracedTensor):
        return value.array
    return value if isinstance(value, Array) else value.as_array()


def _check_hooks(module: torch.nn.Module) -> None:
    for name, child in module.named_modules():
        for parameter in child.parameters(recurse=False):
            if parameter.device.type not in ("cpu", "meta"):
                raise where.error(
                    f"the weights of '{name or type(module).__name__}' are on device '{parameter.device}'",
                    note="move the module to the CPU for the capture: module.cpu()",
                )
