"""The power system as a networkx graph."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

import rackplan

SITE = Path(__file__).resolve().parents[2] / "sites" / "h20-inference-hall.yaml"


@pytest.fixture(scope="module")
def site():
    return rackplan.load(SITE)


def test_every_rack_hangs_below_a_utility_on_each_of_its_feeds(site):
    graph = site.power_graph()
    assert nx.is_directed_acyclic_graph(graph)
    for rack in site.racks.values():
        assert {feed.id for feed in rack.feeds} == set(graph.predecessors(rack.id))
        for feed in rack.feeds:
            assert "utility" in {graph.nodes[node]["kind"] for node in nx.ancestors(graph, feed.id)}


def test_limits_stand_at_their_nodes(site):
    graph = site.power_graph()
    assert site.nodes["ups-a"].limit_w == graph.nodes["ups-a"]["limit_w"]
    feed = site.racks["row-01/r02"].feeds[0]
    assert ("feed", feed.limit_w) == (graph.nodes[feed.id]["kind"], graph.nodes[feed.id]["limit_w"])


def test_the_order_in_the_file_does_not_matter(tmp_path):
    text = SITE.read_text(encoding="utf-8")
    line = next(x for x in text.splitlines() if "kind: utility" in x)
    last = next(x for x in text.splitlines() if 'id: "rpp-' in x)
    moved = text.replace(line + "\n", "").replace(last, f"{last}\n{line}")
    path = tmp_path / "moved.yaml"
    path.write_text(moved, encoding="utf-8")
    nodes = rackplan.load(path).nodes
    order = list(nodes)
    assert all(order.index(i) < order.index(n.id) for n in nodes.values() for i in n.inputs)
