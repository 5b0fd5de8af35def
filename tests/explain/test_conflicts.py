"""Sites with one thing wrong, planted: it is named, with figures, and nothing else is.

The hand hall is in ``tests/builders/small_sites.py``. A ``box8`` takes 6 U, 6 kW, 100 kg and
400 L/s; a rack has 20 U and holds 1,000 kg; each UPS has 100 kW and a circuit 20 kW.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from independent import can_hold_together, rules_of
from small_sites import CHAT, Document, facility_of, node_of, rack_of, row_of, small_site

import rackplan
from rackplan.explain import find_conflict
from rackplan.plan import Conflict

GEAR = {"name": "gear", "u": 20, "rack_units": 1, "power": "0 W", "weight": "1 kg"}
MANY = "100000 L/s"


def asked(many: int, racks: int = 2, **sections: Any) -> Document:
    return small_site(racks, demand=[{"server": "box8", "min": many}], **sections)


def conflict_of(document: Document) -> Conflict:
    """The conflict of an infeasible site, held to be minimal by a model of its own."""
    site = facility_of(document)
    started = time.monotonic()
    result = rackplan.solve(site, workers=1)
    assert time.monotonic() - started < 10
    assert ("INFEASIBLE", 3) == (result.status, result.exit_code)
    conflict = result.conflict
    assert conflict is not None
    assert conflict.minimal
    named = rules_of(site, conflict)
    assert not can_hold_together(site, [rule for rules in named.values() for rule in rules])
    for left_out in named:
        rest = [rule for name, rules in named.items() if name != left_out for rule in rules]
        assert can_hold_together(site, rest), f"it is infeasible without {left_out}"
    assert conflict.families == tuple(dict.fromkeys(rule.family for rule in conflict.rules))
    return conflict


def ids(conflict: Conflict) -> set[str]:
    return {rule.id for rule in conflict.rules}


def text_of(conflict: Conflict, name: str) -> str:
    return next(rule.text for rule in conflict.rules if rule.id == name)


def ups_of(a: str, b: str) -> list[Document]:
    """The hand hall's power graph with its own rating for each UPS."""
    nodes: list[Document] = [{"id": "grid", "kind": "utility"}]
    for side, watts in (("a", a), ("b", b)):
        ups = {"id": f"ups-{side}", "kind": "ups", "from": ["grid"], "rated_power": watts}
        nodes += [ups, {"id": f"panel-{side}", "kind": "rpp", "from": [f"ups-{side}"]}]
    return nodes


def test_a_ups_that_is_short_in_one_loss_state():
    # Four servers: 12 kW on each UPS, 24 kW on the one left. ups-b has 23.9 kW, ups-a plenty.
    document = asked(4, power={"nodes": ups_of("100 kW", "23.9 kW")})
    conflict = conflict_of(document)
    assert {"demand/box8/min", "power/ups-b@loss:ups-a"} == ids(conflict)
    assert ("demand", "power") == conflict.families
    for word in ("At least 4 box8", "ups-b", "when ups-a is lost"):
        assert word in conflict.sentence
    assert "23.9 kW" in text_of(conflict, "power/ups-b@loss:ups-a")


def test_a_ups_that_is_short_already_in_normal_operation():
    conflict = conflict_of(asked(4, ups="11.9 kW"))
    assert {"demand/box8/min", "power/ups-a"} == ids(conflict) or {
        "demand/box8/min",
        "power/ups-b",
    } == ids(conflict)
    assert "in normal operation" in conflict.rules[1].text


def test_apparent_power():
    document = asked(2)
    node_of(document, "ups-[a-b]")["rated_apparent"] = "11.9 kVA"
    assert any("/va@loss:ups-" in name for name in ids(conflict_of(document)))


def test_rack_units():
    # Seven servers of 6 U need three racks of 20 U. Circuits are strong enough here.
    document = asked(7)
    document["catalog"]["circuits"]["circuit"]["amps"] = "500 A"
    conflict = conflict_of(document)
    assert {"demand/box8/min", "space/<rack>"} == ids(conflict)
    assert "rack units in row/r1 and row/r2" in conflict.sentence
    assert "20 U" in text_of(conflict, "space/<rack>")


