"""The door through which calls of NumPy functions come: keywords are checked, what is known stays known."""

from collections.abc import Callable
from functools import cache, wraps
from inspect import Parameter, Signature, signature
from typing import Any

import numpy as np

from ..array import Array
from ..masked import Masked
from ..where import error
from .operands import is_static

Function = Callable[..., Any]


@cache
def checked(function: Function, made: Function, is_creator: bool) -> Function:
    """Wrap what traces `function`: a keyword it does not take is a `CaptureError` that names both.

    A call without traced arguments is left to NumPy, unless the function creates arrays to be written into.
    """
    expected = signature(made)

    @wraps(made)
    def run(*args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], Masked):
            return args[0].reduced(function, *args[1:], **kwargs)
        _check(function, expected, args, kwargs)
        if not is_creator and is_static(*args, *kwargs.values()):
            return _computed(function, args, kwargs)
        return made(*args, **kwargs)

    return run


def name_of(function: Function) -> str:
    """Spell a function as users write it."""
    return f"{getattr(function, '__module__', None) or 'numpy'}.{getattr(function, '__name__', function)}"


def _check(function: Function, expected: Signature, args: Any, kwargs: Any) -> None:
    takes_any = any(one.kind == Parameter.VAR_KEYWORD for one in expected.parameters.values())
    for keyword in kwargs:
        if keyword not in expected.parameters and not takes_any:
            known = [one.name for one in expected.parameters.values() if one.kind != Parameter.VAR_POSITIONAL]
            raise error(
                f"'{name_of(function)}' with keyword '{keyword}' is not supported",
                note=f"it takes {', '.join(known)}",
            )
    try:
        expected.bind(*args, **kwargs)
    except TypeError as failure:
        raise error(f"'{name_of(function)}': {failure}") from None


def _computed(function: Function, args: Any, kwargs: Any) -> Any:
    """Let NumPy compute now; arrays of floats become traced ones, which can be written."""
    try:
        result = function(*args, **kwargs)
    except (TypeError, ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError) as failure:
        raise error(f"'{name_of(function)}': {failure}") from None
    if isinstance(result, np.ndarray) and result.ndim and result.dtype.kind in "fc":
        return Array.constant(np.ascontiguousarray(result)).copy()
    return result
