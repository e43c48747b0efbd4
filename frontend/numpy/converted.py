"""What rewritten code calls: everything that `rewrite_expressions.py` and `rewrite_statements.py` name."""

import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from isthmus.errors import IsthmusError

from . import where
from .array import Array
from .branches import branch
from .builtin_functions import holds_traced
from .calls import call
from .emitter import current_trace, is_tracing
from .loops import for_loop
from .operators import both, chain, choice, contains, either, negated
from .rewrite import converted
from .scalar import Scalar
from .traced import Traced
from .while_loops import while_loop

__all__ = [
    "KEY",
    "asserted",
    "both",
    "branch",
    "call",
    "chain",
    "check_outlives",
    "choice",
    "contains",
    "converted",
    "either",
    "for_loop",
    "handling",
    "item",
    "negated",
    "raising",
    "set_item",
    "update_item",
    "while_loop",
]


class _Key:
    """Give what stands between brackets."""

    def __getitem__(self, key: Any) -> Any:
        return key


KEY = _Key()
_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.iadd,
    "Sub": operator.isub,
    "Mult": operator.imul,
    "MatMult": operator.imatmul,
    "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv,
    "Mod": operator.imod,
    "Pow": operator.ipow,
    "LShift": operator.ilshift,
    "RShift": operator.irshift,
    "BitAnd": operator.iand,
    "BitOr": operator.ior,
    "BitXor": operator.ixor,
}


def item(container: Any, key: Any) -> Any:
    """Do `container[key]`: arrays of constants, and lists of numbers, may be read at traced places."""
    if isinstance(container, np.ndarray) and _is_traced(key):
        return Array.constant(container)[key]
    if isinstance(container, list | tuple | range) and isinstance(key, Scalar):
        return _item_of_list(container, key)
    if isinstance(container, dict) and isinstance(key, Traced):
        raise where.error(
            "a key of a dict must be known while the function is captured", note="use an array: values[i]"
        )
    return container[key]


def _is_traced(key: Any) -> bool:
    if isinstance(key, tuple):
        return any(_is_traced(part) for part in key)
    if isinstance(key, slice):
        return any(isinstance(part, Traced) for part in (key.start, key.stop, key.step))
    return isinstance(key, Traced) or (isinstance(key, list) and holds_traced(key))


def _item_of_list(values: Any, place: Scalar) -> Any:
    if not all(isinstance(one, Traced | int | float | complex | np.generic) for one in values):
        raise where.error(
            "an item of a Python list cannot be chosen while the program runs",
            note="put the values into an array: np.stack(values)[i]",
        )
    return Array.from_sequence(list(values))[place]


def update_item(container: Any, key: Any, kind: str, value: Any) -> None:
    """Do `container[key] += value`: a view that was updated in place is not stored again."""
    before = item(container, key)
    after = _IN_PLACE[kind](before, value)
    is_view = isinstance(container, Array) and isinstance(before, Array) and after is before
    if not (is_view and before.view.storage is container.view.storage):
        container[key] = after


def set_item(value: Any, container: Any, key: Any) -> None:
    """Do `container[key] = value`: constants take no traced values."""
    if isinstance(container, np.ndarray) and (_is_traced(key) or holds_traced([value])):
        raise where.error(
            "a traced value is written into an array from outside of the captured function",
            note="pass the array as an argument, or create it inside of the function",
        )
    if isinstance(container, list | dict) and isinstance(key, Traced):
        raise where.error(
            f"an item of a Python {type(container).__name__} is assigned at a place that only the run knows",
            note="use an array: values[i] = x",
        )
    container[key] = value


def asserted(test: Any, message: Callable[[], Any] | None = None) -> None:
    """Do `assert`: what only the run knows is not checked, with a warning."""
    if isinstance(test, Traced):
        note = f"{where.user_place()}: an assertion about traced values is not checked"
        current_trace().warnings.append(note)
    elif not test:
        raise AssertionError(*([] if message is None else [message()]))


def raising() -> None:
    """Refuse a `raise` that only the run may reach."""
    if is_tracing() and current_trace().conditions:
        raise where.error(
            "an exception is raised under a condition that only the run knows",
            note="compiled code cannot raise: return a flag, or use np.where",
        )


def handling() -> None:
    """Let errors of the capture pass the user's `except`."""
    error = sys.exc_info()[1]
    if isinstance(error, IsthmusError):
        raise error


def check_outlives(name: str, value: Any) -> None:
    """Refuse a traced value in a variable that outlives the capture."""
    if is_tracing() and holds_traced([value]):
        raise where.error(
            f"a traced value is assigned to '{name}', a variable from outside of the captured function",
            note="return the value instead",
        )
