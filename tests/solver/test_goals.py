"""Each kind of goal has one optimum that can be worked out by hand.

The hand hall is in ``tests/builders/small_sites.py``: racks of 20 U, circuits of 20 kW. A ``box8``
takes 6 U and 6 kW, so a rack holds 3 of them (18 U, 18 kW when one feed is lost). A ``box4`` takes
2 U and 2 kW.
"""

from __future__ import annotations

from typing import Any

import pytest
from small_sites import CHAT, facility_of, node_of, rack_of, small_site

import rackplan
from rackplan.plan import Plan
from rackplan.workload import predict

BOTH = [{"server": "box8"}, {"server": "box4"}]


def best(document: dict[str, Any]) -> Plan:
    result = rackplan.solve(facility_of(document), workers=1)
    assert "OPTIMAL" == result.status
    assert result.plan is not None
    assert result.verdict is not None
    assert result.verdict.ok, str(result.verdict)
    return result.plan


def values(plan: Plan) -> dict[str, int]:
    assert all(goal.value == goal.bound for goal in plan.objective)
    assert all(0 == goal.gap for goal in plan.objective)
    return {goal.name: goal.value for goal in plan.objective}


def models(plan: Plan) -> list[str]:
    return sorted(server.model for server in plan.servers)


def test_most_servers():
    # One rack: 20 U / 2 U = 10 box4, and 10 x 2 kW = 20 kW is just what a feed carries.
    plan = best(small_site(1, demand=BOTH, objective=["servers"]))
    assert {"servers": 10} == values(plan)
    assert ["box4"] * 10 == models(plan)


def test_most_gpus():
    # A box4 gives 4 GPUs for 2 U and 2 kW: ten of them give 40. A box8 gives 8 for 6 U: 3 give 24,
    # and the one box4 beside them 4 more.
    assert {"gpus": 40} == values(best(small_site(1, demand=BOTH, objective=["gpus"])))
    only = small_site(1, demand=[{"server": "box8"}], objective=["gpus"])
    assert {"gpus": 24} == values(best(only))


def test_fewest_racks():
    # 7 box8 at 3 a rack need three racks; the fourth stays empty.
    document = small_site(4, demand=[{"server": "box8", "min": 7}], objective=["racks"])
    plan = best(document)
    assert {"racks": 3} == values(plan)
    assert 3 == plan.totals["racks_used"]


def test_racks_that_hold_servers_anyway_cost_nothing_more():
    # A box4 stands in r1 already. Three box8 beside it are 20 U and 20 kW: one rack is enough.
    document = small_site(3, demand=[{"server": "box8", "min": 3}], objective=["racks"])
    rack_of(document, 1)["existing"] = [{"server": "box4", "u": [1]}]
    plan = best(document)
    assert {"racks": 1} == values(plan)
    assert {"row/r2"} == {server.rack for server in plan.servers}


def test_least_power():
    # 24 GPUs asked in kind: 2 box8 and 2 box4 are 2 x 6 + 2 x 2 = 16 kW; gear adds 500 W.
    lines = [{"server": "box8", "min": 2}, {"server": "box4", "min": 2}]
    document = small_site(2, demand=lines, objective=["power"])
    gear = {"name": "leaf", "u": 20, "rack_units": 1, "power": "500 W", "weight": "5 kg"}
    rack_of(document, 0)["gear"] = [gear]
    plan = best(document)
    assert {"power": 16_500} == values(plan)
    assert 16_500 == plan.totals["it_load_w"]


def test_most_headroom():
    # Asked for one server. A box8 takes 6 kW of ups-b's 40 kW when ups-a is lost: 850 permille are
    # free there, and 1 - 6/100 = 940 of the air. A second server would only take more.
    document = small_site(2, ups="40 kW", objective=["headroom"])
    document["demand"] = [{"server": "box8", "min": 1}]
    assert {"headroom": 850} == values(best(document))


def test_headroom_counts_limits_that_others_imply():
    # Air units of 20 and 10 kW; only the loss of the small one must be survived. 8 kW of box4 that
    # may be shed stand there, and one box8 of 6 kW is asked for.
    #   normal:      30 kW - 8 - 6 = 16 kW free of 30: 533 permille
    #   small lost:  20 kW - 6     = 14 kW free of 20: 700 permille
    # The first rule leaves room for 22 kW, the second for 20 kW, so the second implies the first.
    document = small_site(2, objective=["headroom"], demand=[{"server": "box8", "min": 1}])
    units = document["catalog"]["air_units"]
    for name, capacity in (("u20", "20 kW"), ("u10", "10 kW")):
        units[name] = {**units["acu"], "capacity": capacity, "airflow": "100000 L/s"}
    zone = document["cooling"]["zones"][0]
    zone["units"] = [{"id": "big", "model": "u20"}, {"id": "small", "model": "u10"}]
    document["policy"]["not_survived"] = ["big"]
    rack_of(document, 0)["existing"] = [{"server": "box4", "u": [1, 3, 5, 7], "survive": "shed"}]
    assert {"headroom": 533} == values(best(document))