def test_units_that_are_free_but_not_together():
    # 12 U of 13 are free, but U6 is closed: 5 U below it and 7 U above hold one server of 6 U.
    document = asked(2, racks=1)
    document["catalog"]["racks"]["cabinet"]["rack_units"] = 13
    rack_of(document, 0)["profile"] = {"blocked": ["6"]}
    conflict = conflict_of(document)
    assert {"demand/box8/min", "space/row/r1"} == ids(conflict)


def test_weight():
    document = asked(4)
    document["catalog"]["racks"]["cabinet"]["max_load"] = "199 kg"
    conflict = conflict_of(document)
    assert {"demand/box8/min", "space/<rack>/weight"} == ids(conflict)
    assert "199 kg" in text_of(conflict, "space/<rack>/weight")


def test_floor():
    # The cabinet is 150 kg, so 349 kg leave room for one server of 100 kg, not for two.
    document = asked(4)
    row_of(document)["max_total_weight"] = "349 kg"
    assert {"demand/box8/min", "space/<rack>/floor"} == ids(conflict_of(document))


def test_heat_when_an_air_unit_is_lost():
    # 4 x 6 kW = 24 kW: two units of 23 kW carry it, one does not.
    document = asked(4)
    document["catalog"]["air_units"]["acu"] |= {"capacity": "23 kW", "airflow": MANY}
    conflict = conflict_of(document)
    (limit,) = ids(conflict) - {"demand/box8/min"}
    assert limit in {"air/zone@loss:acu-1", "air/zone@loss:acu-2"}
    assert "23 kW" in text_of(conflict, limit)


def test_airflow_when_an_air_unit_is_lost():
    # 4 x 400 L/s = 1,600 L/s; the heat is no matter.
    document = asked(4)
    document["catalog"]["air_units"]["acu"]["airflow"] = "1599 L/s"
    (limit,) = ids(conflict_of(document)) - {"demand/box8/min"}
    assert limit in {"air/zone/airflow@loss:acu-1", "air/zone/airflow@loss:acu-2"}


def test_a_pinned_server_that_its_rack_cannot_hold():
    # Four of 6 kW are 24 kW on a circuit of 20 kW; the other rack is no help.
    pin = {"server": "box8", "rack": "row/r1", "count": 4}
    document = asked(0, placement={"pin": [pin]})
    document["catalog"]["racks"]["cabinet"]["rack_units"] = 42
    conflict = conflict_of(document)
    assert ("placement", "power") == conflict.families
    assert "placement/pin:pin-1" in ids(conflict)
    assert "4 box8 pinned in row/r1" in conflict.sentence


def test_pins_over_the_most_that_may_be_placed():
    pins = [{"server": "box8", "rack": f"row/r{i}"} for i in (1, 2)]
    document = small_site(2, demand=[{"server": "box8", "max": 1}], placement={"pin": pins})
    conflict = conflict_of(document)
    assert {"placement/pin:pin-1", "placement/pin:pin-2", "demand/box8/max"} == ids(conflict)
    assert "at most 1 box8" in conflict.sentence


def test_two_limits_that_only_conflict_together():
    # Six servers. r1 has 7 U free of 20, so it holds one; r2 may hold 310 kg, so it holds three.
    # Either limit alone leaves room: 3 + 3 in racks of 20 U, or 1 + 5 by weight alone.
    document = asked(6)
    document["catalog"]["circuits"]["circuit"]["amps"] = "500 A"
    cabinets = document["catalog"]["racks"]
    cabinets["tall"] = {**cabinets["cabinet"], "rack_units": 42, "max_load": "310 kg"}
    rack_of(document, 0)["gear"] = [GEAR | {"rack_units": 13, "u": 8}]
    rack_of(document, 1)["model"] = "tall"
    conflict = conflict_of(document)
    assert {"demand/box8/min", "space/<rack>", "space/<rack>/weight"} >= ids(conflict)
    assert 3 == len(ids(conflict)), conflict


def test_two_demands_that_only_conflict_together():
    # 2 x 6 kW + 5 x 2 kW = 22 kW on a circuit of 20 kW, in 22 U of 20.
    lines = [{"server": "box8", "min": 2}, {"server": "box4", "min": 5}]
    conflict = conflict_of(small_site(1, demand=lines))
    assert {"demand/box8/min", "demand/box4/min"} < ids(conflict)
    assert 3 == len(conflict.rules)
    assert "At least 2 box8 and at least 5 box4" in conflict.sentence


