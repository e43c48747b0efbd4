"""Bound calls: a program on the caller's own arrays, checked once, then a few microseconds a step."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from isthmus.errors import RunError
from isthmus.signature import UNKNOWN, Signature, TensorType

from .arrays import array_of, check_writable, exact_array_of, is_number, is_torch, torch_of, write_back
from .engine import Engine
from .failures import run_error
from .fork import survive_fork
from .memory import Array, aligned_copy, overlaps
from .sizes import Shape, bind_sizes
from .structure import flatten_call, flatten_results


class BoundCall:
    """Run a program again and again on the same arrays, reading and writing them where they lie.

    The arrays are checked once, here, and kept alive; change their values between steps, not their memory.
    Each step returns the same results: the caller's `out`, or arrays allocated here. Numbers among the
    arguments are fixed.
    """

    def __init__(self, engine: Engine, args: tuple[Any, ...], kwargs: Mapping[str, Any], out: Any) -> None:
        signature = engine.signature
        values = flatten_call(signature, args, kwargs)
        self._engine = engine
        self._inputs = [_input(value, kind) for value, kind in zip(values, signature.inputs, strict=True)]
        self._symbols = bind_sizes(signature, self._inputs)
        shapes = engine.shapes_of(self._symbols)
        _check_known(signature, shapes)
        self._given = engine.lent(self._inputs)
        self._lends = [
            (copy, array) for copy, array in zip(self._given, self._inputs, strict=True) if copy is not array
        ]
        self._updates = _updates(engine, values, self._given, self._inputs)
        self._outputs, given = _outputs(engine, shapes, values, self._given, out, any(map(is_torch, values)))
        _check_apart(engine, self._inputs, self._outputs)
        self._results = signature.results.build(given)
        self._state = engine.state.shared
        self._lock = engine.executor.lock
        self._invoke = engine.executor.native_invoke
        self._function = engine.function
        self._copies = not engine.transfer.in_place
        self._flip = engine.state.flip
        self._plain = False  # the first step is checked
        self._is_lending = bool(self._lends) or engine.state.is_lent
        with self._lock:
            self._prepare()
        self._owners = (values, given, engine.workspace.blocks)
        survive_fork(self)

    @property
    def results(self) -> Any:
        """What each step returns, nested as the program's results."""
        return self._results

    def __call__(self) -> Any:
        """Run one step; a failure is a `RunError` and leaves the state as it was."""
        state = self._state
        try:
            with self._lock:
                if self._copies:
                    self._prepare()
                if self._is_lending:
                    self._lend()
                self._invoke(self._function, self._arguments[state.sides], self._returned)
                if self._plain:
                    state.sides ^= self._flip
                else:
                    self._finish()
        except RunError:
            raise
        except Exception as error:  # IREE maps its status codes to many Python classes
            raise run_error(error) from error
        return self._results

    step = __call__

    def _lend(self) -> None:
        """Copy what compiled code may write into: the caller's arrays stay as they are."""
        for copy, array in self._lends:
            np.copyto(copy, array)
        self._engine.state.lend()

    def _prepare(self) -> None:
        """Build IREE's lists; of those of arguments the one needed now."""
        engine = self._engine
        inputs = engine.input_views(self._given)
        self._views = views = (inputs, engine.output_views(self._outputs, inputs))
        self._arguments = _Lists(lambda: engine.argument_list(self._given, *views, self._symbols))
        _ = self._arguments[self._state.sides]
        self._returned = engine.result_list()

    def _finish(self) -> None:
        """Do what the first step and some programs need: check, scan, swap the state, write updates back."""
        engine = self._engine
        for view, array in zip(self._views[1], self._outputs, strict=True):
            engine.transfer.collect(view, array)
        engine.finish(self._returned, self._outputs)
        for output, name, value in self._updates:
            write_back(value, name, self._outputs[output])
        self._plain = not (engine.scan or self._updates or self._copies or engine.signature.checks)

    def after_fork(self) -> None:
        """Follow the executor in a forked child, whichever of the two hears of it first."""
        executor = self._engine.executor
        executor.after_fork()
        self._lock, self._invoke = executor.lock, executor.native_invoke