def rate_milli(document: dict[str, Any], server: str) -> int:
    """Throughput of one server in thousandths, as the prediction gives it."""
    site = facility_of(document)
    workload = next(iter(site.workloads.values()))
    footprint = site.footprint(server, workload.survive)
    return int(predict(footprint.server, footprint.accelerator, workload).rate * 1000)


def test_most_throughput():
    # 60 kW of ups-b when ups-a is lost would carry ten box8; the two racks hold six.
    document = small_site(2, workloads=[CHAT], objective=["throughput/chat"])
    assert {"throughput/chat": 6 * rate_milli(document, "box8")} == values(best(document))


def test_throughput_of_all_workloads_together():
    document = small_site(1, workloads=[CHAT, {**CHAT, "id": "more"}], objective=["throughput"])
    plan = best(document)
    assert {"throughput": 3 * rate_milli(document, "box8")} == values(plan)
    assert 3 == len(plan.servers)


def test_standing_servers_count_in_every_goal():
    # A box4 stands there and runs chat: the goals start from what it gives and takes.
    document = small_site(1, workloads=[CHAT], demand=[{"server": "box8", "max": 1}])
    rack_of(document, 0)["existing"] = [{"server": "box4", "u": [1], "workload": "chat"}]
    document["objective"] = ["throughput/chat", "servers", "gpus", "power", "racks"]
    rates = [rate_milli(document, server) for server in ("box4", "box8")]
    expected = {"servers": 2, "gpus": 12, "power": 8000, "racks": 1}
    assert {"throughput/chat": sum(rates), **expected} == values(best(document))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        # A UPS of 20 kW. Most servers: ten box4 of 2 kW; then most GPUs among those: 40.
        (["servers", "gpus"], {"servers": 10, "gpus": 40}),
        # Least power: no server at all, and then there is nothing left to choose.
        (["power", "servers"], {"power": 0, "servers": 0}),
        # Most servers, then least power: ten box4 draw 20 kW.
        (["servers", "power"], {"servers": 10, "power": 20_000}),
    ],
)
def test_the_order_of_goals_matters(order, expected):
    document = small_site(2, ups="20 kW", demand=BOTH, objective=order)
    assert expected == values(best(document))


def test_a_later_goal_never_costs_an_earlier_one():
    # Most GPUs: 3 box8 in each of two racks. Fewest racks then still needs both.
    document = small_site(2, demand=[{"server": "box8"}], objective=["gpus", "racks"])
    assert {"gpus": 48, "racks": 2} == values(best(document))
    turned = small_site(2, demand=[{"server": "box8"}], objective=["racks", "gpus"])
    assert {"racks": 0, "gpus": 0} == values(best(turned))


def test_ties_are_broken_by_the_next_goal():
    # Three servers of either kind; a UPS of 18 kW carries 3 box8. Most servers says 3 of any
    # (max 3 together is forced by lines), most GPUs prefers box8.
    lines = [{"server": "box8", "max": 2}, {"server": "box4", "max": 1}]
    document = small_site(1, demand=lines, objective=["servers", "gpus"])
    plan = best(document)
    assert {"servers": 3, "gpus": 20} == values(plan)


def test_nothing_asked_beyond_what_stands():
    document = small_site(1, objective=["servers", "racks"])
    del document["demand"]
    rack_of(document, 0)["existing"] = [{"server": "box4", "u": [1, 3]}]
    assert {"servers": 2, "racks": 1} == values(best(document))


def test_default_goals_are_stated_as_an_assumption():
    document = small_site(1)
    del document["objective"]
    plan = best(document)
    assert ["servers", "power"] == [goal.name for goal in plan.objective]
    assert any("objective" in text for text in plan.assumptions)


def test_losing_one_ups_decides_not_normal_operation():
    # Four servers of 6 kW put 12 kW on each UPS, but 24 kW on the one left: 20 kW carry three.
    document = small_site(2, ups="20 kW", objective=["servers"])
    assert {"servers": 3} == values(best(document))
    node_of(document, "ups-[a-b]")["rated_power"] = "24 kW"
    assert {"servers": 4} == values(best(document))
