"""The engine of a program: module, memory and state together, running on checked arrays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from isthmus.dtypes import DTYPES
from isthmus.errors import RunError
from isthmus.signature import Layout, Signature

from .addresses import distances
from .boot import iree_runtime
from .executor import Executor
from .finite import check_finite
from .memory import Array, aligned_copy, aligned_empty, overlaps
from .sizes import Shape, has_known_sizes, result_shapes
from .state import State, StateOfEntry
from .transfer import element_type
from .workspace import Workspace


class Engine:
    """Run an entry point on arrays of the right dtype, shape and alignment, in signature order.

    Whoever touches `state` or invokes holds `executor.lock`.
    """

    def __init__(
        self,
        name: str,
        signature: Signature,
        layout: Layout,
        executor: Executor,
        state: State,
        scan: bool,
    ) -> None:
        self.signature = signature
        self.executor = executor
        self.function = executor.function(name)
        self.transfer = state.transfer
        self.state = StateOfEntry(state, signature, layout)
        self.workspace = Workspace(layout.workspace, self.transfer)
        self._addresses = layout.addresses
        self._is_plain = not (signature.state or layout.workspace or layout.addresses)
        self.scan = scan
        self._trusted = False
        inputs, outputs = len(signature.inputs), len(signature.outputs)
        written = layout.overwritten if self.transfer.in_place else ()
        self._overwritten = tuple(index for index in written if index < inputs)
        self.in_place = {result: at for result, at in layout.in_place if at < inputs}
        self._given = [
            index
            for index, value in enumerate(signature.outputs)
            if index not in self.in_place and has_known_sizes(value)
        ]
        self.shapes_of = result_shapes(signature)
        self._dtypes = [DTYPES[value.dtype].numpy for value in signature.outputs]
        self._input_elements = [element_type(value.dtype) for value in signature.inputs]
        self._output_elements = [element_type(value.dtype) for value in signature.outputs]
        self._count = outputs + len(signature.state)
        self._failed = "the results of this call were discarded"
        if layout.in_place:
            self._failed += "; what it changes in place holds what it wrote"

    def run(self, arrays: Sequence[Array], symbols: Mapping[str, int]) -> list[Array]:
        """Call once and give the result arrays; the state moves on only when everything succeeded.

        A result in place is the argument itself, or a copy of it where another argument lies in it; others are new.
        """
        arrays = self.lent(arrays)
        results = self.allocate(self.shapes_of(symbols), arrays)
        with self.executor.lock:
            self.state.lend()
            inputs = self.input_views(arrays)
            views = self.output_views(results, inputs)
            outputs = self.result_list()
            arguments, _owners = self.argument_list(arrays, inputs, views, symbols)
            self.executor.invoke(self.function, arguments, outputs)
            given = [self._collect(outputs, index, results, views) for index in range(len(results))]
            self.finish(outputs, given)
        return given

    def allocate(self, shapes: Iterable[Shape | None], inputs: Sequence[Array]) -> list[Array | None]:
        """Give the results' arrays: inputs, or new ones; None stands for one whose size only the run decides."""
        try:
            return [
                inputs[self.in_place[index]] if index in self.in_place else _new(shape, dtype)
                for index, (shape, dtype) in enumerate(zip(shapes, self._dtypes, strict=True))
            ]
        except (MemoryError, ValueError) as error:
            raise RunError(f"cannot allocate the results: {error}", note="use smaller inputs") from error

    def lent(self, arrays: Sequence[Array]) -> Sequence[Array]:
        """Give inputs as compiled code may have them.

        Copies where it may write into them, and where it changes one in place that another lies in.
        """
        if not self._overwritten and not self.in_place:
            return arrays
        given = list(arrays)
        for at in self._overwritten:
            given[at] = aligned_copy(arrays[at])
        for at in self.in_place.values():
            if any(overlaps(arrays[at], other) for place, other in enumerate(given) if place != at):
                given[at] = aligned_copy(arrays[at])
        return given

    def input_views(self, arrays: Sequence[Array]) -> list[Any]:
        """Give the device's views of inputs; the caller keeps the arrays alive while they are in use."""
        view = self.transfer.view_input
        return [view(array, element) for array, element in zip(arrays, self._input_elements, strict=True)]

    def output_views(self, arrays: Sequence[Array | None], inputs: Sequence[Any]) -> list[Any]:
        """Give the device's views of results, in place those of `inputs`; the caller keeps the arrays alive."""
        view = self.transfer.view_output
        views = [
            None if array is None or index in self.in_place else view(array, self._output_elements[index])
            for index, array in enumerate(arrays)
        ]
        for index, at in self.in_place.items():
            views[index] = inputs[at]
        return views

    def argument_list(
        self,
        arrays: Sequence[Array],
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        symbols: Mapping[str, int],
    ) -> tuple[Any, list[Array]]:
        """Order views as the compiled function takes them, the state as it stands now.

        `inputs` are the views of `arrays`. The list is good as long as the arrays given beside it live.
        """
        given = [outputs[index] for index in self._given]
        owners: list[Array] = []
        if self._is_plain:
            views = [*inputs, *given]
        else:
            state, workspace = self.state, self.workspace.views(symbols)
            owners = self._tables(arrays)
            tables = [self.transfer.view_input(table, element_type("i8")) for table in owners]
            views = [*inputs, *state.reading(), *workspace, *tables, *given, *state.writing()]
        arguments = iree_runtime().VmVariantList(len(views))
        for view in views:
            arguments.push_ref(view)
        return arguments, owners

    def _tables(self, arrays: Sequence[Array]) -> list[Array]:
        """Give the bytes that say where arguments lie which compiled code reads by their addresses."""
        if not self._addresses:
            return []
        every = [*arrays, *self.state.read()]
        return [distances([every[index] for index in row]) for row in self._addresses]

    def result_list(self) -> Any:
        """Give an empty list for what the compiled function returns."""
        return iree_runtime().VmVariantList(self._count)

    def finish(self, outputs: Any, results: Sequence[Array]) -> None:
        """Check what a call wrote, then make its state the current one."""
        if not self._trusted:
            self._check_destinations(outputs, results)
        for index, message in self.signature.checks:
            if results[index]:
                raise RunError(message, note=self._failed)
        if self.scan:
            check_finite(self.signature.outputs, results, "output")
            check_finite(self.signature.state, self.state.results(), "state")
        self.state.move_on()

    def _collect(
        self, outputs: Any, index: int, results: Sequence[Array | None], views: Sequence[Any]
    ) -> Array:
        array = results[index]
        if array is None:
            return self.transfer.to_host(self._returned(outputs, index), self._dtypes[index])
        self.transfer.collect(views[index], array)
        return array

    def _check_destinations(self, outputs: Any, results: Sequence[Array]) -> None:
        """Check once that the module writes where it was told to: anything else would be silent garbage."""
        state = self.state.results()
        known = [has_known_sizes(value) for value in self.signature.outputs] + [True] * len(state)
        for index, array in enumerate([*results, *state]):
            if known[index] and not self.transfer.is_same(self._returned(outputs, index), array):
                raise RunError(
                    f"the compiled module does not write result {index} into its destination",
                    note="the artifact was not made by this version of Isthmus: compile the program again",
                )
        self._trusted = True

    @staticmethod
    def _returned(outputs: Any, index: int) -> Any:
        return outputs.get_as_object(index, iree_runtime().HalBufferView)


def _new(shape: Shape | None, dtype: "np.dtype[Any]") -> Array | None:
    return None if shape is None else aligned_empty(shape, dtype)
