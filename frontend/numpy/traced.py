"""`Traced`: what scalars and arrays share, operators and NumPy's protocols."""

from typing import Any, NoReturn

import numpy as np

from . import where


def _binary(name: str) -> Any:
    def operate(self: "Traced", other: Any) -> Any:
        if hasattr(other, "__traced_parts__"):  # a tensor's operators come before an array's, as torch has it
            return NotImplemented
        return _operator(getattr(np, name), self, other)

    return operate


def _reflected(name: str) -> Any:
    def operate(self: "Traced", other: Any) -> Any:
        return _operator(getattr(np, name), other, self)

    return operate


def _in_place(name: str) -> Any:
    def operate(self: "Traced", other: Any) -> Any:
        return self.updated(getattr(np, name), other)

    return operate


def _unary(name: str) -> Any:
    def operate(self: "Traced") -> Any:
        return _operator(getattr(np, name), self)

    return operate


def _operator(ufunc: np.ufunc, *operands: Any) -> Any:
    from .ufuncs import operate

    return operate(ufunc, operands)


class Traced:
    """Stand for a value that only the run knows."""

    dtype: np.dtype[Any]
    __hash__ = object.__hash__

    def updated(self, ufunc: np.ufunc, other: Any) -> Any:
        """Do an augmented assignment; what is immutable gives a new value."""
        return _operator(ufunc, self, other)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from .ufuncs import call_method

        return call_method(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from .dispatch import call_function

        return call_function(function, args, kwargs)

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise where.error(
            f"{self!r} was handed to code that needs its numbers now",
            note="only the run knows them: use NumPy's functions inside the captured function, and create the arrays "
            "it writes into there",
        )

    def _no_number(self, wanted: str) -> NoReturn:
        raise where.error(
            f"{wanted} of {self!r} needs its value while the function is captured, but only the run knows it",
            note="use a NumPy function (np.where, astype), or name the argument it comes from in 'static='",
        )

    def __float__(self) -> float:
        self._no_number("float()")

    def __int__(self) -> int:
        self._no_number("int()")

    def __complex__(self) -> complex:
        self._no_number("complex()")

    def __index__(self) -> int:
        self._no_number("an index or size")

    def __bool__(self) -> bool:
        self._no_number("the truth")

    __add__, __radd__, __iadd__ = _binary("add"), _reflected("add"), _in_place("add")
    __sub__, __rsub__, __isub__ = _binary("subtract"), _reflected("subtract"), _in_place("subtract")
    __mul__, __rmul__, __imul__ = _binary("multiply"), _reflected("multiply"), _in_place("multiply")
    __truediv__, __rtruediv__ = _binary("true_divide"), _reflected("true_divide")
    __itruediv__ = _in_place("true_divide")
    __floordiv__, __rfloordiv__ = _binary("floor_divide"), _reflected("floor_divide")
    __ifloordiv__ = _in_place("floor_divide")
    __mod__, __rmod__, __imod__ = _binary("remainder"), _reflected("remainder"), _in_place("remainder")
    __pow__, __rpow__, __ipow__ = _binary("power"), _reflected("power"), _in_place("power")
    __divmod__, __rdivmod__ = _binary("divmod"), _reflected("divmod")
    __matmul__, __rmatmul__, __imatmul__ = _binary("matmul"), _reflected("matmul"), _in_place("matmul")
    __and__, __rand__, __iand__ = _binary("bitwise_and"), _reflected("bitwise_and"), _in_place("bitwise_and")
    __or__, __ror__, __ior__ = _binary("bitwise_or"), _reflected("bitwise_or"), _in_place("bitwise_or")
    __xor__, __rxor__, __ixor__ = _binary("bitwise_xor"), _reflected("bitwise_xor"), _in_place("bitwise_xor")
    __lshift__, __rlshift__, __ilshift__ = (
        _binary("left_shift"),
        _reflected("left_shift"),
        _in_place("left_shift"),
    )
    __rshift__, __rrshift__ = _binary("right_shift"), _reflected("right_shift")
    __irshift__ = _in_place("right_shift")
    __lt__, __le__ = _binary("less"), _binary("less_equal")
    __gt__, __ge__ = _binary("greater"), _binary("greater_equal")
    __eq__, __ne__ = _binary("equal"), _binary("not_equal")
    __neg__, __pos__, __abs__, __invert__ = (
        _unary("negative"),
        _unary("positive"),
        _unary("absolute"),
        _unary("invert"),
    )
