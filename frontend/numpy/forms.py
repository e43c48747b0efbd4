"""What a variable is made of where control flow meets: numbers, arrays, and what only Python knows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...dialects.mlir import ir
from . import where
from .array import Array
from .creation import constant
from .elementwise import broadcast_to, scalar_value
from .emitter import current_trace, number, tensor_type
from .places import UNDEFINED
from .promotion import is_weak
from .rewrite_jumps import VALUE
from .scalar import Scalar, Size, same_size
from .shapes import as_type, spelled_shape
from .structured import fill

Number = bool | int | float | complex | np.number | np.bool_


@dataclass(frozen=True)
class ScalarForm:
    """Be carried as a number."""

    dtype: "np.dtype[Any]"
    weak: bool

    @property
    def type(self) -> ir.Type:
        """The MLIR type."""
        return current_trace().element_type(self.dtype)

    def wrap(self, value: ir.Value) -> Any:
        """Give the user's side of a value."""
        return Scalar(value, self.dtype, weak=self.weak)

    def unwrap(self, leaf: Any) -> ir.Value:
        """Emit the value of a leaf; an undefined one is zero."""
        if leaf is UNDEFINED:
            return number(0, self.type)
        return scalar_value(_element(leaf), self.dtype)

    def __str__(self) -> str:
        return f"a number of dtype {self.dtype}"


@dataclass(frozen=True)
class ArrayForm:
    """Be carried as the content of an array."""

    dtype: "np.dtype[Any]"
    shape: tuple[Size, ...]

    @property
    def type(self) -> ir.Type:
        """The MLIR type."""
        return tensor_type(self.shape, current_trace().element_type(self.dtype))

    def wrap(self, value: ir.Value) -> Any:
        """Give the user's side of a value."""
        return Array.of(value, self.dtype, self.shape)

    def unwrap(self, leaf: Any) -> ir.Value:
        """Emit the content of a leaf; an undefined one is zero."""
        if leaf is UNDEFINED:
            return fill(self.shape, number(0, current_trace().element_type(self.dtype)))
        if isinstance(leaf, Array) and leaf.dtype == self.dtype and leaf.ndim == len(self.shape):
            return as_type(leaf.tensor(), self.type)
        return as_type(broadcast_to(leaf, self.shape, self.dtype), self.type)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ArrayForm)
            and self.dtype == other.dtype
            and len(self.shape) == len(other.shape)
            and all(same_size(a, b) for a, b in zip(self.shape, other.shape, strict=True))
        )

    def __str__(self) -> str:
        return f"an array of dtype {self.dtype} and shape {spelled_shape(self.shape)}"


