"""The engine of a program: module, memory and state together, running on checked arrays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from isthmus.dtypes import DTYPES
from isthmus.errors import RunError
from isthmus.signature import Signature

from .boot import iree_runtime
from .executor import Executor
from .finite import check_finite
from .memory import Array, aligned_copy, aligned_empty
from .sizes import Shape, has_known_sizes, result_shapes
from .state import State
from .transfer import element_type, transfer_for


class Engine:
    """Run a compiled function on arrays of the right dtype, shape and alignment, in signature order.

    Whoever touches `state` or invokes holds `executor.lock`.
    """

    def __init__(
        self, signature: Signature, executor: Executor, parameters: Mapping[str, Array], scan: bool
    ) -> None:
        self.signature = signature
        self.executor = executor
        self.transfer = transfer_for(executor.device)
        self.state = State(signature, parameters, self.transfer)
        self.scan = scan
        self._trusted = False
        self._overwritten = frozenset(signature.overwritten)
        self.shapes_of = result_shapes(signature)
        self._dtypes = [DTYPES[value.dtype].numpy for value in signature.outputs]
        self._input_elements = [element_type(value.dtype) for value in signature.inputs]
        self._output_elements = [element_type(value.dtype) for value in signature.outputs]

    def run(self, arrays: Sequence[Array], symbols: Mapping[str, int]) -> list[Array]:
        """Call once and give new result arrays; the state moves on only when everything succeeded."""
        results = self.allocate(self.shapes_of(symbols))
        arrays = [self.lent(index, array) for index, array in enumerate(arrays)]
        with self.executor.lock:
            self.state.lend()
            views = self.output_views(results)
            outputs = self.result_list()
            self.executor.invoke(
                self.argument_list(self.input_views(arrays), self.state.side, views), outputs
            )
            given = [self._collect(outputs, index, results, views) for index in range(len(results))]
            self.finish(outputs, given)
        return given

    def allocate(self, shapes: Iterable[Shape | None]) -> list[Array | None]:
        """Allocate results; None stands for one whose size only the run decides."""
        try:
            return [
                None if shape is None else aligned_empty(shape, dtype)
                for shape, dtype in zip(shapes, self._dtypes, strict=True)
            ]
        except (MemoryError, ValueError) as error:
            raise RunError(f"cannot allocate the results: {error}", note="use smaller inputs") from error

    def lent(self, index: int, array: Array) -> Array:
        """Give an input as compiled code may have it: a copy where it may write into it."""
        return aligned_copy(array) if index in self._overwritten and self.transfer.in_place else array

    def input_views(self, arrays: Sequence[Array]) -> list[Any]:
        """Give the device's views of inputs; the caller keeps the arrays alive while they are in use."""
        view = self.transfer.view_input
        return [view(array, element) for array, element in zip(arrays, self._input_elements, strict=True)]

    def output_views(self, arrays: Sequence[Array | None]) -> list[Any]:
        """Give the device's views of results; the caller keeps the arrays alive while they are in use."""
        view = self.transfer.view_output
        return [
            None if array is None else view(array, element)
            for array, element in zip(arrays, self._output_elements, strict=True)
        ]

    def argument_list(self, inputs: Iterable[Any], side: int, outputs: Iterable[Any]) -> Any:
        """Order views as the compiled function takes them; the state is read from `side`."""
        written = self.state.views[1 - side]
        read = self.state.reading(side)
        views = [*inputs, *read, *(view for view in outputs if view is not None), *written]
        arguments = iree_runtime().VmVariantList(len(views))
        for view in views:
            arguments.push_ref(view)
        return arguments

    def result_list(self) -> Any:
        """Give an empty list for what the compiled function returns."""
        return iree_runtime().VmVariantList(len(self.signature.outputs) + len(self.signature.state))

    def finish(self, outputs: Any, results: Sequence[Array]) -> None:
        """Check what a call wrote, then make its state the current one."""
        if not self._trusted:
            self._check_destinations(outputs, results)
        for index, message in self.signature.checks:
            if results[index]:
                raise RunError(message, note="the results of this call were discarded")
        if self.scan:
            check_finite(self.signature.outputs, results, "output")
            check_finite(self.signature.state, self.state.written(), "state")
        self.state.swap()

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
        state = self.state.arrays[1 - self.state.side]
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
