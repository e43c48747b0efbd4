"""The drawing of graphs as SVG: one file, no fonts, scripts or styles from elsewhere."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape

from isthmus.graph import Graph, GraphCluster, GraphNode

from .graph_layout import TITLE, Drawing, Line, Rectangle, Size, lay_out

_FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"
_CHARACTER = 0.605
"""The width of a character of these fonts, relative to the size."""

_BIG, _SMALL = 11.0, 9.0
_MOST_CHARACTERS = 56
_MARGIN = 24.0
_MOST_READS = 5
"""An input that more lines read has no links: these would cross the whole drawing."""

_NODE_COLOURS: dict[str, tuple[str, str, str]] = {
    "input": ("input", "#eef2f8", "#5b7fb5"),
    "output": ("output", "#dfe8f5", "#2f5597"),
    "arithmetic": ("arithmetic at each point", "#f5f5f3", "#8f8f88"),
    "stencil": ("stencil: reads neighbours", "#d3edcf", "#3f8f3a"),
    "reduction": ("reduction", "#fde6c4", "#c98a1b"),
    "product": ("matrix product", "#e5daf3", "#7a55ab"),
    "transform": ("transform, sort", "#d0eef0", "#2c8c93"),
    "operator": ("registered operator", "#f9dcea", "#b9487f"),
    "network": ("layer of a network", "#ffefad", "#b78a00"),
    "communication": ("communication", "#f8bdb5", "#c0392b"),
}
_CLUSTER_COLOURS: dict[str, tuple[str, str, str, str]] = {
    "loop": ("loop", "#eef5fd", "#3d7cc9", "6 4"),
    "branch": ("branch", "#fbf3ea", "#b5834a", "2 3"),
    "function": ("function", "#f7f7f9", "#9a9aa8", ""),
    "network": ("network", "#fffbe8", "#d1a730", ""),
}


def to_svg(name: str, graphs: Mapping[str, Graph]) -> str:
    """Draw the graph of each entry point, one below the other, under a legend."""
    parts = [(f"{name} · {entry}" if len(graphs) > 1 else name, graph) for entry, graph in graphs.items()]
    legend, height = _legend(graphs.values())
    laid = []
    for title, graph in parts:
        shown, hidden = _readable(graph)
        laid.append((title, shown, _lay_out(shown, hidden), hidden, _reads(graph)))
    width = max([760.0, *(found[2].size[0] for found in laid)])
    body = list(legend)
    for title, graph, drawing, hidden, reads in laid:
        body.append(_text(_MARGIN, height + 16, title, 14, weight="bold"))
        left = _MARGIN + (width - drawing.size[0]) / 2
        body.append(f'<g transform="translate({left:.1f} {height + 28:.1f})">')
        body += _graph(graph, drawing, hidden, reads)
        body.append("</g>")
        height += drawing.size[1] + 28 + _MARGIN
    size = f"{width + 2 * _MARGIN:.0f} {height + _MARGIN:.0f}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{size.split()[0]}" '
        f'height="{size.split()[1]}" font-family="{_FONT}" role="img">'
    )
    ground = '<rect width="100%" height="100%" fill="white"/>'
    return "\n".join(
        [_DECLARATION, head, f"<title>{_clean(name)}</title>", _ARROW, ground, *body, "</svg>", ""]
    )


_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0.8 L8 4 L0 7.2 z" fill="#667"/></marker></defs>'
)


def _readable(graph: Graph) -> tuple[Graph, dict[int, int]]:
    """Leave out the links of numbers and arrays that many lines read; tells how many of each."""
    uses = Counter(source for source, _ in graph.edges)
    hidden = {
        index: uses[index]
        for index, node in enumerate(graph.nodes)
        if node.kind == "input" and uses[index] > (_MOST_READS if "[" in node.shape else 2)
    }
    edges = tuple(edge for edge in graph.edges if edge[0] not in hidden)
    return replace(graph, edges=edges), hidden


def _lay_out(graph: Graph, hidden: Mapping[int, int]) -> Drawing:
    sizes = [_node_size(node, hidden.get(index, 0)) for index, node in enumerate(graph.nodes)]
    return lay_out(graph, sizes, [_text_width(_cluster_title(found), _SMALL + 1) for found in graph.clusters])


def _node_size(node: GraphNode, uses: int) -> Size:
    width = max(_text_width(_short(node.title), _BIG), _text_width(_below(node, uses), _SMALL))
    return max(width, 40.0) + 20, 38.0


def _below(node: GraphNode, uses: int) -> str:
    said = f"read {uses} times" if uses else ""
    return " · ".join(part for part in (node.place, node.shape, said) if part)


def _graph(
    graph: Graph, drawing: Drawing, hidden: Mapping[int, int], reads: Mapping[int, Sequence[str]]
) -> Iterator[str]:
    for index in sorted(drawing.clusters):
        yield _cluster_box(graph.clusters[index], drawing.clusters[index])
    yield '<g fill="none" stroke="#667" stroke-width="1.1">'
    for line in drawing.lines:
        yield _path(line)
    yield "</g>"
    for index in sorted(drawing.clusters):
        box, cluster = drawing.clusters[index], graph.clusters[index]
        halo = _CLUSTER_COLOURS[cluster.kind][1]
        yield _text(box.x + 10, box.y + TITLE - 8, _cluster_title(cluster), _SMALL + 1, halo=halo)
    for index, box in sorted(drawing.nodes.items()):
        yield from _node_box(graph.nodes[index], box, hidden.get(index, 0), reads.get(index, ()))


def _cluster_title(cluster: GraphCluster) -> str:
    return " · ".join(part for part in (_short(cluster.title), cluster.place) if part)


def _cluster_box(cluster: GraphCluster, box: Rectangle) -> str:
    _, fill, stroke, dashes = _CLUSTER_COLOURS[cluster.kind]
    style = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<rect class="cluster {cluster.kind}" {_place(box)} rx="8" fill="{fill}" stroke="{stroke}"{style}>'
        f"<title>{_clean(cluster.title)}</title></rect>"
    )


def _reads(graph: Graph) -> dict[int, list[str]]:
    """Name the inputs that each node reads."""
    reads: dict[int, list[str]] = {}
    for source, target in graph.edges:
        if graph.nodes[source].kind == "input":
            reads.setdefault(target, []).append(graph.nodes[source].title)
    return reads


def _node_box(node: GraphNode, box: Rectangle, uses: int, reads: Sequence[str]) -> Iterator[str]:
    _, fill, stroke = _NODE_COLOURS[node.kind]
    radius = box.height / 2 if node.kind in ("input", "output") else 4
    said = f"reads {', '.join(reads)}" if reads else ""
    told = [node.title, ", ".join(node.operators), said, node.shape, node.place]
    yield f'<g class="node {node.kind}"><title>{_clean(chr(10).join(filter(None, told)))}</title>'
    yield f'<rect {_place(box)} rx="{radius:g}" fill="{fill}" stroke="{stroke}" stroke-width="1.2"/>'
    middle = box.x + box.width / 2
    yield _text(middle, box.y + 16, _short(node.title), _BIG, anchor="middle")
    yield _text(middle, box.y + 29, _below(node, uses), _SMALL, anchor="middle", colour="#555")
    yield "</g>"


def _path(line: Line) -> str:
    (x, top), (_, bottom), (end, below), *rest = line.points
    middle = (bottom + below) / 2
    steps = [f"M{x:.1f} {top:.1f}", f"V{bottom:.1f}"] if bottom > top else [f"M{x:.1f} {bottom:.1f}"]
    steps.append(f"C{x:.1f} {middle:.1f} {end:.1f} {middle:.1f} {end:.1f} {below:.1f}")
    steps += [f"V{y:.1f}" for _, y in rest]
    arrow = ' marker-end="url(#arrow)"' if line.has_arrow else ""
    return f'<path d="{"".join(steps)}"{arrow}/>'


def _legend(graphs: Iterable[Graph]) -> tuple[list[str], float]:
    """Explain the colours that occur; gives the height."""
    nodes = {node.kind for graph in graphs for node in graph.nodes}
    clusters = {cluster.kind for graph in graphs for cluster in graph.clusters}
    rows = [(name, fill, line, "") for kind, (name, fill, line) in _NODE_COLOURS.items() if kind in nodes]
    rows += [row for kind, row in _CLUSTER_COLOURS.items() if kind in clusters]
    made, x, y = [], _MARGIN, _MARGIN
    for name, fill, stroke, dashes in rows:
        width = _text_width(name, _SMALL + 1) + 44
        if x + width > 760.0:
            x, y = _MARGIN, y + 22
        style = f' stroke-dasharray="{dashes}"' if dashes else ""
        made.append(
            f'<rect class="legend" x="{x:g}" y="{y:g}" width="20" height="13" rx="3" fill="{fill}" '
            f'stroke="{stroke}"{style}/>'
        )
        made.append(_text(x + 26, y + 10.5, name, _SMALL + 1))
        x += width
    return made, y + 36


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    anchor: str = "start",
    colour: str = "#222",
    weight: str = "normal",
    halo: str = "",
) -> str:
    around = f' stroke="{halo}" stroke-width="4" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}" '
        f'font-weight="{weight}"{around} xml:space="preserve">{_clean(text)}</text>'
    )


def _place(box: Rectangle) -> str:
    return f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


def _text_width(text: str, size: float) -> float:
    return len(text) * size * _CHARACTER


def _clean(text: str) -> str:
    """Escape a text; what XML cannot hold becomes a question mark."""
    return escape("".join(c if c.isprintable() or c == "\n" else "?" for c in text))
