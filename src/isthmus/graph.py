"""The graph of a captured program, as an artifact keeps it and `isthmus inspect --graph` draws it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from isthmus.errors import ArtifactError
from isthmus.signature import Json

FORMAT = 1
NODE_KINDS = (
    "input",
    "output",
    "arithmetic",
    "stencil",
    "reduction",
    "product",
    "transform",
    "operator",
    "network",
    "communication",
)
CLUSTER_KINDS = ("function", "network", "loop", "branch")


@dataclass(frozen=True)
class GraphNode:
    """Hold what one line of the user's program, or one layer of a network, computes.

    `title` is the line or the layer, `shape` the type of its result (`f64[64,48]`), `place` the user's file and
    line, `operators` what is computed there. `cluster` is an index, None at the top.
    """

    title: str
    kind: str
    shape: str = ""
    place: str = ""
    operators: tuple[str, ...] = ()
    cluster: int | None = None


@dataclass(frozen=True)
class GraphCluster:
    """Hold a loop, a branch, a function or a part of a network; `parent` stands before it in the list."""

    title: str
    kind: str
    place: str = ""
    parent: int | None = None


@dataclass(frozen=True)
class Graph:
    """Hold nodes in the order in which they run, the clusters around them, and edges between nodes.

    Each edge leads from a node to one that uses its result, and stands after it in the list.
    """

    nodes: tuple[GraphNode, ...]
    clusters: tuple[GraphCluster, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()


def to_text(graphs: Mapping[str, Graph]) -> str:
    """Write the graphs of all entry points, by name, as JSON."""
    entries = {name: asdict(graph) for name, graph in graphs.items()}
    return json.dumps({"format": FORMAT, "entries": entries}, separators=(",", ":"))


def from_text(text: str | bytes) -> dict[str, Graph]:
    """Read what `to_text` wrote; anything else is an `ArtifactError`."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ArtifactError(f"the graph has format {data['format']!r}: expected {FORMAT}")
        return {str(name): _graph(entry) for name, entry in data["entries"].items()}
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        raise ArtifactError(f"malformed graph: {error}") from error


def _graph(data: Json) -> Graph:
    clusters = tuple(_cluster(row, index) for index, row in enumerate(data["clusters"]))
    nodes = tuple(_node(row, len(clusters)) for row in data["nodes"])
    edges = tuple((_index(first, len(nodes)), _index(second, len(nodes))) for first, second in data["edges"])
    if any(first >= second for first, second in edges):
        raise ValueError("an edge leads backwards")
    return Graph(nodes, clusters, edges)


def _cluster(data: Json, index: int) -> GraphCluster:
    title, kind, place = _texts(data, ("title", "kind", "place"))
    parent = None if data["parent"] is None else _index(data["parent"], index)
    return GraphCluster(title, _one_of(kind, CLUSTER_KINDS), place, parent)


def _node(data: Json, clusters: int) -> GraphNode:
    title, kind, shape, place = _texts(data, ("title", "kind", "shape", "place"))
    operators = tuple(str(name) for name in data["operators"])
    cluster = None if data["cluster"] is None else _index(data["cluster"], clusters)
    return GraphNode(title, _one_of(kind, NODE_KINDS), shape, place, operators, cluster)


def _texts(data: Json, names: tuple[str, ...]) -> list[str]:
    found = [data[name] for name in names]
    if not all(isinstance(text, str) for text in found):
        raise TypeError(f"expected texts for {', '.join(names)}")
    return found


def _one_of(kind: str, kinds: tuple[str, ...]) -> str:
    if kind not in kinds:
        raise ValueError(f"unknown kind '{kind}'")
    return kind


def _index(value: Any, count: int) -> int:
    if type(value) is not int or not 0 <= value < count:
        raise ValueError(f"no index below {count}: {value!r}")
    return value
