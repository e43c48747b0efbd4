"""Programs: a loaded artifact as a Python callable."""

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.errors import RunError
from isthmus.signature import Signature

from .artifact import Artifact
from .bound import BoundCall
from .engine import Engine
from .entry import Entry, describe
from .manifest import MAIN
from .memory import Array


class Program:
    """Hold the entry points of an artifact on one device, and the state they share.

    The program itself is called like its entry point 'main'; others are its attributes: `program.step(u)`. Calls from
    several threads run one after the other; load the artifact again for calls side by side.
    """

    def __init__(self, name: str, engines: Mapping[str, Engine], artifact: Artifact | None = None) -> None:
        self.name = name
        self.artifact = artifact
        self._entries = {entry: Entry(entry, engine) for entry, engine in engines.items()}
        self._engine = next(iter(engines.values()))
        self._main = self._entries.get(MAIN)

    def __repr__(self) -> str:
        entries = self._entries.values()
        shown = [entry.name * (entry.name != MAIN) + describe(entry.signature) for entry in entries]
        return f"<Program '{self.name}' on {self.device}: {', '.join(shown)}>"

    @property
    def entries(self) -> tuple[str, ...]:
        """The names of the entry points."""
        return tuple(self._entries)

    def entry(self, name: str) -> Entry:
        """Give an entry point; a name that is none is a `RunError`."""
        if name not in self._entries:
            expected = ", ".join(map(repr, self._entries))
            raise RunError(f"'{self.name}' has no entry point '{name}': expected one of {expected}")
        return self._entries[name]

    __getitem__ = entry

    def __getattr__(self, name: str) -> Entry:
        """Give an entry point under its name."""
        entries = self.__dict__.get("_entries", {})
        if name not in entries:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        found: Entry = entries[name]
        return found

    @property
    def signature(self) -> Signature:
        """What the entry point 'main' takes and gives."""
        return self.entry(MAIN).signature

    @property
    def device(self) -> str:
        """The driver that runs the program: 'local-sync', 'local-task', 'cuda' or 'hip'."""
        return self._engine.executor.device.driver

    @property
    def state(self) -> dict[str, Array]:
        """Copies of the arrays the program keeps from call to call, by name."""
        with self._engine.executor.lock:
            return self._engine.state.shared.copies()

    def set_state(self, **arrays: Array) -> None:
        """Give arrays that the program keeps new values, by name; one that does not fit is a `RunError`."""
        with self._engine.executor.lock:
            self._engine.state.shared.put(arrays)

    def reset(self) -> None:
        """Put the state back to what it was when the program was compiled."""
        with self._engine.executor.lock:
            self._engine.state.shared.reset()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the entry point 'main'; a refused argument or a failure is a `RunError`."""
        return (self._main or self.entry(MAIN))(*args, **kwargs)

    def call_flat(self, values: Sequence[Any]) -> list[Any]:
        """Run 'main' on values in the order of the signature's inputs, and give its outputs in order."""
        return self.entry(MAIN).call_flat(values)

    def bind(self, *args: Any, out: Any = None, **kwargs: Any) -> BoundCall:
        """Bind the entry point 'main' to the caller's own arrays: see `Entry.bind`."""
        return self.entry(MAIN).bind(*args, out=out, **kwargs)
