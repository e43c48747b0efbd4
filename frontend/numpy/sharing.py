"""Whether an array's content is seen by anyone else."""

import gc
from typing import Any

from . import where
from .array import Array
from .views import View


def is_shared(array: Array) -> bool:
    """Tell whether other arrays, or the caller, see what is written into an array."""
    storage = array.view.storage
    others = [
        one for one in gc.get_referrers(storage) if one is not array.view and one is not vars(array.view)
    ]
    return any(isinstance(one, View) or _is_attributes_of_view(one) or _is_argument(one) for one in others)


def _is_attributes_of_view(one: Any) -> bool:
    return isinstance(one, dict) and one.keys() == {"base", "spans", "axes"}


def _is_argument(one: Any) -> bool:
    return isinstance(one, tuple) and len(one) == 3 and isinstance(one[0], int)


def check_alone(name: str, array: Any) -> None:
    """Refuse a loop that writes into an array and then gives its name to another one, when the first is shared."""
    if isinstance(array, Array) and is_shared(array):
        raise where.error(
            f"the loop writes into the array '{name}', then gives that name to another array",
            note=f"the first pass alone would change the array from before: write '{name} = {name}.copy()' there",
        )
