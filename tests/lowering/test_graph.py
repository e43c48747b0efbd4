"""The graph of captured programs: lines, layers, loops and branches in the user's words."""

import numpy as np
import pytest
import torch

from isthmus.compiler import capture, describe_graphs
from isthmus.graph import Graph, from_text, to_text


def diffuse(u, rate):  # type: ignore[no-untyped-def]
    total = np.zeros(4)
    for _ in range(50):
        change = u[2:] - 2.0 * u[1:-1] + u[:-2]
        u[1:-1] += rate * limited(change)  # type: ignore[no-untyped-call]
        if np.max(u) > 2.0:
            u *= 0.5
    while np.sum(u) > 1.0:
        u *= 0.9
    total[0] = np.sum(
        u * u,
    )
    return total


def limited(change):  # type: ignore[no-untyped-def]
    size = np.abs(change)
    bound = np.minimum(size, 1.0)
    return np.sign(change) * bound


class Block(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.inner(x)


CLOSURE = Block().double().eval()


def coupled(u):  # type: ignore[no-untyped-def]
    for _ in range(30):
        u += CLOSURE(u)
    return np.mean(u)


@pytest.fixture(scope="module")
def simulation() -> Graph:
    captured = capture(diffuse, (np.zeros(12), 0.1), None)
    return describe_graphs(diffuse, {"main": captured})["main"]


@pytest.fixture(scope="module")
def network() -> Graph:
    program = torch.nn.Sequential(Block(), Block())
    return describe_graphs(program, {"main": capture(program, (torch.zeros(2, 4),), None)})["main"]


def node(graph: Graph, title: str) -> int:
    (found,) = [index for index, node in enumerate(graph.nodes) if node.title.startswith(title)]
    return found


def test_each_line_is_a_node_with_kind_shape_and_place(simulation: Graph) -> None:
    change = simulation.nodes[node(simulation, "change = u[2:]")]
    assert (change.kind, change.shape) == ("stencil", "f64[10]")
    assert change.place == f"test_graph.py:{diffuse.__code__.co_firstlineno + 3}"
    assert simulation.nodes[node(simulation, "u[1:-1] +=")].kind == "arithmetic"
    assert simulation.nodes[node(simulation, "total[0] = np.sum( u * u, )")].kind == "reduction"


def test_loops_branches_and_functions_are_clusters(simulation: Graph) -> None:
    clusters = simulation.clusters
    assert [(found.kind, found.title) for found in clusters] == [
        ("loop", "for _ in range(50): (50 times)"),
        ("function", "limited()"),
        ("branch", "if np.max(u) > 2.0:"),
        ("loop", "while np.sum(u) > 1.0:"),
    ]
    assert [found.parent for found in clusters] == [None, 0, 0, None]
    assert simulation.nodes[node(simulation, "bound =")].cluster == 1
    assert simulation.nodes[node(simulation, "u *= 0.5")].cluster == 2


def test_edges_follow_values_through_slices_writes_loops_and_branches(simulation: Graph) -> None:
    title = [found.title for found in simulation.nodes]
    edges = {(title[first], title[second]) for first, second in simulation.edges}
    assert ("u", "change = u[2:] - 2.0 * u[1:-1] + u[:-2]") in edges
    assert ("rate", "u[1:-1] += rate * limited(change)") in edges
    assert ("if np.max(u) > 2.0:", "u *= 0.5") in edges
    assert ("u *= 0.5", "while np.sum(u) > 1.0:") in edges  # the branch was taken
    assert ("u[1:-1] += rate * limited(change)", "while np.sum(u) > 1.0:") in edges  # or not
    assert ("u *= 0.9", "total[0] = np.sum( u * u, )") in edges


def test_layers_of_libraries_are_nodes_and_modules_clusters(network: Graph) -> None:
    assert [found.title for found in network.clusters] == ["0", "0.inner", "1", "1.inner"]
    first = network.nodes[node(network, "0.inner.0: Linear")]
    assert (first.kind, first.shape, first.cluster) == ("network", "f32[2,8]", 1)
    assert network.nodes[node(network, "1: add")].cluster == 2
    assert (node(network, "0: add"), node(network, "1: add")) in network.edges


def test_a_network_inside_a_simulation_keeps_its_layers() -> None:
    captured = capture(coupled, (np.zeros((2, 4)),), None)
    graph = describe_graphs(coupled, {"main": captured})["main"]
    kinds = {found.title: found.kind for found in graph.nodes}
    assert kinds["inner.0: Linear"] == "network" and kinds["u += CLOSURE(u)"] == "arithmetic"
    around = graph.nodes[node(graph, "inner.0")].cluster
    assert around is not None and graph.clusters[around].title == "inner"
    assert "loop" in [found.kind for found in graph.clusters[:around]]
    assert kinds["return np.mean(u)"] == "reduction"
    assert not [found for found in kinds if "capture(" in found]  # of our own caller there is nothing


def test_a_graph_is_read_as_it_was_written(simulation: Graph, network: Graph) -> None:
    graphs = {"step": simulation, "net": network}
    assert from_text(to_text(graphs)) == graphs
