"""Where the nodes, clusters and links of a graph are drawn: layers from top to bottom, clusters as boxes in them.

Layers after Sugiyama, Tagawa and Toda (1981). Each cluster is laid out on its own first; links that cross its border
do so at ports, which the level around it then connects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.graph import Graph

from .graph_levels import Item, Level

TITLE = 24.0
"""The height of the line that names a cluster."""

_PADDING = 16.0
_BETWEEN = 34.0

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True)
class Rectangle:
    """Hold a place on the drawing, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """Hold a link: down to the end of its row, over to the next one, and down through that where it bends.

    `points` are where these parts begin and end; `has_arrow` where it arrives at a node.
    """

    source: int
    points: tuple[Point, ...]
    has_arrow: bool


@dataclass
class Drawing:
    """Hold the places of everything, by the indices of the graph."""

    size: Size = (0.0, 0.0)
    nodes: dict[int, Rectangle] = field(default_factory=dict)
    clusters: dict[int, Rectangle] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def lay_out(graph: Graph, sizes: Sequence[Size], title_widths: Sequence[float]) -> Drawing:
    """Place nodes of given sizes; clusters are at least as wide as their titles."""
    layout = _Layout(graph, sizes, title_widths)
    root = layout.build(None)
    drawing = Drawing((root.width, root.height))
    layout.draw(None, 0.0, 0.0, drawing)
    return drawing


@dataclass
class _Part:
    """Hold a cluster, or the whole: its level, where its rows begin, and how far its items are to the right."""

    level: Level
    tops: list[float]
    shift: float
    width: float
    height: float


class _Layout:
    def __init__(self, graph: Graph, sizes: Sequence[Size], title_widths: Sequence[float]) -> None:
        self._graph = graph
        self._sizes = sizes
        self._titles = title_widths
        self._parts: dict[int | None, _Part] = {}
        self._items: dict[tuple[str, int], Item] = {}
        self._ports: dict[tuple[int | None, str, int], Item] = {}
        self._chains = [self._chain(node.cluster) for node in graph.nodes]
        self._edges: dict[int | None, list[tuple[Item, Item, int]]] = {}

    def build(self, cluster: int | None) -> Item:
        """Lay out a cluster, those inside of it first; gives its box."""
        inner = [index for index, found in enumerate(self._graph.clusters) if found.parent == cluster]
        nodes = [index for index, node in enumerate(self._graph.nodes) if node.cluster == cluster]
        boxes = [self.build(index) for index in inner]
        for index in nodes:
            width, height = self._sizes[index]
            self._items["node", index] = Item(index, width, height)
        items = [*boxes, *(self._items["node", index] for index in nodes)]
        edges = self._edges_of(cluster)
        ports = [(key, item) for key, item in self._ports.items() if key[0] == cluster]
        level = Level(
            items,
            edges,
            [item for key, item in ports if key[1] == "in"],
            [item for key, item in ports if key[1] == "out"],
        )
        level.arrange()
        part = self._measure(level, 0.0 if cluster is None else self._titles[cluster], cluster is not None)
        self._parts[cluster] = part
        order = min((item.order for item in items), default=0)
        box = Item(order, part.width, part.height)
        for key, item in ports:
            side = box.inlets if key[1] == "in" else box.outlets
            side[key[2]] = item.x + part.shift - part.width / 2
        if cluster is not None:
            self._items["cluster", cluster] = box
        return box

    def draw(self, cluster: int | None, x: float, y: float, drawing: Drawing) -> None:
        """Give everything in a cluster its place on the drawing."""
        part = self._parts[cluster]
        heights = [max([item.height for item in row], default=0.0) for row in part.level.rows]
        for index, found in enumerate(self._graph.clusters):
            if found.parent == cluster:
                box = self._rectangle(self._items["cluster", index], part, x, y)
                drawing.clusters[index] = box
                self.draw(index, box.x, box.y, drawing)
        for index, node in enumerate(self._graph.nodes):
            if node.cluster == cluster:
                drawing.nodes[index] = self._rectangle(self._items["node", index], part, x, y)
        arrows = {id(self._items["node", index]) for index in drawing.nodes}
        for link in part.level.links:
            first, second = link.first, link.second
            top, bottom = y + part.tops[first.row], y + part.tops[second.row]
            start, end = x + part.shift + link.start, x + part.shift + link.end
            begin = top + (heights[first.row] if first.is_bend else 0.0 if first.is_port else first.height)
            points = [(start, begin), (start, top + heights[first.row]), (end, bottom)]
            if second.is_bend:
                points.append((end, bottom + heights[second.row]))
            drawing.lines.append(Line(link.source, tuple(points), id(second) in arrows))

    def _rectangle(self, item: Item, part: _Part, x: float, y: float) -> Rectangle:
        left = x + part.shift + item.x - item.width / 2
        return Rectangle(left, y + part.tops[item.row], item.width, item.height)

    def _measure(self, level: Level, title: float, has_border: bool) -> _Part:
        everything = [item for row in level.rows for item in row]
        left = min((item.x - item.width / 2 for item in everything), default=0.0)
        right = max((item.x + item.width / 2 for item in everything), default=0.0)
        width = max(right - left, title) + 2 * _PADDING
        tops, top = [], 0.0 if level.inputs else (TITLE if has_border else 0.0) + _PADDING
        for number, row in enumerate(level.rows):
            tops.append(top)
            top += max((item.height for item in row), default=0.0)
            top += _PADDING if number == 0 and level.inputs else _BETWEEN
        height = tops[-1] if level.outputs else top - _BETWEEN + _PADDING
        return _Part(level, tops, (width - right + left) / 2 - left, width, height)

    def _chain(self, cluster: int | None) -> list[int | None]:
        """List a cluster and those around it, the outermost first; None is the whole."""
        chain: list[int | None] = []
        while cluster is not None:
            chain.append(cluster)
            cluster = self._graph.clusters[cluster].parent
        return [None, *reversed(chain)]

    def _edges_of(self, cluster: int | None) -> list[tuple[Item, Item, int]]:
        """List the links of a level: between its boxes, and between boxes and ports on its border."""
        found: dict[tuple[int, int, int], tuple[Item, Item, int]] = {}
        for source, target in self._graph.edges:
            chains = self._chains[source], self._chains[target]
            if cluster not in chains[0] and cluster not in chains[1]:
                continue
            first = self._end(cluster, source, source, "in")
            second = self._end(cluster, target, source, "out")
            if first is not second:
                found[id(first), id(second), source] = (first, second, source)
        return list(found.values())

    def _end(self, cluster: int | None, node: int, source: int, side: str) -> Item:
        """Find what stands for a node at a level: itself, the box around it, or a port when it is outside."""
        chain = self._chains[node]
        if cluster not in chain:
            port = Item(source, height=TITLE if side == "in" else 0.0, is_port=True)  # down past the title
            return self._ports.setdefault((cluster, side, source), port)
        depth = chain.index(cluster)
        inner = None if depth + 1 == len(chain) else chain[depth + 1]
        return self._items["node", node] if inner is None else self._items["cluster", inner]


def bounds(drawing: Drawing) -> Mapping[str, Rectangle]:
    """Name every box: what must not overlap, and what must lie inside of another."""
    nodes = {f"node {index}": box for index, box in drawing.nodes.items()}
    return nodes | {f"cluster {index}": box for index, box in drawing.clusters.items()}
