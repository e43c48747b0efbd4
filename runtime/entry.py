"""Entries: one entry point of a loaded artifact as a Python callable."""

from collections.abc import Sequence
from typing import Any

from isthmus.signature import Signature

from .arrays import array_of, check_writable, is_torch, torch_of, write_back
from .bound import BoundCall
from .engine import Engine
from .sizes import bind_sizes
from .structure import flatten_call


class Entry:
    """Call a compiled function: NumPy arrays in, NumPy arrays out; torch tensors in, torch tensors out.

    Arguments are checked before compiled code sees them; results are new arrays that belong to the caller.
    """

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self._engine = engine
        self._updated = {output for output, _ in engine.signature.updates}

    def __repr__(self) -> str:
        return f"<entry '{self.name}': {describe(self.signature)}>"

    @property
    def signature(self) -> Signature:
        """What the entry point takes and gives."""
        return self._engine.signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it; a refused argument or a failure is a `RunError`."""
        values = flatten_call(self.signature, args, kwargs)
        return self.signature.results.build(self.call_flat(values))

    def call_flat(self, values: Sequence[Any]) -> list[Any]:
        """Run it on values in the order of the signature's inputs, and give its outputs in order."""
        signature = self.signature
        arrays = [array_of(value, kind) for value, kind in zip(values, signature.inputs, strict=True)]
        symbols = bind_sizes(signature, arrays)
        for _, position in signature.updates:
            check_writable(values[position], signature.inputs[position].name)
        results: list[Any] = self._engine.run(arrays, symbols)
        for output, position in signature.updates:
            write_back(values[position], signature.inputs[position].name, results[output])
            results[output] = values[position]
        as_torch = any(map(is_torch, values))
        for index, value in enumerate(signature.outputs):
            if index in self._updated:
                continue
            if value.scalar:
                results[index] = results[index].item()
            elif as_torch:
                results[index] = torch_of(results[index])
        return results

    def bind(self, *args: Any, out: Any = None, **kwargs: Any) -> BoundCall:
        """Fix arguments and results to the caller's own arrays and give a call that costs microseconds.

        `out` nests arrays as the results nest; without it they are allocated here. Whatever cannot be used
        where it lies (strided, unaligned, overlapping, read-only results) is a `RunError`.
        """
        return BoundCall(self._engine, args, kwargs, out)


def describe(signature: Signature) -> str:
    """Write a signature in one line."""
    inputs = ", ".join(map(str, signature.inputs))
    outputs = ", ".join(map(str, signature.outputs))
    return f"({inputs}) -> ({outputs})"
