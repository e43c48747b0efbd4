"""Programs: a loaded artifact as a Python callable."""

from collections.abc import Sequence
from typing import Any

from isthmus.signature import Signature

from .arrays import array_of, check_writable, is_torch, torch_of, write_back
from .bound import BoundCall
from .engine import Engine
from .memory import Array
from .sizes import bind_sizes
from .structure import flatten_call


class Program:
    """Call a compiled function: NumPy arrays in, NumPy arrays out; torch tensors in, torch tensors out.

    Arguments are checked before compiled code sees them; results are new arrays that belong to the caller.
    Calls from several threads run one after the other; load the artifact again for calls side by side.
    """

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self._engine = engine

    def __repr__(self) -> str:
        inputs = ", ".join(map(str, self.signature.inputs))
        outputs = ", ".join(map(str, self.signature.outputs))
        return f"<Program '{self.name}' on {self.device}: ({inputs}) -> ({outputs})>"

    @property
    def signature(self) -> Signature:
        """What the program takes and gives."""
        return self._engine.signature

    @property
    def device(self) -> str:
        """The driver that runs the program: 'local-sync', 'local-task', 'cuda' or 'hip'."""
        return self._engine.executor.device.driver

    @property
    def state(self) -> dict[str, Array]:
        """Copies of the arrays the program keeps from call to call, by name."""
        with self._engine.executor.lock:
            return self._engine.state.copies()

    def reset(self) -> None:
        """Put the state back to what it was when the program was compiled."""
        with self._engine.executor.lock:
            self._engine.state.reset()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; a refused argument or a failure is a `RunError`."""
        signature = self.signature
        values = flatten_call(signature, args, kwargs)
        return signature.results.build(self.call_flat(values))

    def call_flat(self, values: Sequence[Any]) -> list[Any]:
        """Run the program on values in the order of the signature's inputs; give those of its outputs."""
        signature = self.signature
        arrays = [array_of(value, kind) for value, kind in zip(values, signature.inputs, strict=True)]
        symbols = bind_sizes(signature, arrays)
        for _, position in signature.updates:
            check_writable(values[position], signature.inputs[position].name)
        results = self._engine.run(arrays, symbols)
        for output, position in signature.updates:
            write_back(values[position], signature.inputs[position].name, results[output])
        return self._give(results, any(map(is_torch, values)))

    def bind(self, *args: Any, out: Any = None, **kwargs: Any) -> BoundCall:
        """Fix arguments and results to the caller's own arrays and give a call that costs microseconds.

        `out` nests arrays as the results nest; without it they are allocated here. Whatever cannot be used
        where it lies (strided, unaligned, overlapping, read-only results) is a `RunError`.
        """
        return BoundCall(self._engine, args, kwargs, out)

    def _give(self, results: list[Any], as_torch: bool) -> list[Any]:
        for index, value in enumerate(self.signature.outputs):
            if value.scalar:
                results[index] = results[index].item()
            elif as_torch:
                results[index] = torch_of(results[index])
        return results
