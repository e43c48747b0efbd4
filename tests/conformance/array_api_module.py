"""A module that the array-API suite can test: every function is traced by Isthmus and run by MLIR's JIT.

The standard's functions are those of the namespace that traced arrays give (`x.__array_namespace__()`). An `Eager`
array holds numbers; a function of it is captured with traced arrays in the places of eager ones, lowered with MLIR's
own passes (no IREE: half a second for each of ten thousand calls is too much), and run. Calls that differ in numbers
only share what was compiled. What reads numbers (`float(x)`, `bool(x)`) reads the held ones.
"""

import importlib.util
import operator
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import isthmus
from isthmus.dialects.mlir import collect, context
from isthmus.frontend.numpy import capture
from isthmus.frontend.numpy.functions import namespace as traced
from isthmus.lowering.convert_hpc_fft import ConvertHpcFft

_CAPTURES_PER_CONTEXT = 200
_RESULTS_KEPT = 400
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
_ARITHMETIC = (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
    "lshift",
)


def _execution() -> ModuleType:
    path = Path(__file__).parents[1] / "frontend" / "numpy" / "execution.py"
    spec = importlib.util.spec_from_file_location("execution", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Machine:
    """Capture, compile and run; keep what was compiled by what it was compiled for."""

    def __init__(self) -> None:
        self.execution = _execution()
        self.compiled: dict[Any, Any] = {}
        self.captures = 0
        self.context = context()

    def run(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a traced function on arguments that hold `Eager` arrays; arrays it changes are changed."""
        arrays: list[Eager] = []
        shape = _outline((args, kwargs), arrays)
        key = (function, repr(shape), tuple((x.data.dtype, x.data.shape) for x in arrays))
        if key not in self.compiled:
            if len(self.compiled) >= _RESULTS_KEPT:
                self.compiled.clear()
            self.compiled[key] = self._compile(function, shape, arrays)
        plain, captured, engine = self.compiled[key]
        if captured is None:
            return plain
        leaves = [x.data for x in arrays]
        if captured == "program":
            return _eager_leaves(engine(*leaves))
        outputs = self.execution.invoke(engine, captured, leaves)
        for output, place in captured.signature.updates:
            leaves[place][...] = outputs[output]
        return captured.signature.results.build([Eager(value) for value in outputs])

    def _compile(self, function: Callable[..., Any], shape: Any, arrays: "list[Eager]") -> Any:
        self.captures += 1
        if self.captures % _CAPTURES_PER_CONTEXT == 0:
            self.context = context()
        plain: list[Any] = []

        def body(*inputs: Any) -> Any:
            args, kwargs = _filled(shape, inputs)
            result = function(*args, **kwargs)
            if _is_traced(result):
                return result
            plain.append(result)
            return None

        captured = capture(body, tuple(x.data for x in arrays), None, self.context)
        if plain and not captured.signature.updates:
            return plain[0], None, None
        if collect(captured.module, "tm_tensor.sort"):  # MLIR's own passes do not lower it
            return None, "program", isthmus.load(isthmus.compile(body, tuple(x.data for x in arrays)))
        if collect(captured.module, "hpc.fft"):
            with captured.module.context:
                ConvertHpcFft().apply(captured.module)
        return None, captured, self.execution.build(captured)


def _eager_leaves(value: Any) -> Any:
    return type(value)(map(_eager_leaves, value)) if isinstance(value, tuple | list) else Eager(value)


class _Place(int):
    """Stand for an eager array by its number."""

    def __repr__(self) -> str:
        return f"array {int(self)}"


def _outline(value: Any, arrays: "list[Eager]") -> Any:
    if isinstance(value, Eager):
        arrays.append(value)
        return _Place(len(arrays) - 1)
    if isinstance(value, tuple | list):
        return type(value)(_outline(one, arrays) for one in value)
    if isinstance(value, dict):
        return {key: _outline(one, arrays) for key, one in value.items()}
    if isinstance(value, slice):
        return slice(
            *(int(one) if isinstance(one, Eager) else one for one in (value.start, value.stop, value.step))
        )
    return value


def _filled(shape: Any, inputs: tuple[Any, ...]) -> Any:
    if isinstance(shape, _Place):
        return inputs[shape]
    if isinstance(shape, tuple | list):
        return type(shape)(_filled(one, inputs) for one in shape)
    if isinstance(shape, dict):
        return {key: _filled(one, inputs) for key, one in shape.items()}
    return shape


def _is_traced(result: Any) -> bool:
    from isthmus.frontend.numpy.traced import Traced

    if isinstance(result, tuple | list):
        return any(_is_traced(one) for one in result)
    return isinstance(result, Traced)


class Eager:
    """Hold numbers; operators and methods are traced, compiled and run."""

    __array_priority__ = 1000

    def __init__(self, data: Any) -> None:
        self.data = np.array(data)

    @property
    def dtype(self) -> Any:
        return self.data.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    @property
    def device(self) -> str:
        return "cpu"

    @property
    def T(self) -> "Eager":
        return MACHINE.run(_transposed, (self,), {})

    @property
    def mT(self) -> "Eager":
        return MACHINE.run(_matrix_transposed, (self,), {})

    def to_device(self, device: str, /, *, stream: Any = None) -> "Eager":
        if device != "cpu" or stream is not None:
            raise ValueError(f"unknown device {device!r}")
        return self

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        if api_version not in (None, "2021.12", "2022.12", "2023.12", "2024.12"):
            raise ValueError(f"unknown version {api_version!r}")
        return sys.modules[__name__]

    def __getitem__(self, key: Any) -> Any:
        return MACHINE.run(operator.getitem, (self, key), {})

    def __setitem__(self, key: Any, value: Any) -> None:
        MACHINE.run(operator.setitem, (self, key, value), {})

    def __bool__(self) -> bool:
        return bool(self.data)

    def __int__(self) -> int:
        return int(self.data)

    def __float__(self) -> float:
        return float(self.data)

    def __complex__(self) -> complex:
        return complex(self.data)

    def __index__(self) -> int:
        return operator.index(self.data[()])

    def __repr__(self) -> str:
        return f"Eager({self.data!r})"

    __hash__ = None  # type: ignore[assignment]


def _transposed(x: Any) -> Any:
    return x.T


def _matrix_transposed(x: Any) -> Any:
    return x.mT


def _reflected(function: Callable[..., Any], x: Any, y: Any) -> Any:
    return function(y, x)


def _add_operators() -> None:
    def method(function: Callable[..., Any]) -> Any:
        def run(self: Eager, *others: Any) -> Any:
            return MACHINE.run(function, (self, *others), {})

        return run

    def in_place(function: Callable[..., Any]) -> Any:
        def run(self: Eager, other: Any) -> Any:
            found = MACHINE.run(function, (self, other), {})
            return self if self.ndim else found

        return run

    for name in (*_ARITHMETIC, "rshift"):
        function = getattr(operator, {"and": "and_", "or": "or_"}.get(name, name))
        setattr(Eager, f"__{name}__", method(function))
        setattr(Eager, f"__r{name}__", method(_REFLECTED.setdefault(name, partial(_reflected, function))))
        setattr(Eager, f"__i{name}__", in_place(getattr(operator, f"i{name}")))
    for name in (*_COMPARISONS, "abs", "neg", "pos", "invert"):
        setattr(Eager, f"__{name}__", method(getattr(operator, name)))


_REFLECTED: dict[str, Any] = {}
_add_operators()
MACHINE = Machine()


class _Namespace:
    """Give eager forms of a namespace's traced functions."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and not name.startswith("__array_namespace"):
            raise AttributeError(name)
        if name not in self._made:
            self._made[name] = _eager(getattr(self._source, name))
        return self._made[name]


def _eager(found: Any) -> Any:
    if hasattr(found, "_module"):
        return _Namespace(found)
    if isinstance(found, type) or not callable(found):
        return found

    def function(*args: Any, **kwargs: Any) -> Any:
        return MACHINE.run(found, args, kwargs)

    function.__name__ = getattr(found, "__name__", "function")
    function.__wrapped__ = found  # type: ignore[attr-defined]
    return function


_ALL = _Namespace(traced)
__array_api_version__ = "2024.12"


def __getattr__(name: str) -> Any:
    return getattr(_ALL, name)
