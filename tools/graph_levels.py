"""One level of a graph's layout: boxes in rows, links between neighbouring rows, few crossings, straight lines."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .graph_rows import spread

GAP = 26.0
WIDEST = 1500.0
"""Rows hold one item, or as many as fit into this."""

_SWEEPS = 12


@dataclass(eq=False)
class Item:
    """Hold a box, a port on the border of the level, or a bend of a long link (both of width 0).

    `inlets` and `outlets` say, for the node that a link starts from, where on the box it arrives and leaves,
    from the middle of the box.
    """

    order: int
    width: float = 0.0
    height: float = 0.0
    inlets: dict[int, float] = field(default_factory=dict)
    outlets: dict[int, float] = field(default_factory=dict)
    row: int = 0
    x: float = 0.0
    is_bend: bool = False
    is_port: bool = False


@dataclass(frozen=True)
class Link:
    """Hold a line between items of neighbouring rows; `source` is the node whose result it stands for."""

    first: Item
    second: Item
    source: int

    @property
    def start(self) -> float:
        """Where the line leaves the first item."""
        return self.first.x + self.first.outlets.get(self.source, 0.0)

    @property
    def end(self) -> float:
        """Where the line arrives at the second item."""
        return self.second.x + self.second.inlets.get(self.source, 0.0)


@dataclass
class Level:
    """Hold the items of a level and the links between them; `arrange` finds rows and positions."""

    items: list[Item]
    edges: list[tuple[Item, Item, int]]
    inputs: list[Item] = field(default_factory=list)
    outputs: list[Item] = field(default_factory=list)
    rows: list[list[Item]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def arrange(self) -> None:
        """Choose rows, then the order in each row, then the position of each item."""
        self._choose_rows()
        self._bend()
        self._sort()
        self._place()

    def _choose_rows(self) -> None:
        """Put each item below all that it reads, and what reads nothing just above its first reader.

        Full rows send items further down, in program order (Coffman and Graham, 1972).
        """
        first = 1 if self.inputs else 0
        before: dict[Item, list[Item]] = {item: [] for item in self.items}
        after: dict[Item, list[Item]] = {item: [] for item in (*self.inputs, *self.items)}
        for source, target, _ in self.edges:
            if target in before:
                before[target].append(source)
                after[source].append(target)
        used: dict[int, float] = {}
        for item in sorted(self.items, key=lambda item: item.order):
            item.row = max([first, *(source.row + 1 for source in before[item])])
            while used.get(item.row, 0.0) and used[item.row] + item.width > WIDEST:
                item.row += 1
            used[item.row] = used.get(item.row, 0.0) + item.width + GAP
        for item in self.items:
            if not before[item] and after[item]:
                item.row = max(first, min(target.row for target in after[item]) - 1)
        last = max((item.row for item in self.items), default=0)
        for item in self.outputs:
            item.row = last + 1
        count = last + (2 if self.outputs else 1)
        self.rows = [[] for _ in range(count)]
        for item in (*self.inputs, *self.items, *self.outputs):
            self.rows[item.row].append(item)

    def _bend(self) -> None:
        """Lead links over several rows through bends; those of one result share them."""
        bends: dict[tuple[int, int], list[Item]] = {}
        seen = set()
        for source, target, node in sorted(self.edges, key=lambda edge: edge[1].row):
            chain = bends.setdefault((id(source), node), [source])
            while source.row + len(chain) < target.row:
                bend = Item(source.order, is_bend=True, row=source.row + len(chain))
                self.rows[bend.row].append(bend)
                self.links.append(Link(chain[-1], bend, node))
                chain.append(bend)
            end = Link(chain[target.row - source.row - 1], target, node)
            if (id(end.first), id(target), node) not in seen:
                seen.add((id(end.first), id(target), node))
                self.links.append(end)

    def _sort(self) -> None:
        """Order rows by the mean position of neighbours, up and down; the order with fewest crossings is kept."""
        for row in self.rows:
            row.sort(key=lambda item: item.order)
        best, fewest = [list(row) for row in self.rows], self._crossings()
        for sweep in range(_SWEEPS):
            if not fewest:
                break
            self._sweep(downwards=sweep % 2 == 0)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(row) for row in self.rows], crossings
        self.rows = best

    def _sweep(self, *, downwards: bool) -> None:
        neighbours: dict[Item, list[Item]] = {}
        for link in self.links:
            near, far = (link.first, link.second) if downwards else (link.second, link.first)
            neighbours.setdefault(far, []).append(near)
        for row in self.rows if downwards else reversed(self.rows):
            _number([row])
            wanted = {item: _mean((near.x for near in neighbours.get(item, ())), item.x) for item in row}
            row.sort(key=lambda item, wanted=wanted: wanted[item])  # type: ignore[misc]
            _number([row])

    def _crossings(self) -> int:
        """Count pairs of links that cross."""
        _number(self.rows)
        between: list[list[tuple[float, float]]] = [[] for _ in self.rows]
        for link in self.links:
            between[link.first.row].append((link.first.x, link.second.x))
        total = 0
        for pairs in between:
            seen: list[float] = []
            for _, end in sorted(pairs):
                total += len(seen) - bisect_left(seen, end + 1e-9)
                insort(seen, end)
        return total

    def _place(self) -> None:
        """Move items towards those they are linked with, as far as the order in their row allows."""
        for row in self.rows:
            spread(row, dict.fromkeys(row, 0.0), GAP)
        above: dict[Item, list[Link]] = {}
        below: dict[Item, list[Link]] = {}
        for link in self.links:
            above.setdefault(link.second, []).append(link)
            below.setdefault(link.first, []).append(link)
        for sweep in range(_SWEEPS):
            for row in self.rows if sweep % 2 == 0 else reversed(self.rows):
                near = above if sweep % 2 == 0 else below
                wanted = {item: _wanted(item, near.get(item, ()), above.get(item, ())) for item in row}
                spread(row, wanted, GAP)


def _wanted(item: Item, near: Sequence[Link], above: Sequence[Link]) -> float:
    places = [
        link.start - item.inlets.get(link.source, 0.0)
        if link.second is item
        else link.end - item.outlets.get(link.source, 0.0)
        for link in near or above
    ]
    return _mean(places, item.x)


def _number(rows: Iterable[Sequence[Item]]) -> None:
    for row in rows:
        for place, item in enumerate(row):
            item.x = place - (len(row) - 1) / 2


def _mean(values: Iterable[float], otherwise: float) -> float:
    found = list(values)
    return sum(found) / len(found) if found else otherwise
