"""Which clusters are open as the operations of a block pass from function to function and layer to layer."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

from .origins import Origin

MakeCluster = Callable[[str, str, str, int | None], int]
"""Make a cluster of title, kind, place and parent; gives its index."""


class Runs:
    """Open and close clusters.

    `paths` are the functions and layers of the block's operations in order, `position` the one that comes next: a
    function whose work goes on after that of another one has called it. `context` are the functions around the block.
    """

    def __init__(
        self, make: MakeCluster, cluster: int | None, context: tuple[str, ...], paths: Sequence[str]
    ) -> None:
        self.path = context
        self.position = 0
        self._make = make
        self._outer = cluster
        self._open: list[tuple[str, int]] = []
        self._places: dict[str, list[int]] = {}
        for number, path in enumerate(paths):
            self._places.setdefault(path, []).append(number)

    def enter(self, origin: Origin) -> int | None:
        """Give the cluster of work of a function or layer: one that is open, or a new one."""
        parts = self._parts(origin)
        depth = 0
        while depth < min(len(parts), len(self._open)) and self._open[depth][0] == parts[depth]:
            depth += 1
        del self._open[depth:]
        for level in range(depth, len(parts)):
            title = ".".join(parts[: level + 1]) if origin.is_network else f"{parts[level]}()"
            kind = "network" if origin.is_network else "function"
            place = "" if origin.is_network else origin.place
            parent = self._open[-1][1] if self._open else self._outer
            self._open.append((parts[level], self._make(title, kind, place, parent)))
        return self._open[-1][1] if self._open else self._outer

    def _parts(self, origin: Origin) -> list[str]:
        if origin.is_network:
            parts = origin.path.split(".") if origin.path else []
            return parts[:-1] if origin.layer else parts
        if origin.path in self.path:
            return []
        names = [name for name, _ in self._open]
        if not origin.path:
            return names
        if origin.path in names:
            return names[: names.index(origin.path) + 1]
        end = min((self._next(path) for path in self.path), default=float("inf"))
        return [*(name for name in names if self._next(name) < end), origin.path]

    def _next(self, path: str) -> float:
        """Find where work of a function or layer comes next."""
        places = self._places.get(path, [])
        found = bisect_left(places, self.position)
        return places[found] if found < len(places) else float("inf")
