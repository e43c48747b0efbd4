"""The drawing of graphs: nothing overlaps, everything is inside of what holds it, the file is XML."""

import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from isthmus.errors import ArtifactError
from isthmus.graph import CLUSTER_KINDS, NODE_KINDS, Graph, GraphCluster, GraphNode, from_text
from isthmus.tools.graph_layout import Drawing, Rectangle, lay_out
from isthmus.tools.graph_svg import to_svg
from isthmus.tools.inspect import main

SVG = "{http://www.w3.org/2000/svg}"


def random_graph(seed: int, count: int) -> Graph:
    """Make a graph in program order: clusters are runs of nodes, nested up to three deep."""
    source = random.Random(seed)
    clusters: list[GraphCluster] = []
    nodes: list[GraphNode] = []
    open_: list[int] = []
    for index in range(count):
        while open_ and source.random() < 0.25:
            open_.pop()
        while len(open_) < 3 and source.random() < 0.25:
            clusters.append(
                GraphCluster(
                    f"cluster {index}", source.choice(CLUSTER_KINDS), "", open_[-1] if open_ else None
                )
            )
            open_.append(len(clusters) - 1)
        title = "x" * source.randint(1, 60)
        cluster = open_[-1] if open_ else None
        nodes.append(GraphNode(title, source.choice(NODE_KINDS), "f64[8]", "a.py:1", (), cluster))
    pairs = {tuple(sorted(source.sample(range(count), 2))) for _ in range(count)}
    near = {(index - 1, index) for index in range(1, count) if source.random() < 0.7}
    return Graph(tuple(nodes), tuple(clusters), tuple(sorted(pairs | near)))  # type: ignore[arg-type]


def drawing_of(graph: Graph) -> Drawing:
    sizes = [(20.0 + 6 * len(node.title), 38.0) for node in graph.nodes]
    return lay_out(graph, sizes, [80.0] * len(graph.clusters))


def overlap(first: Rectangle, second: Rectangle) -> bool:
    return (
        first.x < second.x + second.width
        and second.x < first.x + first.width
        and first.y < second.y + second.height
        and second.y < first.y + first.height
    )


def holds(outer: Rectangle, inner: Rectangle) -> bool:
    return (
        outer.x <= inner.x
        and inner.x + inner.width <= outer.x + outer.width
        and outer.y <= inner.y
        and inner.y + inner.height <= outer.y + outer.height
    )


def siblings(graph: Graph, drawing: Drawing) -> Iterator[tuple[Rectangle, Rectangle]]:
    """List pairs of boxes that lie directly in the same cluster."""
    inside: dict[int | None, list[Rectangle]] = {}
    for index, node in enumerate(graph.nodes):
        inside.setdefault(node.cluster, []).append(drawing.nodes[index])
    for index, cluster in enumerate(graph.clusters):
        inside.setdefault(cluster.parent, []).append(drawing.clusters[index])
    for boxes in inside.values():
        yield from combinations(boxes, 2)


@pytest.mark.parametrize("seed", range(30))
def test_boxes_never_overlap_and_lie_in_their_clusters(seed: int) -> None:
    graph = random_graph(seed, 120)
    drawing = drawing_of(graph)
    assert not any(overlap(first, second) for first, second in siblings(graph, drawing))
    whole = Rectangle(0, 0, *drawing.size)
    for index, node in enumerate(graph.nodes):
        outer = whole if node.cluster is None else drawing.clusters[node.cluster]
        assert holds(outer, drawing.nodes[index])
    for index, cluster in enumerate(graph.clusters):
        outer = whole if cluster.parent is None else drawing.clusters[cluster.parent]
        assert holds(outer, drawing.clusters[index])


