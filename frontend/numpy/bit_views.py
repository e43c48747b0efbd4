"""Arrays whose bits are read as another dtype: ndarray's `view(dtype)`."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...dialects.mlir import arith, ir
from . import where
from .elements import convert
from .emitter import current_trace
from .scalar import Size
from .storage import Storage
from .structured import generic, identity
from .views import View


@dataclass(frozen=True)
class Reinterpreted:
    """Show a view's bits as elements of another dtype of the same width."""

    view: View
    dtype: np.dtype[Any]

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes."""
        return self.view.shape

    @property
    def storage(self) -> Storage:
        """The cell at the bottom."""
        return self.view.storage

    def read(self) -> ir.Value:
        """Give the content as a tensor of `dtype`."""
        return self._with_bits(self.view.read(), self.view.dtype, self.dtype)

    def write(self, value: ir.Value) -> None:
        """Replace the content by a tensor of `dtype`."""
        self.view.write(self._with_bits(value, self.dtype, self.view.dtype))

    def _with_bits(self, value: ir.Value, old: np.dtype[Any], new: np.dtype[Any]) -> ir.Value:
        element = current_trace().element_type(new)

        def body(x: ir.Value) -> ir.Value:
            if "b" in (old.kind, new.kind):
                return convert(x, old, new)
            return x if x.type == element else arith.BitcastOp(element, x).result

        return generic(body, [value], [identity(len(self.shape))], self.shape, element)


def reinterpreted(view: View, dtype: np.dtype[Any]) -> View:
    """Show a view as another dtype; widths that differ and complex numbers are a `CaptureError`."""
    if dtype == view.dtype:
        return view
    if dtype.itemsize != view.dtype.itemsize or "c" in (dtype.kind, view.dtype.kind):
        raise where.error(
            f"an array of {view.dtype} cannot be viewed as {dtype}",
            note="view() needs dtypes of equal width; use astype(), or .real and .imag",
        )
    return View.whole(Reinterpreted(view, dtype))
