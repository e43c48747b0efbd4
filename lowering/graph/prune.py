"""Clusters that say nothing: taken away."""

from collections import Counter
from dataclasses import replace

from isthmus.graph import Graph


def without_small_clusters(graph: Graph) -> Graph:
    """Take away functions and parts of networks that hold less than two nodes or clusters."""
    members = Counter(node.cluster for node in graph.nodes)
    kept: dict[int, int] = {}
    parents = [cluster.parent for cluster in graph.clusters]
    for index in range(len(graph.clusters) - 1, -1, -1):
        if members[index] >= 2 or (members[index] and graph.clusters[index].kind in ("loop", "branch")):
            kept[index] = 0
            members[parents[index]] += 1
        else:
            members[parents[index]] += members[index]

    def home(index: int | None) -> int | None:
        while index is not None and index not in kept:
            index = parents[index]
        return index

    for number, index in enumerate(sorted(kept)):
        kept[index] = number
    clusters = []
    for index in sorted(kept):
        outer = home(parents[index])
        clusters.append(replace(graph.clusters[index], parent=None if outer is None else kept[outer]))
    nodes = []
    for node in graph.nodes:
        inner = home(node.cluster)
        nodes.append(replace(node, cluster=None if inner is None else kept[inner]))
    return Graph(tuple(nodes), tuple(clusters), graph.edges)
