"""Random numbers: drawn at capture they would be constants, so every function is refused."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .unsupported import refuse

_REASON = "draws random numbers while the function is captured: every run would use the same ones"
_NOTE = "draw them outside and pass them as an argument"


def _table() -> dict[Callable[..., Any], Callable[..., Any]]:
    functions = {name: getattr(np.random, name) for name in np.random.__all__}
    return {
        function: partial(refuse, f"random.{name}", _REASON, _NOTE)
        for name, function in functions.items()
        if callable(function) and not isinstance(function, type)
    }


TABLE = _table()
