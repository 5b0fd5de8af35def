"""Corners of cooling: rear doors in named states, their water on cold days, doors that stop."""

from __future__ import annotations

import pytest
from cooled_sites import MATRIX, cooled_site
from small_sites import facility_of, rack_of, row_of
from water_sites import water_site

import rackplan
from rackplan.errors import InputError


def solved(document, files=None):
    result = rackplan.solve(facility_of(document, files), workers=1, time_limit_s=20)
    assert result.status in ("OPTIMAL", "INFEASIBLE")
    assert result.verdict is None or result.verdict.ok, str(result.verdict)
    return result


def doored(document):
    """The first rack behind an active door."""
    acu = document["catalog"]["air_units"]["acu"]
    document["catalog"]["air_units"]["door"] = {**acu, "kind": "rear-door"}
    rack_of(document, 0)["door"] = {"model": "door"}
    return document


def test_a_named_state_may_lose_rear_doors():
    document = doored(cooled_site(2))
    row_of(document)["door"] = {"model": "door"}
    document["demand"] = [{"server": "box8"}]
    lost = ["row/r1/door", "row/r2/door"]
    document["policy"]["loss_states"] = [{"id": "doors", "lost": lost}]
    states = {state.id: state.lost for state in facility_of(document).states}
    assert ("row/r1/door", "row/r2/door") == states["state:doors"]
    # Six boxes fit into two racks; with both doors lost the room takes three of them.
    document["catalog"]["air_units"]["acu"]["capacity"] = "9 kW"
    document["policy"]["not_survived"] = ["acu-1", "acu-2", *lost]
    assert 3 == len(solved(document).plan.servers)  # 18,000 W on two units of 9,000 W


def test_door_water_is_held_against_the_dew_point_in_the_coldest_hour():
    # Dry coolers alone: 14 degC in the cold, 8 + 2 + 8 = 18 degC in the warmest hour. At 15 degC of
    # dew point 18 degC would do, the 14 of most hours drip.
    document = doored(water_site())
    circuit = document["cooling"]["water"][0]
    circuit["units"] = [unit for unit in circuit["units"] if unit["model"] == "dry"]
    circuit |= {"supply": "14 degC", "return": "24 degC"}
    document["site"]["weather"] = {
        "design_day": {"dry_bulb": "8 degC", "wet_bulb": "4 degC", "range": "10 K"}
    }
    document["cooling"]["zones"][0]["dew_point_max"] = "15 degC"
    with pytest.raises(InputError, match="door water of 14 degC"):
        facility_of(document)
    document["cooling"]["zones"][0]["dew_point_max"] = "12 degC"
    facility_of(document)


def on_batteries(**door):
    """A room of 1 m3 whose units make their own cold on UPSs, with a rear door on a rack."""
    document = doored(cooled_site(1))
    nodes = document["power"]["nodes"]
    nodes[0:1] = [
        {"id": "grid", "kind": "utility"},
        {"id": "gen", "kind": "generator"},
        {"id": "ats", "kind": "ats", "from": ["grid", "gen"]},
    ]
    nodes[3]["from"] = ["ats"]
    document["policy"] |= {"generator_start": "10 s", "not_survived": ["ats"]}
    zone = document["cooling"]["zones"][0]
    zone |= {"air_volume": "1 m3", "restart": "50 s"}
    zone["units"][0]["power_from"] = ["ups-[a-b]"]
    rack_of(document, 0)["door"] |= door
    document["catalog"]["air_units"]["door"]["power"] = "0 W"
    return document


def test_a_rear_door_that_stops_leaves_the_room_to_its_air():
    # Units on UPSs run through; the door's heat reaches the room until a generator runs: 10 + 50 s.
    document = on_batteries()
    rest = facility_of(document).zones["zone"].ride_through
    assert rest is not None
    assert 60_000 == rest.gap_ms
    del rack_of(document, 0)["door"]
    rest = facility_of(document).zones["zone"].ride_through
    assert rest is not None
    assert 0 == rest.gap_ms


@pytest.mark.parametrize("stops", [{"power_from": ["panel-a"]}, {}])
def test_a_position_takes_the_heat_of_a_door_that_anything_stops(stops):
    # A position that takes 6,000 W without the door, which is lost with its panel or in a state of
    # the policy, though its own loss need not be survived: one box, not three.
    document = doored(cooled_site(1))
    document["demand"] = [{"server": "box8"}]
    rack_of(document, 0)["air_limit"] = "6 kW"
    rack_of(document, 0)["door"] |= stops
    document["policy"]["not_survived"] = ["row/r1/door"]
    if not stops:
        assert 3 == len(solved(document).plan.servers)
        document["policy"]["loss_states"] = [{"id": "service", "out": ["row/r1/door"]}]
    assert 1 == len(solved(document).plan.servers)


def test_many_small_rises_are_not_rounded_away():
    # 6 kW x 0.00017 K/kW are 1.02 mK: 18 boxes make every inlet 18.36 mK warmer, not 36.
    document = cooled_site(6, heat_matrix=MATRIX)
    document["demand"] = [{"server": "box8"}]
    for node in document["power"]["nodes"]:
        if node["kind"] == "ups":
            node["rated_power"] = "300 kW"
    document["cooling"]["zones"][0]["units"] = [{"id": "acu-[1-4]", "model": "acu"}]
    names = [f"row/r{i + 1}" for i in range(6)]
    lines = [",".join(["inlet", *names]), *(",".join([name, *["0.00017"] * 6]) for name in names)]
    plan = solved(document, {MATRIX: "\n".join(lines)}).plan
    assert 18 == len(plan.servers)
    rises = [limit.load for limit in plan.limits if "inlet-rise" in limit.id]
    assert [18_360] * 6 == rises


def test_what_a_heat_matrix_leaves_out_is_said():
    document = cooled_site(1, heat_matrix=MATRIX, air_volume="200 m3")
    site = facility_of(document, {MATRIX: "inlet,row/r1\nrow/r1,0.1"})
    assert any("without the rise of heat_matrix" in one.text for one in site.assumptions)
    del document["cooling"]["zones"][0]["air_volume"]
    site = facility_of(document, {MATRIX: "inlet,row/r1\nrow/r1,0.1"})
    assert not any("rise of heat_matrix" in one.text for one in site.assumptions)
