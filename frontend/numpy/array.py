"""`Array`: the traced stand-in for `numpy.ndarray`."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...dialects.mlir import ir, tensor
from . import where
from .dispatch import implementation
from .emitter import current_trace
from .scalar import Scalar, Size, same_size
from .shapes import spelled_shape, type_of
from .sizes import product
from .storage import Storage
from .traced import Traced
from .views import Part, Reshaped, View, is_contiguous_in

_CONSTANT = "it was made outside of the captured function, whose compiled form holds it as a constant"


class Array(Traced):
    """Show a view of a traced array; sizes that only the run knows are `Scalar`s in `shape`."""

    def __init__(self, view: View) -> None:
        self.view = view

    @staticmethod
    def of(value: ir.Value, dtype: Any, shape: Sequence[Size] | None = None) -> "Array":
        """Make an array of its own around a tensor; dynamic sizes are asked of it where `shape` is not given."""
        if shape is None:
            shape = _shape_of(value)
        return Array(View.whole(Storage(value, np.dtype(dtype), tuple(shape))))

    @staticmethod
    def constant(array: "np.ndarray[Any, Any]") -> "Array":
        """Stand for an ordinary array, whose content becomes a constant."""
        current_trace().element_type(array.dtype)
        value = current_trace().constant_array(array)
        return Array(View.whole(Storage(value, array.dtype, array.shape, read_only=_CONSTANT)))

    @staticmethod
    def from_sequence(values: Sequence[Any]) -> Any:
        """Make an array of nested lists, as `np.array` does."""
        from .sequences import from_sequence

        return from_sequence(values)

    @property
    def dtype(self) -> np.dtype[Any]:  # type: ignore[override]
        """The element type."""
        return self.view.dtype

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes: plain ints where capture knows them."""
        return self.view.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        self.view = self.reshape(shape).view

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.view.axes)

    @property
    def size(self) -> Size:
        """The number of elements."""
        return product(self.shape)

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> Size:
        """Bytes of all elements."""
        return product((self.size, self.itemsize))

    def __repr__(self) -> str:
        from .scalar import _name

        return f"<traced {_name(self.dtype)}[{','.join(str(n) if isinstance(n, int) else '?' for n in self.shape)}]>"

    def __format__(self, _: str) -> str:
        return repr(self)

    def __len__(self) -> int:
        if not self.ndim:
            raise where.error("len() of an array without axes")
        return self.shape[0] if isinstance(self.shape[0], int) else self.shape[0].__index__()

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise where.error("iteration over an array without axes")
        return iter([self[place] for place in range(len(self))])

    def tensor(self) -> ir.Value:
        """Give the current content as a ranked tensor."""
        return self.view.read()

    def write(self, value: Any) -> None:
        """Replace the content by a tensor of its shape, or by anything that broadcasts to it."""
        from .elementwise import broadcast_to

        if not isinstance(value, ir.Value):
            value = broadcast_to(value, self.shape, self.dtype)
        self.view.write(value)

    def __getitem__(self, key: Any) -> Any:
        from .indexing import read

        with where.location("getitem"):
            return read(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        from .indexing import write

        with where.location("setitem"):
            write(self, key, value)

    def updated(self, ufunc: np.ufunc, other: Any) -> "Array":
        """Do an augmented assignment: the array itself changes, and keeps its dtype."""
        from .ufuncs import call_method

        call_method(ufunc, "__call__", (self, other), {"out": (self,)})
        return self

    def __getattr__(self, name: str) -> Any:
        """Find ndarray's other methods (`sum`, `argsort`, …) among the functions of the same name."""
        function = getattr(np, name, None)
        if name.startswith("_") or not hasattr(np.ndarray, name) or not callable(function):
            raise AttributeError(f"'{self!r}' has no attribute '{name}'")

        def method(*args: Any, **kwargs: Any) -> Any:
            from .functions.methods import METHODS

            with where.location(name):
                return (METHODS.get(name) or implementation(function))(self, *args, **kwargs)

        return method

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        from .functions import namespace

        return namespace

    @property
    def T(self) -> "Array":
        """The axes in reverse order; a view."""
        return self.transpose()

    @property
    def mT(self) -> "Array":
        """The last two axes swapped; a view."""
        return self.swapaxes(-1, -2)

    @property
    def flat(self) -> "Array":
        """All elements in row-major order."""
        return self.reshape(-1)

    @flat.setter
    def flat(self, value: Any) -> None:
        self.flat[...] = value

    @property
    def real(self) -> "Array":
        """The real part; a view."""
        return Array(View.whole(Part(self.view, False))) if self.dtype.kind == "c" else self

    @real.setter
    def real(self, value: Any) -> None:
        self.real.write(value)

    @property
    def imag(self) -> "Array":
        """The imaginary part; a view where the numbers are complex."""
        if self.dtype.kind == "c":
            return Array(View.whole(Part(self.view, True)))
        from .creation import full

        return full(self.shape, 0, self.dtype)

    @imag.setter
    def imag(self, value: Any) -> None:
        self.imag.write(value)

    def transpose(self, *axes: Any) -> "Array":
        """Permute the axes; a view."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], tuple | list)):
            axes = tuple(axes[0] or ()) if axes[0] is None or self.ndim else ()
        order = [_axis(axis, self.ndim) for axis in axes] or list(reversed(range(self.ndim)))
        if sorted(order) != list(range(self.ndim)):
            raise where.error("axes don't match array")
        return Array(self.view.transposed(order))

    def swapaxes(self, first: int, second: int) -> "Array":
        """Swap two axes; a view."""
        order = list(range(self.ndim))
        a, b = _axis(first, self.ndim), _axis(second, self.ndim)
        order[a], order[b] = order[b], order[a]
        return Array(self.view.transposed(order))

    def squeeze(self, axis: Any = None) -> Any:
        """Remove axes of size 1; a view."""
        if axis is None:
            gone = {i for i, size in enumerate(self.shape) if same_size(size, 1)}
        else:
            gone = {_axis(one, self.ndim) for one in (axis if isinstance(axis, tuple) else (axis,))}
        if any(not same_size(self.shape[one], 1) for one in gone):
            raise where.error("cannot select an axis to squeeze out which has size not equal to one")
        return self[(*(0 if i in gone else slice(None) for i in range(self.ndim)), ...)]

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> "Array":
        """Give another shape; a view where NumPy makes one."""
        from .reshaping import reshaped

        return reshaped(self, shape[0] if len(shape) == 1 else shape, order, copy)

    def ravel(self, order: str = "C") -> "Array":
        """Give one axis; a view where NumPy makes one."""
        return self.reshape(-1, order="C" if order in "CKA" else order)

    def flatten(self, order: str = "C") -> "Array":
        """Give one axis; a copy."""
        return self.ravel(order).copy()

    def copy(self, order: str = "C") -> "Array":
        """Give an array of its own with the same content."""
        return Array.of(self.tensor(), self.dtype, self.shape)

    __copy__ = copy

    def __deepcopy__(self, _: Any) -> "Array":
        return self.copy()

    def view_as(self, shape: tuple[Size, ...]) -> "Array":
        """Show the same elements in another shape; a copy where NumPy needs one."""
        if is_contiguous_in(self.view, shape):
            return Array(View.whole(Reshaped(self.view, shape)))
        return Array(View.whole(Reshaped(self.copy().view, shape)))

    def astype(
        self, dtype: Any, order: str = "K", casting: str = "unsafe", subok: bool = True, copy: bool = True
    ) -> "Array":
        """Convert to a dtype; a copy unless `copy` is False and nothing changes."""
        from .elementwise import cast

        if np.dtype(dtype) == self.dtype:
            return self.copy() if copy else self
        with where.location("astype"):
            return cast(self, dtype)

    def fill(self, value: Any) -> None:
        """Write one number everywhere."""
        with where.location("fill"):
            self.write(value)

    def item(self, *place: Any) -> Scalar:
        """Give one element as Python's number, whose dtype is weak."""
        key = place if place else (0,) * self.ndim
        return self[key[0] if len(key) == 1 and isinstance(key[0], tuple) else key].item()

    def conj(self) -> Any:
        """Give the complex conjugate."""
        return np.conjugate(self)

    conjugate = conj

    def tolist(self) -> Any:
        """Give nested lists of traced numbers."""
        return [row.tolist() if isinstance(row, Array) else row.item() for row in self]


def _shape_of(value: ir.Value) -> tuple[Size, ...]:
    sizes: list[Size] = []
    for axis, size in enumerate(type_of(value).shape):
        if type_of(value).is_dynamic_dim(axis):
            from .emitter import index

            sizes.append(Scalar.of_index(tensor.DimOp(value, index(axis)).result, low=0))
        else:
            sizes.append(size)
    return tuple(sizes)


def _axis(axis: Any, rank: int) -> int:
    if isinstance(axis, Traced):
        raise where.error("an axis must be known while the function is captured")
    if not -rank <= axis < rank:
        raise where.error(f"axis {axis} is out of bounds for array of dimension {rank}")
    return int(axis) % rank


__all__ = ["Array", "spelled_shape"]