@pytest.mark.parametrize("seed", range(30))
def test_lines_lead_down_from_node_to_node_and_around_the_others(seed: int) -> None:
    graph = random_graph(seed, 60)
    drawing = drawing_of(graph)
    ends = set()
    for line in drawing.lines:
        heights = [y for _, y in line.points]
        assert heights == sorted(heights)
        if line.has_arrow:
            x, y = line.points[-1]
            ends |= {
                (line.source, index)
                for index, box in drawing.nodes.items()
                if abs(box.y - y) < 0.01 and box.x <= x <= box.x + box.width
            }
        for first, second in zip(line.points, line.points[1:], strict=False):
            if first[0] == second[0]:  # straight through a row: no node is in the way
                through = Rectangle(first[0], first[1] + 0.1, 0.01, max(second[1] - first[1] - 0.2, 0.01))
                assert not any(overlap(through, box) for box in drawing.nodes.values())
    assert ends == set(graph.edges)


def test_the_file_is_xml_with_a_legend_of_what_occurs() -> None:
    nodes = (
        GraphNode("u", "input", "f64[8]"),
        GraphNode("v = a < b & c  # <é>\x00", "stencil", "f64[6]", "step.py:3", ("subtract",), 0),
    )
    graph = Graph(nodes, (GraphCluster("for i in range(3): (3 times)", "loop", "step.py:2"),), ((0, 1),))
    root = ElementTree.fromstring(to_svg("step", {"main": graph}))
    texts = ["".join(found.itertext()) for found in root.iter(f"{SVG}text")]
    assert "v = a < b & c  # <é>?" in texts and "step.py:3 · f64[6]" in texts
    assert {"input", "stencil: reads neighbours", "loop"} <= set(texts)
    assert "communication" not in texts and "layer of a network" not in texts
    assert len([found for found in root.iter(f"{SVG}path") if found.get("marker-end")]) == 1


def test_numbers_that_many_lines_read_have_no_lines() -> None:
    nodes = (GraphNode("dt", "input", "f64"), *(GraphNode(f"a{i}", "arithmetic", "f64[8]") for i in range(4)))
    graph = Graph(nodes, (), tuple((0, index) for index in range(1, 5)))
    drawn = to_svg("step", {"main": graph})
    assert "marker-end" not in drawn and "read 4 times" in drawn


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "malformed graph"),
        ('{"format": 9, "entries": {}}', "the graph has format 9: expected 1"),
        (
            '{"format": 1, "entries": {"main": {"nodes": [], "clusters": [], "edges": [[0, 1]]}}}',
            "no index below 0",
        ),
    ],
)
def test_a_malformed_graph_is_told(text: str, message: str) -> None:
    with pytest.raises(ArtifactError, match=message):
        from_text(text)


def test_an_artifact_is_drawn_by_its_lines(artifact: Path, tmp_path: Path) -> None:
    drawing = tmp_path / "net.svg"
    assert main([str(artifact), "--graph", str(drawing)]) == 0
    texts = ["".join(found.itertext()) for found in ElementTree.parse(drawing).iter(f"{SVG}text")]
    assert "layer: Linear" in texts and "layer of a network" in texts


def test_a_function_is_drawn_without_being_compiled(script: Path, tmp_path: Path) -> None:
    drawing = tmp_path / "smooth.svg"
    given = ["--input", "f64[32]", "--input", "f64[]", "--graph", str(drawing)]
    assert main([f"{script}:smooth", *given]) == 0
    root = ElementTree.parse(drawing)
    texts = ["".join(found.itertext()) for found in root.iter(f"{SVG}text")]
    assert any(text.startswith("for _ in range(20): (20 times)") for text in texts)
    assert "stencil: reads neighbours" in texts


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing", "--graph", "x.svg"], 1, "no artifact at 'missing'"),
        (["missing", "--graph", "x.svg", "--json"], 2, "give it without --json"),
    ],
)
def test_wrong_arguments_are_told(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        done: object = main(arguments)
    except SystemExit as error:
        done = error.code
    assert done == code
    assert message in capsys.readouterr().err
