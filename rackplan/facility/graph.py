"""The power system as a networkx graph: for scripts, for drawing, and to find circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from rackplan.facility.model import Facility, PowerNode


def power_graph(nodes: Iterable[PowerNode]) -> nx.DiGraph[str]:
    """The power graph of nodes: an edge from each node to what it feeds."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for node in nodes:
        graph.add_node(node.id, kind=node.kind)
        graph.add_edges_from((source, node.id) for source in node.inputs)
    return graph


def site_graph(facility: Facility) -> nx.DiGraph[str]:
    """The power graph of a site down to its racks: nodes, feeds (``row-01/r01:A``), racks.

    Nodes carry ``kind`` (of the power node, or ``feed``, ``rack``), and ``limit_w`` [W] where one
    is set.
    """
    graph = power_graph(facility.nodes.values())
    for node in facility.nodes.values():
        if node.limit_w is not None:
            graph.nodes[node.id]["limit_w"] = node.limit_w
    for rack in facility.racks.values():
        graph.add_node(rack.id, kind="rack")
        for feed in rack.feeds:
            graph.add_node(feed.id, kind="feed", limit_w=feed.limit_w)
            graph.add_edge(feed.source, feed.id)
            graph.add_edge(feed.id, rack.id)
    return graph


def feeding_first(nodes: Mapping[str, PowerNode]) -> list[str]:
    """Ids of nodes, each after those that feed it; empty when they feed each other in a circle."""
    graph = power_graph(nodes.values())
    try:
        return list(nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        return []


def circle(nodes: Mapping[str, PowerNode]) -> list[str]:
    """Ids of nodes that feed each other in a circle."""
    return [edge[0] for edge in nx.find_cycle(power_graph(nodes.values()))]
