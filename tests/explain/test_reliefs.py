"""The smallest change that makes a site fit: done, it fits; one unit less, it does not."""

from __future__ import annotations

from small_sites import CHAT, Document, facility_of, node_of, small_site

import rackplan
from rackplan.plan import Relief


def two_sides(b_w: int, asked: int = 4) -> Document:
    """The hand hall with a strong ups-a and a ups-b of so many watts."""
    nodes: list[Document] = [{"id": "grid", "kind": "utility"}]
    for side, watts in (("a", 100_000), ("b", b_w)):
        rated = f"{watts} W"
        ups = {"id": f"ups-{side}", "kind": "ups", "from": ["grid"], "rated_power": rated}
        nodes += [ups, {"id": f"panel-{side}", "kind": "rpp", "from": [f"ups-{side}"]}]
    return small_site(2, demand=[{"server": "box8", "min": asked}], power={"nodes": nodes})


def status_of(document: Document) -> str:
    return rackplan.solve(facility_of(document), workers=1).status


def reliefs_of(document: Document) -> dict[str, Relief]:
    conflict = rackplan.solve(facility_of(document), workers=1).conflict
    assert conflict is not None
    assert all(relief.proven for relief in conflict.reliefs)
    return {relief.device: relief for relief in conflict.reliefs}


def test_a_stronger_ups():
    # Four servers are 24 kW on ups-b when ups-a is lost; it has 20 kW.
    found = reliefs_of(two_sides(20_000))["ups-b"]
    assert ("power", "W", 4000) == (found.family, found.quantity, found.amount)
    assert "ups-b: 4 kW more" == found.text
    assert "OPTIMAL" == status_of(two_sides(20_000 + 4000))
    assert "INFEASIBLE" == status_of(two_sides(20_000 + 3999))


def test_fewer_servers():
    # 20 kW carry three servers.
    found = reliefs_of(two_sides(20_000, asked=5))["box8"]
    assert ("demand", "servers", 2) == (found.family, found.quantity, found.amount)
    assert "OPTIMAL" == status_of(two_sides(20_000, asked=5 - 2))
    assert "INFEASIBLE" == status_of(two_sides(20_000, asked=5 - 1))


def test_less_throughput():
    document = small_site(1, workloads=[{**CHAT, "demand": "10000000 tok/s"}])
    found = reliefs_of(document)["chat"]
    best = rackplan.solve(facility_of(small_site(1, workloads=[CHAT])), workers=1).plan
    assert best is not None
    total = sum(int(server.rate * 1000) for server in best.servers)
    assert 10_000_000_000 - total == found.amount


def test_what_does_not_help_alone_is_left_out():
    # Both UPS are too small: more for one of them is of no use while the other may be left alone.
    document = small_site(2, ups="20 kW", demand=[{"server": "box8", "min": 4}])
    assert {"box8"} == set(reliefs_of(document))
    node_of(document, "ups-[a-b]")["rated_power"] = "24 kW"
    assert "OPTIMAL" == status_of(document)
