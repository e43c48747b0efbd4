"""`TracedTensor`: what stands for a torch tensor inside of a captured NumPy function."""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import torch

from isthmus.dtypes import dtype_of

from ..numpy import where
from .examples import TORCH_DTYPES, dtype_name

_CONVERSIONS = {
    "float": torch.float32,
    "double": torch.float64,
    "half": torch.float16,
    "bfloat16": torch.bfloat16,
    "long": torch.int64,
    "int": torch.int32,
    "bool": torch.bool,
}
_SAME = ("detach", "cpu", "contiguous", "requires_grad_", "resolve_conj", "resolve_neg", "data")
"""What gives the same values in the same memory, as far as a compiled program can tell."""
_OPERATORS = (
    *(
        "add",
        "radd",
        "sub",
        "rsub",
        "mul",
        "rmul",
        "truediv",
        "rtruediv",
        "floordiv",
        "rfloordiv",
        "mod",
        "pow",
        "rpow",
    ),
    *(
        "matmul",
        "rmatmul",
        "neg",
        "pos",
        "abs",
        "invert",
        "and",
        "or",
        "xor",
        "lt",
        "le",
        "gt",
        "ge",
        "eq",
        "ne",
    ),
)


class TracedTensor:
    """Wrap a traced array as the tensor over its memory: `torch.from_numpy(x)`.

    What torch computes on it becomes part of the program; conversions, views and `numpy()` are done on the array.
    """

    __hash__ = object.__hash__

    def __init__(self, array: Any) -> None:
        self.array = array

    @staticmethod
    def _run(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        from .coupling import run

        return run(function, args, kwargs)

    def __traced_parts__(self) -> tuple[Any, ...]:
        """Give loops and branches what they carry: the array."""
        return (self.array,)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Take every call of a torch function with such a tensor among its arguments."""
        return cls._run(function, tuple(args), dict(kwargs or {}))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*map(array_of, inputs), **kwargs)

    def __repr__(self) -> str:
        return f"<traced tensor of {self.array!r}>"

    @property
    def dtype(self) -> torch.dtype:
        """The element type, torch's."""
        return TORCH_DTYPES[dtype_of(self.array.dtype).name]

    @property
    def shape(self) -> Any:
        """The sizes; those that only the run knows are traced numbers."""
        sizes = self.array.shape
        return torch.Size(sizes) if all(isinstance(size, int) for size in sizes) else sizes

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return int(self.array.ndim)

    @property
    def device(self) -> torch.device:
        """The CPU, as far as the program can tell."""
        return torch.device("cpu")

    requires_grad = False
    is_cuda = False
    grad = None

    def __len__(self) -> int:
        return len(self.array)

    def dim(self) -> int:
        """Give the number of axes."""
        return self.ndim

    def size(self, axis: int | None = None) -> Any:
        """Give the sizes, or one of them."""
        return self.shape if axis is None else self.shape[axis]

    def numel(self) -> Any:
        """Give the number of elements."""
        return self.array.size

    def numpy(self, *, force: bool = False) -> Any:
        """Give the traced array with this tensor's memory."""
        return self.array

    def __traced_array__(self) -> Any:
        """Give NumPy's functions the array."""
        return self.array

    def item(self) -> Any:
        """Give the only element as a traced number."""
        return self.array.item()

    def to(self, *args: Any, **kwargs: Any) -> "TracedTensor":
        """Convert to a dtype; a device changes nothing."""
        wanted = [
            x.dtype if isinstance(x, torch.Tensor | TracedTensor) else x for x in (*args, kwargs.get("dtype"))
        ]
        dtypes = [x for x in wanted if isinstance(x, torch.dtype)]
        return self._converted(dtypes[0], bool(kwargs.get("copy"))) if dtypes else self

    type = type_as = to

    def clone(self, **_: Any) -> "TracedTensor":
        """Give a tensor with memory of its own."""
        return TracedTensor(self.array.copy())

    def copy_(self, source: Any, non_blocking: bool = False) -> "TracedTensor":
        """Overwrite the values: the array changes too."""
        self.array[...] = array_of(source)
        return self

    def __getitem__(self, key: Any) -> Any:
        found = self.array[key]
        return TracedTensor(found if hasattr(found, "view") else found.as_array())

    def __setitem__(self, key: Any, value: Any) -> None:
        self.array[key] = array_of(value)

    def reshape(self, *shape: Any) -> "TracedTensor":
        """Give another shape; a view where the array's reshape is one."""
        return TracedTensor(self.array.reshape(*shape))

    view = reshape

    def unsqueeze(self, axis: int) -> "TracedTensor":
        """Insert an axis of size 1; a view."""
        place = axis % (self.ndim + 1)
        return TracedTensor(self.array[(*[slice(None)] * place, None, ...)])

    def squeeze(self, axis: int | None = None) -> "TracedTensor":
        """Remove axes of size 1; a view."""
        if axis is not None and self.array.shape[axis] != 1:
            return self
        return TracedTensor(self.array.squeeze(axis))

    def permute(self, *order: Any) -> "TracedTensor":
        """Reorder the axes; a view."""
        return TracedTensor(self.array.transpose(*order))

    def transpose(self, first: int, second: int) -> "TracedTensor":
        """Swap two axes; a view."""
        return TracedTensor(self.array.swapaxes(first, second))

    def _converted(self, dtype: torch.dtype, copy: bool = False) -> "TracedTensor":
        wanted = _numpy_dtype(dtype)
        if wanted == self.array.dtype and not copy:
            return self
        return TracedTensor(self.array.astype(wanted))

    def __getattr__(self, name: str) -> Any:
        """Find torch's other methods: run on the tensor, they become part of the program."""
        if name in _CONVERSIONS:
            return lambda *_, **__: self._converted(_CONVERSIONS[name])
        if name in _SAME:
            return self if name == "data" else lambda *_, **__: self
        method = getattr(torch.Tensor, name, None)
        if name.startswith("__") or method is None:
            raise AttributeError(f"'{self!r}' has no attribute '{name}'")
        if name.endswith("_"):
            _refuse_in_place(name)
        if not callable(method):
            return self._run(method.__get__, (self,), {})
        return lambda *args, **kwargs: self._run(method, (self, *args), kwargs)

    def _refuse(self, what: str) -> NoReturn:
        raise where.error(
            f"{what} of a tensor needs its value while the function is captured, but only the run knows it",
            note="use torch.where, or NumPy's functions on x.numpy()",
        )

    def __float__(self) -> float:
        self._refuse("float()")

    def __int__(self) -> int:
        self._refuse("int()")

    def __bool__(self) -> bool:
        self._refuse("the truth")


def _operator(name: str) -> Callable[..., Any]:
    def operate(self: TracedTensor, *others: Any) -> Any:
        return self._run(getattr(torch.Tensor, name), (self, *others), {})

    return operate


for _name in _OPERATORS:
    setattr(TracedTensor, f"__{_name}__", _operator(f"__{_name}__"))


def array_of(value: Any) -> Any:
    """Give the array of a tensor, traced or not; anything else as it is."""
    if isinstance(value, TracedTensor):
        return value.array
    return value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value


def _numpy_dtype(dtype: torch.dtype) -> "np.dtype[Any]":
    from isthmus.dtypes import DTYPES

    return DTYPES[dtype_name(dtype)].numpy


def _refuse_in_place(name: str) -> NoReturn:
    raise where.error(
        f"'{name}' changes a tensor of the captured function in place",
        note=f"use '{name.rstrip('_')}', which gives a new one, or change the array it came from",
    )