def test_a_demand_for_throughput():
    document = small_site(1, workloads=[{**CHAT, "demand": "10000000 tok/s"}])
    conflict = conflict_of(document)
    assert "demand/chat" in ids(conflict)
    assert "10,000,000 tok/s of chat" in conflict.sentence


def test_more_than_any_site_holds_still_names_what_is_short():
    conflict = conflict_of(asked(900))
    assert {"demand", "power"} == set(conflict.families)
    assert "ups-" in conflict.sentence


def test_a_model_that_fits_no_server():
    work = {**CHAT, "model": "llama-3.1-405b", "precision": "fp16"}
    document = asked(1, workloads=[work])
    document["demand"][0]["idle"] = False
    conflict = conflict_of(document)
    assert ("demand", "nvlink") == conflict.families
    assert "weights of 812 GB do not fit" in conflict.sentence


def test_a_load_that_is_there_before_any_server():
    # 150 kW of other customers on a UPS of 100 kW.
    document = asked(0)
    document["power"]["nodes"][1]["load"] = "150 kW"
    conflict = conflict_of(document)
    assert 1 == len(conflict.rules)
    assert "150 kW is taken" in conflict.rules[0].text
    assert "What already stands there" in conflict.sentence


@pytest.mark.parametrize(
    ("gear", "limit"),
    [
        ({"power": "25 kW"}, "power/row/r1:"),
        ({"weight": "1200 kg"}, "space/row/r1/weight"),
    ],
)
def test_gear_that_its_rack_cannot_carry(gear, limit):
    document = asked(0, racks=1)
    rack_of(document, 0)["gear"] = [GEAR | gear]
    conflict = conflict_of(document)
    assert 1 == len(conflict.rules)
    assert conflict.rules[0].id.startswith(limit)
    assert "is taken" in conflict.rules[0].text


def test_a_standing_server_whose_supplies_break_its_promise():
    # A box4 has two supplies; at 2,000 W one carries it. With one feed, its loss is the end.
    document = asked(0, racks=1)
    row_of(document)["feeds"].pop("B")
    node_of(document, "panel-[a-b]")["spare"] = True
    rack_of(document, 0)["existing"] = [{"server": "box4", "u": [1]}]
    conflict = conflict_of(document)
    assert 1 == len(conflict.rules)
    assert "power supplies" in conflict.rules[0].text


def test_a_feasible_site_has_no_conflict():
    assert find_conflict(facility_of(asked(2))) is None


def test_out_of_time_is_no_answer():
    assert find_conflict(facility_of(asked(900)), time_limit_s=0) is None


def test_a_pin_is_about_its_own_rack_whatever_stands_in_others():
    site = small_site(4, placement={"pin": [{"server": "box8", "rack": "row/r2", "count": 2}]})
    row_of(site)["max_total_weight"] = "260 kg"  # a cabinet of 150 kg and one server of 100 kg
    rack_of(site, 0)["gear"] = [GEAR]
    rack_of(site, 3)["gear"] = [{**GEAR, "weight": "3 kg"}]
    conflict = conflict_of(site)
    assert {"placement/pin:pin-1", "space/row/r2/floor"} == ids(conflict)
    expected = "weight on the floor: at most 260 kg, of which 150 kg is taken, in row/r2"
    assert expected == text_of(conflict, "space/row/r2/floor")


def test_only_what_is_asked_for_is_told_why_it_may_not_stand():
    demand = [{"server": "box8", "min": 1}, {"server": "box4"}]
    site = small_site(1, demand=demand)
    for server in ("box8", "box4"):
        site["catalog"]["servers"][server] |= {"psu_count": 2, "psu_rating": "6 kW"}
        site["catalog"]["servers"][server]["psu_min_full"] = 2  # neither lives on one feed
    conflict = conflict_of(site)
    expected = "box8 keeps 1 of 2 power supplies alive; full power needs 2"
    assert any(expected in rule.text for rule in conflict.rules)
    assert not any("box4" in rule.text for rule in conflict.rules)
