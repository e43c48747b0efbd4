"""`and`, `or`, `not`, `in`, comparisons in chains and `a if t else b` on values that may be traced."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ...dialects.mlir import ir
from . import where
from .array import Array
from .coupling import array_of
from .elementwise import scalar_value
from .places import UNDEFINED, Slot
from .scalar import Scalar
from .traced import Traced

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Is": operator.is_,
    "IsNot": operator.is_not,
}


def truth(value: Any) -> Any:
    """Give the truth of a value: Python's, or a traced bool."""
    value = array_of(value)
    if not isinstance(value, Traced):
        return bool(value)
    if isinstance(value, Array):
        if value.size != 1:
            raise where.error(
                "the truth value of an array with more than one element is ambiguous",
                note="use a.any() or a.all(), or np.where to choose element by element",
            )
        value = value.reshape(())[()]
    return Scalar(scalar_value(value, np.bool_), np.bool_, weak=True)


def truth_value(value: Any) -> ir.Value:
    """Emit the truth of a value."""
    return scalar_value(truth(value), np.bool_)


def negated(value: Any) -> Any:
    """Do `not value`."""
    found = truth(value)
    return np.logical_not(found) if isinstance(found, Traced) else not found


def both(left: Any, right: Callable[[], Any]) -> Any:
    """Do `left and right`."""
    if not isinstance(left, Traced):
        return left and right()
    return _chosen(left, right, lambda: left)


def either(left: Any, right: Callable[[], Any]) -> Any:
    """Do `left or right`."""
    if not isinstance(left, Traced):
        return left or right()
    return _chosen(left, lambda: left, right)


def choice(test: Any, then: Callable[[], Any], orelse: Callable[[], Any]) -> Any:
    """Do `then if test else orelse`."""
    if not isinstance(test, Traced):
        return then() if test else orelse()
    return _chosen(test, then, orelse)


def _chosen(test: Any, then: Callable[[], Any], orelse: Callable[[], Any]) -> Any:
    from .branches import branch_on

    result = Slot(UNDEFINED)
    found = truth(test)
    branch_on(
        found,
        lambda: result.set(then()),
        lambda: result.set(orelse()),
        {"the value": result},
        {"the value"},
    )
    return result.get()


def chain(left: Any, *links: tuple[str, Callable[[], Any]]) -> Any:
    """Do `left < a < b`."""
    name, right = links[0]
    value = right()
    found = _compared(name, left, value)
    if len(links) == 1:
        return found
    return both(found, lambda: chain(value, *links[1:]))


def _compared(name: str, left: Any, right: Any) -> Any:
    if name == "In":
        return contains(right, left)
    if name == "NotIn":
        return negated(contains(right, left))
    return _COMPARISONS[name](left, right)


def contains(container: Any, value: Any) -> Any:
    """Do `value in container`."""
    if isinstance(container, Traced):
        return np.any(container == value)
    if isinstance(container, tuple | list | range) and (
        isinstance(value, Traced) or any(isinstance(one, Traced) for one in container)
    ):
        found: Any = False
        for one in container:
            found = either(found, lambda one=one: one == value)  # type: ignore[misc]
        return found
    return value in container