@dataclass(frozen=True)
class StaticForm:
    """Stay what it is: a Python object, or an array whose content is carried with its storage."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StaticForm) and same(self.value, other.value)

    def __str__(self) -> str:
        if isinstance(self.value, Array | Scalar):
            return str(form_of(self.value))
        return f"the Python object {self.value!r}"


Form = ScalarForm | ArrayForm | StaticForm


def is_number(leaf: Any) -> bool:
    """Tell whether a leaf is a number, traced or not."""
    return isinstance(leaf, Scalar | Number)


def form_of(leaf: Any) -> Form:
    """Give the form in which a leaf is carried."""
    if isinstance(leaf, Scalar):
        return ScalarForm(leaf.dtype, leaf.weak)
    if isinstance(leaf, Number):
        return ScalarForm(np.asarray(leaf).dtype, is_weak(leaf))
    if isinstance(leaf, Array):
        return ArrayForm(leaf.dtype, leaf.shape)
    if isinstance(leaf, np.ndarray):
        return ArrayForm(leaf.dtype, leaf.shape)
    return StaticForm(leaf)


def joined(name: str, left: Form, right: Form, *, when: str) -> Form:
    """Give the form that holds either; forms that cannot meet are a `CaptureError` naming the variable."""
    if isinstance(left, StaticForm) or isinstance(right, StaticForm):
        if isinstance(left, StaticForm) and isinstance(right, StaticForm) and same(left.value, right.value):
            return left
        raise _mismatch(name, left, right, when)
    if isinstance(left, ScalarForm) and isinstance(right, ScalarForm):
        return _joined_numbers(left, right)
    dtype = _joined_numbers(_element_form(left), _element_form(right)).dtype
    if isinstance(left, ScalarForm) or isinstance(right, ScalarForm):
        return ArrayForm(dtype, right.shape if isinstance(right, ArrayForm) else left.shape)  # type: ignore[union-attr]
    if len(left.shape) != len(right.shape) or any(
        isinstance(a, int) and isinstance(b, int) and a != b
        for a, b in zip(left.shape, right.shape, strict=True)
    ):
        raise _mismatch(name, left, right, when)
    if (left.dtype.kind == "b") != (right.dtype.kind == "b"):
        raise _mismatch(name, left, right, when)  # `a + a` of bools is not that of numbers
    return ArrayForm(dtype, left.shape)


def _mismatch(name: str, left: Form, right: Form, when: str) -> Exception:
    name = "the returned value" if name == VALUE else f"'{name}'"
    return where.error(
        f"{name} is {left} {when[: when.index('|')]} and {right} {when[when.index('|') + 1 :]}",
        note=f"a value that depends on the run has one type: give {name} the same dtype and shape in both places",
    )


def _element_form(form: ScalarForm | ArrayForm) -> ScalarForm:
    return form if isinstance(form, ScalarForm) else ScalarForm(form.dtype, weak=False)


def _joined_numbers(left: ScalarForm, right: ScalarForm) -> ScalarForm:
    if left.dtype == right.dtype:
        return ScalarForm(left.dtype, left.weak and right.weak)
    examples = [_python_zero(form) if form.weak else form.dtype for form in (left, right)]
    return ScalarForm(np.result_type(*examples), left.weak and right.weak)


def _python_zero(form: ScalarForm) -> Any:
    return {"b": False, "i": 0, "u": 0, "f": 0.0}.get(form.dtype.kind, 0j)


def same(left: Any, right: Any) -> bool:
    """Tell whether two Python objects are one and the same for the program."""
    if left is right:
        return True
    if isinstance(left, Array) and isinstance(right, Array):
        return left.view.same_as(right.view)
    if isinstance(left, Array | Scalar | np.ndarray) or isinstance(right, Array | Scalar | np.ndarray):
        return False
    if type(left) is not type(right):
        return False
    try:
        return bool(left == right)
    except Exception:
        return False


def _element(leaf: Any) -> Any:
    """Give the one element of an array without axes; other leaves are themselves."""
    if isinstance(leaf, np.ndarray):
        leaf = constant(leaf)
    return leaf[()] if isinstance(leaf, Array) else leaf


Rebuild = Callable[[Iterator[Any]], Any]


def flatten(value: Any) -> tuple[list[Any], Any]:
    """Split a value into leaves and its structure, which compares."""
    leaves: list[Any] = []
    return leaves, _structure(value, leaves)


def _structure(value: Any, leaves: list[Any]) -> Any:
    if isinstance(value, tuple | list) and type(value).__module__ not in ("numpy",):
        return (type(value), tuple(_structure(one, leaves) for one in value))
    if type(value) is dict:
        return (dict, tuple((key, _structure(one, leaves)) for key, one in value.items()))
    if hasattr(value, "__traced_parts__"):
        return (type(value), tuple(_structure(one, leaves) for one in value.__traced_parts__()))
    leaves.append(value)
    return None


def unflatten(structure: Any, leaves: Iterator[Any]) -> Any:
    """Put leaves back."""
    if structure is None:
        return next(leaves)
    kind, parts = structure
    if kind is dict:
        return {key: unflatten(part, leaves) for key, part in parts}
    values = [unflatten(part, leaves) for part in parts]
    if hasattr(kind, "_fields") or hasattr(kind, "__traced_parts__"):
        return kind(*values)
    return kind(values)
