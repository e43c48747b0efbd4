"""From a NumPy function to what traces it."""

from collections.abc import Callable
from typing import Any

from . import where


def implementation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Find what traces a NumPy function; one that nothing traces is a `CaptureError`."""
    try:
        from .functions import find
    except ImportError:
        found = None
    else:
        found = find(function)
    if found is None:
        name = f"{getattr(function, '__module__', None) or 'numpy'}.{getattr(function, '__name__', function)}"
        raise where.error(
            f"'{name}' is not supported on traced values",
            note="write it with supported functions, or compute it outside of the captured function",
        )
    return found


def call_function(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Run what traces a NumPy function."""
    from .masked import Masked

    if args and isinstance(args[0], Masked) and len(args) == 1:
        return args[0].reduced(function, **kwargs)
    found = implementation(function)
    with where.location(getattr(function, "__name__", "call")):
        return found(*args, **kwargs)
