"""Programs of others called inside of a captured function: PyTorch modules, tensor functions, compiled artifacts."""

import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any


def is_module(value: object) -> bool:
    """Tell whether a value is a program that `call_module` makes part of the capture."""
    return _is_torch_program(value) or _is_compiled(value)


def call_module(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a PyTorch module or a compiled program on traced values: it becomes part of the program."""
    if _is_compiled(module):
        from .compiled import call_compiled

        return call_compiled(module, args, kwargs)
    from ..torch import coupling

    return coupling.call_module(module, args, kwargs)


def tensor_function(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """Find what stands for `torch.from_numpy` and its like; None for any other function."""
    if "torch" not in sys.modules or not (getattr(function, "__module__", None) or "torch").startswith(
        "torch"
    ):
        return None
    from ..torch import coupling

    return coupling.tensor_function(function)


def array_of(value: Any) -> Any:
    """Give the array of a traced tensor; anything else as it is."""
    known = sys.modules.get("isthmus.frontend.torch.traced_tensor")
    return value if known is None or not isinstance(value, known.TracedTensor) else value.array


def undecorated(function: FunctionType) -> Callable[..., Any] | None:
    """Find the user's function under a decorator of torch's, such as `@torch.no_grad()`; None for any other."""
    torch = sys.modules.get("torch")
    inner = getattr(function, "__wrapped__", None)
    if torch is None or inner is None:
        return None
    folder = str(torch.__file__).removesuffix("__init__.py")
    return inner if function.__code__.co_filename.startswith(folder) else None


def _is_torch_program(value: object) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module | torch.export.ExportedProgram)


def _is_compiled(value: object) -> bool:
    program = sys.modules.get("isthmus.runtime.program")
    return program is not None and isinstance(value, program.Program)