class _Lists(dict[int, Any]):
    """Keep IREE's lists of arguments by the sides of the state, each built when it is first asked for."""

    def __init__(self, build: Callable[[], tuple[Any, list[Array]]]) -> None:
        super().__init__()
        self._build = build
        self._owners: list[Array] = []

    def __missing__(self, sides: int) -> Any:
        made, owners = self._build()
        self[sides] = made
        self._owners += owners
        return made


def _input(value: Any, kind: TensorType) -> Array:
    return aligned_copy(array_of(value, kind)) if is_number(value) else exact_array_of(value, kind)


def _check_known(signature: Signature, shapes: Sequence[Shape | None]) -> None:
    for value, shape in zip(signature.outputs, shapes, strict=True):
        if shape is None:
            raise RunError(
                f"output '{value.name}' cannot be bound: only the run decides its size ('{UNKNOWN}')",
                note="call the program instead",
            )


def _updates(
    engine: Engine, values: Sequence[Any], given: Sequence[Array], inputs: Sequence[Array]
) -> list[tuple[int, str, Any]]:
    """List what each step copies back: the updates that compiled code does not write into the caller's array."""
    signature = engine.signature
    for _, at in signature.updates:
        check_writable(values[at], signature.inputs[at].name)
    return [
        (output, signature.inputs[at].name, values[at])
        for output, at in signature.updates
        if output not in engine.in_place or given[at] is not inputs[at]
    ]


def _outputs(
    engine: Engine,
    shapes: Sequence[Shape | None],
    values: Sequence[Any],
    inputs: Sequence[Array],
    out: Any,
    as_torch: bool,
) -> tuple[list[Array], list[Any]]:
    """Give the result arrays and what the user sees of them: the caller's `out` or new ones."""
    signature = engine.signature
    wanted = [None] * len(shapes) if out is None else flatten_results(signature.results, out, len(shapes))
    updated = dict(signature.updates)
    placed = set(signature.results.leaves()) - set(updated) if out is not None else set()
    known = [None if index in placed else shape for index, shape in enumerate(shapes)]
    arrays = engine.allocate(known, inputs)
    given: list[Any] = [array if array is None or not as_torch else torch_of(array) for array in arrays]
    for index, at in updated.items():  # an argument that is returned is the caller's own array
        if wanted[index] is not None and wanted[index] is not values[at]:
            name = signature.inputs[at].name
            raise RunError(
                f"the program returns its argument '{name}': 'out' cannot name another array for it"
            )
        given[index] = values[at]
    for index in sorted(placed):
        arrays[index] = _output(wanted[index], signature.outputs[index], shapes[index])
        given[index] = wanted[index]
    return [array for array in arrays if array is not None], given


def _output(value: Any, kind: TensorType, shape: Shape | None) -> Array:
    array = exact_array_of(value, kind, "output")
    if array.shape != shape:
        raise RunError(f"output '{kind.name}' has shape {array.shape}: expected {shape}")
    if not array.flags.writeable:
        raise RunError(f"output '{kind.name}' is read-only", note="bind a writable array")
    return array


def _check_apart(engine: Engine, inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
    """Refuse results that share memory with an argument or each other: values would be lost early."""
    signature = engine.signature
    for index, (kind, array) in enumerate(zip(signature.outputs, outputs, strict=True)):
        if index in engine.in_place:
            continue
        others = [
            *((f"argument '{signature.inputs[at].name}'", other) for at, other in enumerate(inputs)),
            *((f"output '{signature.outputs[at].name}'", outputs[at]) for at in range(index)),
        ]
        for what, other in others:
            if overlaps(array, other):
                raise RunError(
                    f"output '{kind.name}' overlaps {what}",
                    note="give it memory of its own, and swap two bound calls to step back and forth",
                )
