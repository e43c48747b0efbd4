"""State: the arrays a program keeps from call to call, shared by its entry points."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import ArtifactError, RunError
from isthmus.signature import Layout, Signature, TensorType

from .memory import Array, aligned_copy, aligned_empty
from .transfer import Transfer, element_type


class State:
    """Hold two buffers for each state array: one the next call reads, one it writes.

    Bit `i` of `sides` tells which one of array `i` is current. An array that nobody writes out of place has one.
    """

    def __init__(
        self, types: Sequence[TensorType], parameters: Mapping[str, Array], transfer: Transfer
    ) -> None:
        self.types = tuple(types)
        self.places = {value.name: place for place, value in enumerate(self.types)}
        self.sides = 0
        self.transfer = transfer
        self._initial = [_initial(value, parameters) for value in self.types]
        self._elements = [element_type(value.dtype) for value in self.types]
        self.arrays = [[aligned_copy(array)] for array in self._initial]
        self.views = [[self._view(place, rows[0])] for place, rows in enumerate(self.arrays)]

    def double(self, place: int) -> None:
        """Give an array its second buffer."""
        rows = self.arrays[place]
        if len(rows) == 1:
            rows.append(aligned_empty(rows[0].shape, rows[0].dtype))
            self.views[place].append(self._view(place, rows[1]))

    def side(self, place: int) -> int:
        """Tell which buffer of an array is current."""
        return self.sides >> place & 1

    def copy_view(self, place: int, array: Array) -> Any:
        """Give a view of a copy of an array, for compiled code that may write into it."""
        return self.transfer.view_output(array, self._elements[place])

    def reset(self) -> None:
        """Put the initial values back, in place: views of bound calls stay right."""
        for place, value in enumerate(self._initial):
            self._put(place, value)

    def put(self, values: Mapping[str, Array]) -> None:
        """Give some arrays new values; a name, shape or dtype that does not fit is a `RunError` and changes nothing."""
        for name, value in values.items():
            if name not in self.places:
                expected = ", ".join(map(repr, self.places)) or "none"
                raise RunError(f"there is no state '{name}': expected {expected}")
            type_, array = self.types[self.places[name]], np.asarray(value)
            if array.shape != type_.shape or array.dtype != DTYPES[type_.dtype].numpy:
                raise RunError(f"state '{type_}' cannot be {array.dtype}{list(array.shape)}")
        for name, value in values.items():
            self._put(self.places[name], np.asarray(value))

    def copies(self) -> dict[str, Array]:
        """Give copies of the current values by name."""
        return {value.name: self.collected(place).copy() for place, value in enumerate(self.types)}

    def collected(self, place: int, *, written: bool = False) -> Array:
        """Give the current buffer of an array, or the other one, with the values that the device has."""
        side = self.side(place) ^ written
        array = self.arrays[place][side]
        self.transfer.collect(self.views[place][side], array)
        return array

    def _put(self, place: int, value: Array) -> None:
        side = self.side(place)
        np.copyto(self.arrays[place][side], value)
        if not self.transfer.in_place:
            self.views[place][side] = self._view(place, self.arrays[place][side])

    def _view(self, place: int, array: Array) -> Any:
        give = self.transfer.view_output if self.transfer.in_place else self.transfer.view_input
        return give(array, self._elements[place])


class StateOfEntry:
    """Show one entry point the arrays it takes, in its own order.

    `flip` has the bits of the arrays that a call here moves to their other side.
    """

    def __init__(self, state: State, signature: Signature, layout: Layout) -> None:
        self.shared = state
        self.types = signature.state
        self._places = [state.places[value.name] for value in signature.state]
        inputs, outputs = len(signature.inputs), len(signature.outputs)
        kept = {result - outputs for result, _ in layout.in_place if result >= outputs}
        self._moved = [place for index, place in enumerate(self._places) if index not in kept]
        for place in self._moved:
            state.double(place)
        self.flip = sum(1 << place for place in self._moved)
        written = layout.overwritten if state.transfer.in_place else ()
        lent = {self._places[index - inputs] for index in written if index >= inputs}
        self._copies = {place: aligned_copy(state.arrays[place][0]) for place in lent}
        self._lent_views = {place: state.copy_view(place, array) for place, array in self._copies.items()}

    @property
    def is_lent(self) -> bool:
        """Tell whether compiled code may write into some of the arrays it only reads."""
        return bool(self._copies)

    def lend(self) -> None:
        """Bring the copies that it gets instead up to date, before a call."""
        for place, copy in self._copies.items():
            np.copyto(copy, self.shared.arrays[place][self.shared.side(place)])

    def reading(self) -> list[Any]:
        """Give the views that the next call reads."""
        state = self.shared
        return [self._lent_views.get(place, state.views[place][state.side(place)]) for place in self._places]

    def read(self) -> list[Array]:
        """Give the arrays behind those views."""
        state = self.shared
        return [self._copies.get(place, state.arrays[place][state.side(place)]) for place in self._places]

    def writing(self) -> list[Any]:
        """Give the views that the next call writes, of the arrays that are not changed in place."""
        state = self.shared
        return [state.views[place][1 - state.side(place)] for place in self._moved]

    def results(self) -> list[Array]:
        """Give the arrays that hold the new state after a call, before `move_on`."""
        return [self.shared.collected(place, written=place in self._moved) for place in self._places]

    def move_on(self) -> None:
        """Make what the last call wrote what the next one reads."""
        self.shared.sides ^= self.flip


def _initial(value: TensorType, parameters: Mapping[str, Array]) -> Array:
    if value.name not in parameters:
        raise ArtifactError(f"the artifact has no initial value for state '{value.name}'")
    array = parameters[value.name]
    if array.shape != value.shape or array.dtype != DTYPES[value.dtype].numpy:
        raise ArtifactError(f"the initial value of state '{value}' is {array.dtype}{list(array.shape)}")
    return array
