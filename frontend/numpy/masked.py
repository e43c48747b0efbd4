"""`Masked`: what `a[mask]` gives while only the run knows how many elements that is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from ...dialects.mlir import ir
from . import where
from .array import Array
from .elementwise import as_operand, broadcast_to, elementwise
from .equivalence import same_value
from .expression import select
from .scalar import same_size
from .traced import Traced


@dataclass(frozen=True)
class Selection:
    """Hold a boolean mask as it was when it was used: its tensor, and how many axes of the array it covers."""

    mask: Array
    value: ir.Value

    @staticmethod
    def of(mask: Array) -> "Selection":
        """Keep the present content of a mask."""
        value = mask.tensor()
        return Selection(Array.of(value, mask.dtype, mask.shape), value)

    def same_as(self, other: "Selection") -> bool:
        """Tell whether both select the same elements."""
        return same_value(self.value, other.value)


class Masked(Traced):
    """Hold the elements that a mask selects as all of them, beside the mask.

    Arithmetic with numbers, and with what the same mask selects, works; `b[mask] = …` writes it. Anything that needs
    the elements in a row is a `CaptureError`.
    """

    def __init__(self, values: Array, selection: Selection) -> None:
        self.values = values
        self.selection = selection
        self.place = where.user_place()

    @property
    def dtype(self) -> np.dtype[Any]:  # type: ignore[override]
        """The element type."""
        return self.values.dtype

    @property
    def rest(self) -> int:
        """The number of axes behind the selected ones."""
        return self.values.ndim - self.selection.mask.ndim

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return 1 + self.rest

    def __repr__(self) -> str:
        return f"<traced selection of {self.values!r}>"

    def __traced_array__(self) -> NoReturn:
        raise self._unknown()

    def _unknown(self) -> Exception:
        return where.error(
            "how many elements a boolean index selects is known to the run alone: the result has no shape",
            note="use np.where(mask, …, …), or assign through the same mask: a[mask] = f(b[mask])",
            place=self.place,
        )

    @property
    def shape(self) -> Any:
        """Not known."""
        raise self._unknown()

    def __len__(self) -> int:
        raise self._unknown()

    def __getitem__(self, key: Any) -> Any:
        raise self._unknown()

    def __iter__(self) -> Any:
        raise self._unknown()

    @property
    def size(self) -> Any:
        """The number of elements selected, a traced integer."""
        from .dispatch import implementation
        from .sizes import product, times

        count = implementation(np.count_nonzero)(self.selection.mask)
        return times(count.item(), product(self.values.shape[self.selection.mask.ndim :]))

    def astype(self, dtype: Any, **_: Any) -> "Masked":
        """Convert to a dtype."""
        return Masked(self.values.astype(dtype), self.selection)

    def copy(self) -> "Masked":
        """Give itself: it never changes."""
        return self

    def reduced(self, function: Any, *args: Any, **rest: Any) -> Any:
        """Reduce over all selected elements (`sum`, `mean`, `min`, `any` …)."""
        from .dispatch import implementation

        function = {np.amax: np.max, np.amin: np.min}.get(function, function)
        if args or rest.get("axis") is not None or function not in REDUCTIONS:
            raise self._unknown()
        mask = self.selection.mask[(..., *(None,) * self.rest)]
        rest = {"where": broadcast_mask(mask, self.values), **rest}
        if function in (np.max, np.min):
            rest.setdefault("initial", _extreme(self.dtype, function is np.min))
        return implementation(function)(self.values, **rest)

    def __getattr__(self, name: str) -> Any:
        function = {"max": np.max, "min": np.min}.get(name, getattr(np, name, None))
        if function not in REDUCTIONS:
            raise AttributeError(name)
        return lambda **rest: self.reduced(function, **rest)


REDUCTIONS = (np.sum, np.prod, np.mean, np.max, np.min, np.any, np.all, np.std, np.var)


def _extreme(dtype: np.dtype[Any], largest: bool) -> Any:
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return limits.max if largest else limits.min
    return np.inf if largest else -np.inf


def broadcast_mask(mask: Array, like: Array) -> Array:
    """Repeat a mask over an array's shape."""
    return Array.of(broadcast_to(mask, like.shape, bool), bool, like.shape)


def apply_masked(function: Callable[..., Any], operands: Sequence[Any]) -> Any:
    """Apply an elementwise function to selections by one mask, and to numbers."""
    selections = [operand.selection for operand in operands if isinstance(operand, Masked)]
    if not all(selections[0].same_as(other) for other in selections[1:]):
        raise where.error(
            "elements selected by different masks are combined, and only the run knows how many each selects",
            note="select with the same mask, or use np.where",
        )
    rest = max(operand.rest for operand in operands if isinstance(operand, Masked))
    result = function(*[_aligned(operand, rest) for operand in operands])
    if isinstance(result, tuple):
        return tuple(Masked(one, selections[0]) for one in result)
    return Masked(result, selections[0])


def _aligned(operand: Any, rest: int) -> Any:
    if isinstance(operand, Masked):
        return operand.values
    value = as_operand(operand)
    if (
        isinstance(value, Array)
        and value.ndim > rest
        and not all(same_size(size, 1) for size in value.shape[: value.ndim - rest])
    ):
        raise where.error(
            "elements selected by a mask are combined with an array, and only the run knows whether it fits",
            note="select from the array with the same mask, or use np.where",
        )
    return value


def read_masked(array: Array, mask: Array) -> Masked:
    """Give `array[mask]`; the mask covers the first axes."""
    return Masked(array.copy(), Selection.of(mask))


def write_masked(array: Array, mask: Array, value: Any) -> None:
    """Do `array[mask] = value`."""
    rest = array.ndim - mask.ndim
    if isinstance(value, Masked):
        if not value.selection.same_as(Selection.of(mask)):
            raise where.error(
                "elements selected by one mask are assigned through another",
                note="use the same mask on both sides, or np.where",
            )
        value = value.values
    else:
        value = _aligned(value, rest)
    dtype = array.dtype
    condition = mask[(..., *(None,) * rest)] if rest else mask
    chosen = elementwise(select, condition, value, array, dtype=dtype, loop=[np.dtype(bool), dtype, dtype])
    array.write(chosen)
