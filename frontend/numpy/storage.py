"""`Storage`: the cell that an array's content lives in while the function is traced."""

from typing import Any

import numpy as np

from ...dialects.mlir import ir
from . import where
from .emitter import current_trace
from .origins import Origin
from .scalar import Size


class Storage:
    """Hold the current content of an array: `value` is the newest SSA tensor of it.

    Views refer to a storage, so that a write through one is seen by all. `read_only` says why writing is refused
    ("" when it is not); `name` is what the user calls it, where known.
    """

    def __init__(
        self,
        value: ir.Value,
        dtype: np.dtype[Any],
        shape: tuple[Size, ...],
        read_only: str = "",
        name: str = "",
    ) -> None:
        self.value = value
        self.dtype = dtype
        self.shape = shape
        self.read_only = read_only
        self.name = name
        self.origin = Origin(f"'{name}'" if name else "")
        current_trace().register(self)

    @property
    def type(self) -> ir.RankedTensorType:
        """The type of the content; it never changes."""
        return ir.RankedTensorType(self.value.type)

    @property
    def storage(self) -> "Storage":
        """Itself: what a view's base answers."""
        return self

    def read(self) -> ir.Value:
        """Give the content."""
        self.origin.read()
        return self.value

    def write(self, value: ir.Value) -> None:
        """Replace the content."""
        from .shapes import as_type

        if self.read_only:
            named = f"'{self.name}'" if self.name else "an array"
            raise where.error(
                f"{named} cannot be written: {self.read_only}", note="write into a copy: a.copy()"
            )
        self.origin.write()
        self.value = as_type(value, self.type)
