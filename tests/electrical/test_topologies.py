"""Redundant topologies, solved: the maximum steady use of a source is the textbook one.

With n sources of which one may fail, at most (n - 1) / n of each may be used (APC
WP75, Liebert "Distributed redundancy"): 2N 50 %, 3N/2 66.7 %, 4N/3 75 %, 5N/4 80 %.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from electrical_sites import box, demand, fits, hall, node, policy, row
from small_sites import Document

from rackplan.solver import Result


def loads_of(result: Result, names: list[str]) -> list[int]:
    """What nodes carry in normal operation [W]."""
    assert result.plan is not None
    goal = result.plan.objective[0]
    assert goal.value == goal.bound  # proven
    found = {limit.id: limit.load for limit in result.plan.limits}
    return [found[f"power/{name}"] for name in names]


def systems_hall(systems: int, kilowatts: int, racks_each: int) -> Document:
    """A hall with racks on every pair of UPSs, for as many boxes of 1 kW as fit."""
    document = hall(1)
    nodes: list[Document] = [{"id": "grid", "kind": "utility"}]
    letters = "abcde"[:systems]
    for letter in letters:
        rated = f"{kilowatts} kW"
        nodes.append({"id": f"ups-{letter}", "kind": "ups", "from": ["grid"], "rated_power": rated})
    document["power"]["nodes"] = nodes
    racks = []
    for one, other in combinations(letters, 2):
        both = {
            side: {"from": f"ups-{letter}", "circuit": "wide-1"}
            for side, letter in (("A", one), ("B", other))
        }
        racks += [{"id": f"{one}{other}{k}", "feeds": both} for k in range(racks_each)]
    row(document)["racks"] = racks
    return document


@pytest.mark.parametrize(
    ("systems", "kilowatts", "share"),
    [(2, 24, "1/2"), (3, 24, "2/3"), (4, 24, "3/4"), (5, 20, "4/5")],
    ids=["2N", "3N/2", "4N/3", "5N/4"],
)
def test_distributed_redundancy(systems, kilowatts, share):
    # n UPSs of W kW and w boxes of 1 kW on every pair. Normally (n - 1) w / 2 kW on each; without
    # another, the pair's other half comes on top: (n - 1) w / 2 + w / 2 = n w / 2 <= W.
    #   2N   w <= 24: 12 kW of 24       3N/2  w <= 16: 16 kW of 24
    #   4N/3 w <= 12: 18 kW of 24       5N/4  w <= 8: 16 kW of 20
    document = systems_hall(systems, kilowatts, 1)
    names = [f"ups-{letter}" for letter in "abcde"[:systems]]
    loads = loads_of(fits(document), names)
    whole = Fraction(share) * systems * kilowatts * 1000
    assert whole - 1000 <= sum(loads) <= whole  # within one box of 1,000 W
    assert max(loads) <= Fraction(share) * kilowatts * 1000 + 1000


def test_n_has_nothing_in_reserve():
    # One path and no loss to survive: 24 boxes of 1 kW on a UPS of 24 kW.
    document = hall(1)
    row(document)["feeds"] = {"A": {"from": "panel-a", "circuit": "wide-1"}}
    node(document, "ups-a", rated_power="24 kW")
    node(document, "ups-b", spare=True)
    node(document, "panel-b", spare=True)
    policy(document, not_survived=["grid", "ups-a", "panel-a", "ups-b", "panel-b"])
    assert [24_000] == loads_of(fits(document), ["ups-a"])


def parallel_hall(modules: int) -> Document:
    """UPSs of 12 kW each on one parallel bus, which itself is not lost."""
    document = hall(1)
    names = [f"ups-{k}" for k in range(modules)]
    nodes: list[Document] = [{"id": "grid", "kind": "utility"}]
    nodes += [
        {"id": name, "kind": "ups", "from": ["grid"], "rated_power": "12 kW"} for name in names
    ]
    nodes.append({"id": "bus", "kind": "switchboard", "from": names, "sharing": "parallel"})
    document["power"]["nodes"] = nodes
    row(document)["feeds"] = {"A": {"from": "bus", "circuit": "wide-1"}}
    return policy(document, not_survived=["bus"])


@pytest.mark.parametrize("modules", [2, 3, 4])
def test_parallel_redundancy(modules):
    # N+1 on one bus: 12 (n - 1) kW in all, (n - 1) / n of each. Boxes of 1,200 W, whose shares are
    # whole watts.
    names = [f"ups-{k}" for k in range(modules)]
    result = fits(box(parallel_hall(modules), max_draw="1200 W"))
    assert 10 * (modules - 1) == len(result.plan.servers)
    assert [12_000 * (modules - 1) // modules] * modules == loads_of(result, names)


@pytest.mark.parametrize("modules", [2, 3, 4])
def test_modules_inside_one_ups(modules):
    # A UPS of 24 kW whose n modules carry it together: (n - 1) / n without one of them.
    document = hall(1)
    document["power"]["nodes"] = [
        {"id": "grid", "kind": "utility"},
        {"id": "ups", "kind": "ups", "from": ["grid"], "rated_power": "24 kW", "modules": modules},
    ]
    row(document)["feeds"] = {"A": {"from": "ups", "circuit": "wide-1"}}
    # Boxes may stop when the UPS or their circuit is lost, so that only its modules bind: until
    # boxes stop, all of them hang on n - 1 modules.
    result = fits(demand(document, survive="shed"))
    assert [24_000 * (modules - 1) // modules] == loads_of(result, ["ups"])


def test_block_redundancy_has_an_idle_catcher():
    # Three primaries of 12 kW at 100 %, a catcher of 12 kW with nothing: an STS for each side of
    # the load takes the primary, else the catcher.
    document = hall(1)
    nodes: list[Document] = [{"id": "grid", "kind": "utility"}]
    names = ["ups-1", "ups-2", "ups-3"]
    nodes += [
        {"id": name, "kind": "ups", "from": ["grid"], "rated_power": "12 kW"}
        for name in [*names, "catcher"]
    ]
    racks = []
    for number, name in enumerate(names, start=1):
        nodes.append({"id": f"sts-{number}", "kind": "sts", "from": [name, "catcher"]})
        feed = {"from": f"sts-{number}", "circuit": "wide-1"}
        racks.append({"id": f"r{number}", "feeds": {"A": feed}})
    document["power"]["nodes"] = nodes
    row(document)["racks"] = racks
    policy(document, not_survived=[f"sts-{k}" for k in (1, 2, 3)])
    result = fits(document)
    assert 36 == len(result.plan.servers)
    assert [12_000, 12_000, 12_000, 0] == loads_of(result, [*names, "catcher"])
