"""The choice between two operands, element by element."""

from typing import Any

import numpy as np

from ..elementwise import cast, elementwise
from ..promotion import result_type
from .indices import select


def chosen(condition: Any, x: Any, y: Any) -> Any:
    """Give `x` where the condition holds, `y` elsewhere, in the dtype both promote to."""
    kind = result_type(x if _is_number(x) else _operand(x), y if _is_number(y) else _operand(y))
    return elementwise(select, cast(condition, bool), x, y, dtype=kind, loop=[bool, kind, kind])


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | complex) and not isinstance(value, np.generic)


def _operand(value: Any) -> Any:
    from .operands import as_operand

    return as_operand(value)
