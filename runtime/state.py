"""State: the arrays a program keeps from call to call, double-buffered and swapped after each."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import ArtifactError
from isthmus.signature import Signature, TensorType

from .memory import Array, aligned_copy, aligned_empty
from .transfer import Transfer, element_type


class State:
    """Hold two buffers for each state array: one the next call reads, one it writes.

    `side` is the one to read (0 or 1); `inputs[side]` are the device's views to read from and
    `outputs[side]` those to write to.
    """

    def __init__(self, signature: Signature, parameters: Mapping[str, Array], transfer: Transfer) -> None:
        self.types = signature.state
        self._initial = {value.name: _initial(value, parameters) for value in self.types}
        self._transfer = transfer
        self.arrays = [[aligned_copy(self._initial[value.name]) for value in self.types]]
        self.arrays.append([aligned_empty(array.shape, array.dtype) for array in self.arrays[0]])
        self._elements = [element_type(value.dtype) for value in self.types]
        self.views = [self._view(side) for side in (0, 1)]
        self.side = 0
        first = len(signature.inputs)
        written = signature.overwritten if transfer.in_place else ()
        self._lent = [index - first for index in written if index >= first]
        self._copies = {index: aligned_copy(self.arrays[0][index]) for index in self._lent}
        self._lent_views = {
            index: transfer.view_output(array, self._elements[index]) for index, array in self._copies.items()
        }

    @property
    def is_lent(self) -> bool:
        """Tell whether compiled code may write into some of the arrays it reads."""
        return bool(self._lent)

    def reading(self, side: int) -> list[Any]:
        """Give the views to read from on a side: of copies where compiled code may write into them."""
        return [self._lent_views.get(index, view) for index, view in enumerate(self.views[side])]

    def lend(self) -> None:
        """Bring those copies up to date, before a call."""
        for index, copy in self._copies.items():
            np.copyto(copy, self.arrays[self.side][index])

    @property
    def inputs(self) -> list[Any]:
        """The views the next call reads."""
        return self.views[self.side]

    @property
    def outputs(self) -> list[Any]:
        """The views the next call writes."""
        return self.views[1 - self.side]

    def written(self) -> list[Array]:
        """Give the arrays the last call wrote, before `swap`."""
        side = 1 - self.side
        for view, array in zip(self.views[side], self.arrays[side], strict=True):
            self._transfer.collect(view, array)
        return self.arrays[side]

    def swap(self) -> None:
        """Make what the last call wrote what the next one reads."""
        if self.types:
            self.side = 1 - self.side

    def reset(self) -> None:
        """Put the initial values back, in place: views of bound calls stay right."""
        for value, array in zip(self.types, self.arrays[self.side], strict=True):
            np.copyto(array, self._initial[value.name])
        self._renew(self.side)

    def copies(self) -> dict[str, Array]:
        """Give copies of the current values by name."""
        arrays = zip(self.views[self.side], self.arrays[self.side], strict=True)
        for view, array in arrays:
            self._transfer.collect(view, array)
        return {
            value.name: array.copy() for value, array in zip(self.types, self.arrays[self.side], strict=True)
        }

    def _view(self, side: int) -> list[Any]:
        give = self._transfer.view_output if self._transfer.in_place else self._transfer.view_input
        return [
            give(array, element) for array, element in zip(self.arrays[side], self._elements, strict=True)
        ]

    def _renew(self, side: int) -> None:
        if not self._transfer.in_place:
            self.views[side] = self._view(side)


def _initial(value: TensorType, parameters: Mapping[str, Array]) -> Array:
    if value.name not in parameters:
        raise ArtifactError(f"the artifact has no initial value for state '{value.name}'")
    array = parameters[value.name]
    if array.shape != value.shape or array.dtype != DTYPES[value.dtype].numpy:
        raise ArtifactError(f"the initial value of state '{value}' is {array.dtype}{list(array.shape)}")
    return array
