"""The cooling table: its figures by hand, in a plan, and what refuses a plan that states others.

One rack with two ``wet8``: of 6,000 W each 4,500 W go to PG25, 1,500 W to 100 L/s of air.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pytest
from cooled_sites import MATRIX, cooled_site
from small_sites import Document, facility_of, small_site

import rackplan
from rackplan.facility import Facility
from rackplan.plan import Plan, from_json
from rackplan.plan.cooling import AreaState, LoopCooling, ZoneCooling
from rackplan.verifier import verify
from rackplan.verifier.cooling_side import cooling_plan, supply_window
from rackplan.verifier.cooling_table import AreaTable, area_tables
from rackplan.verifier.view import View

Change = Callable[[Document], object]


def wet_site(change: Change | None = None, **zone: Any) -> Document:
    """A utility and a generator; everything about zone and loop stated."""
    document = cooled_site(1, **{"leakage": 0.2, "provision": 1.25, **zone})
    document["demand"] = [{"server": "wet8", "min": 2, "max": 2}]
    nodes = document["power"]["nodes"]
    nodes[0:1] = [
        {"id": "grid", "kind": "utility"},
        {"id": "gen", "kind": "generator"},
        {"id": "ats", "kind": "ats", "from": ["grid", "gen"]},
    ]
    next(node for node in nodes if node["kind"] == "ups")["from"] = ["ats"]
    document["policy"] |= {"generator_start": "10 s", "not_survived": ["ats"]}
    said = {"dew_point_min": "5 degC", "dew_point_max": "15 degC", "air_volume": "100 m3"}
    document["cooling"]["zones"][0] |= said | {"mass_share": 0.5, "restart": "50 s"}
    document["cooling"]["loops"][0] |= {
        "pressure": {"drop": "60 kPa", "flow": "20 L/min"},
        "volume": "40 L",
        "restart": "50 s",
    }
    if change is not None:
        change(document)
    return document


def solved(document: Document, files: dict[str, str] | None = None) -> tuple[Facility, Plan]:
    site = facility_of(document, files)
    result = rackplan.solve(site, workers=1, time_limit_s=20)
    assert result.plan is not None
    assert result.verdict is not None
    assert result.verdict.ok, str(result.verdict)
    return site, result.plan


@cache
def wet() -> tuple[Facility, Plan]:
    return solved(wet_site())


def table(site: Facility, plan: Plan, area: str, *, whole: bool = False) -> AreaTable:
    (found,) = (t for t in area_tables(View(site, plan), whole=whole) if t.area == area)
    return found


def row(found: AreaTable, state: str) -> AreaState:
    (one,) = (row for row in found.rows if row.state == state)
    return one


def only(items: Iterable[Any]) -> Any:
    (item,) = items
    return item


def test_heat_airflow_and_rises_of_a_zone():
    site, plan = wet()
    found = table(site, plan, "zone")
    normal = row(found, "normal")
    # 2 x 1,500 W on 2 x 100 kW; 2 x 100 L/s on 2 x 8,000 / 1.25.
    assert (3000, 200_000, 200, 12_800) == (
        normal.heat_w,
        normal.capacity_w,
        normal.flow,
        normal.flow_max,
    )
    per_k = site.air_density * 1006 / 1000  # W/K of 1 L/s, about 1.19
    assert pytest.approx(3000 / (200 * per_k)) == normal.rise_k
    assert pytest.approx(200_000 / (16_000 * per_k)) == normal.design_rise_k
    assert pytest.approx(24 + 3000 / (16_000 * per_k)) == normal.return_c
    assert pytest.approx(12.6, abs=0.1) == normal.rise_k
    assert (None, None, None, ()) == (
        normal.nodes_w,
        normal.doors_w,
        normal.doors_max_w,
        normal.dead,
    )
    lost = row(found, "loss:acu-2")
    assert (("acu-2",), 100_000, 6400) == (lost.dead, lost.capacity_w, lost.flow_max)
    # One unit moves 8,000 L/s: what it takes up warms its air twice as much.
    assert pytest.approx(24 + 3000 / (8000 * per_k)) == lost.return_c
    assert normal.design_rise_k == pytest.approx(lost.design_rise_k)


def test_every_loss_state_is_a_row_or_counted():
    site, plan = wet()
    found = table(site, plan, "zone")
    assert ["normal", "loss:acu-1", "loss:acu-2"] == [one.state for one in found.rows]
    assert {"loss:cdu-1", "loss:cdu-1/pump", "loss:ups-a", "loss:row/r1:A"} < set(found.others)
    whole = table(site, plan, "zone", whole=True)
    assert () == whole.others
    assert {*(one.state for one in found.rows), *found.others} == {one.state for one in whole.rows}
    assert row(whole, "loss:ups-a").heat_w == row(whole, "normal").heat_w


def test_the_worst_state_has_the_largest_share():
    _, plan = wet()
    area = only(only(plan.cooling.zones).areas)
    # Air: 200 of 6,400 L/s; heat: 3 of 100 kW. Of equal states the first.
    assert ("loss:acu-1", 200 / 6400) == (area.worst.state, area.worst.use)


def test_margins_of_a_zone():
    site, plan = wet()
    zone: ZoneCooling = only(plan.cooling.zones)
    assert zone.inlet is not None
    assert zone.inlet.margin_k is not None
    # A share of 0.2 comes back: 0.2 / 0.8 of the rise on top of 24 degC; at most 35 degC.
    rise_k = 3000 / (200 * site.air_density * 1.006)
    assert ("row/r1/u01", "wet8", 35.0) == (
        zone.inlet.server,
        zone.inlet.model,
        zone.inlet.limit_c,
    )
    assert pytest.approx(24 + rise_k / 4) == zone.inlet.at_c
    assert pytest.approx(11 - rise_k / 4) == zone.inlet.margin_k
    assert 60.0 == zone.return_max_c
    # Saturation: 872.5 Pa at 5, 1,705.5 Pa at 15, 2,985 Pa at 24 degC (ASHRAE Fundamentals).
    low, high = zone.supply_humidity.low, zone.supply_humidity.high
    assert (pytest.approx(872.5 / 2985, abs=1e-3), pytest.approx(1705.5 / 2985, abs=1e-3)) == (
        low,
        high,
    )
    assert zone.inlet_humidity.high is not None
    assert high is not None
    assert zone.inlet_humidity.high < high
    # 100 m3 of air, half of (150 + 2 x 100) kg of steel at 500 J/(kg K) = 87,500 J/K.
    joules_k = 100 * site.zones["zone"].density * 1006 + 87_500
    assert pytest.approx(joules_k * zone.inlet.margin_k / 3000, rel=1e-5) == zone.ride_through_s
    assert 60.0 == zone.gap_s  # 10 s for the generator, 50 s to cool again


def test_a_loop_by_hand():
    site, plan = wet()
    found = table(site, plan, "loop")
    normal = row(found, "normal")
    # 2 x 4,500 W on 2 x 60 kW, 2 x 6 L/min on 2 x 60 L/min.
    assert (9000, 120_000, 12_000, 120_000) == (
        normal.heat_w,
        normal.capacity_w,
        normal.flow,
        normal.flow_max,
    )
    # PG25 at 30 degC: 1,014.9 kg/m3 and 3,944.6 J/(kg K). 0.2 L/s carry 800.68 W/K.
    assert pytest.approx(9000 / 800.68, rel=1e-4) == normal.rise_k
    assert pytest.approx(30 + 9000 / 800.68, rel=1e-4) == normal.return_c
    # Both CDUs: 120 kW in 2 L/s, 8,006.8 W/K.
    assert pytest.approx(120_000 / 8006.8, rel=1e-4) == normal.design_rise_k
    lost, slow = row(found, "loss:cdu-2"), row(found, "loss:cdu-2/pump")
    assert (("cdu-2",), 60_000, 60_000) == (lost.dead, lost.capacity_w, lost.flow_max)
    # One pump of two: half of its flow and of its heat.
    assert (("cdu-2/pump",), 90_000, 90_000) == (slow.dead, slow.capacity_w, slow.flow_max)


def test_margins_of_a_loop():
    _, plan = wet()
    loop: LoopCooling = only(plan.cooling.loops)
    assert (30.0, 26.0, 4.0, "pg25") == (
        loop.supply_c,
        loop.water_c,
        loop.approach_k,
        loop.coolant,
    )
    window = loop.window
    assert (20.0, "wet8", 40.0, "wet8") == (
        window.low_c,
        window.low_model,
        window.high_c,
        window.high_model,
    )
    assert (10.0, 10.0) == (loop.low_margin_k, loop.high_margin_k)
    assert loop.dew_margin_k == 13.0  # 30 - (15 + 2)
    assert loop.pressure is not None
    # Pipes: 60 kPa x (12 / 20)^2 = 21.6 kPa; the server 40 kPa; of 100 kPa.
    assert pytest.approx(21_600) == loop.pressure.pipes_pa
    assert ("wet8", 40_000, 100_000) == (
        loop.pressure.model,
        loop.pressure.server_pa,
        loop.pressure.head_pa,
    )
    assert pytest.approx(0.616) == loop.pressure.share
    assert loop.back is not None
    assert pytest.approx(30 + 4500 / 400.34, rel=1e-4) == loop.back.at_c
    assert (None, None) == (loop.back.limit_c, loop.back.margin_k)
    # 40 L of PG25: 160.14 kJ/K, 10 K, 9 kW.
    assert pytest.approx(160_136 * 10 / 9000, rel=1e-4) == loop.ride_through_s
    assert 60.0 == loop.gap_s


def test_heat_of_power_nodes_is_part_of_the_zone():
    def inside(document: Document) -> None:
        ups = next(n for n in document["power"]["nodes"] if n["kind"] == "ups")
        ups |= {"zone": "zone", "efficiency": 0.96}

    found = table(*solved(wet_site(inside)), "zone")
    # 12 kW through UPSs of 96 %: 12,000 / 0.96 - 12,000 = 500 W, whichever carry it.
    for state in ("normal", "loss:ups-a", "loss:acu-1"):
        assert (3500, 500) == (row(found, state).heat_w, row(found, state).nodes_w)
    normal = row(found, "normal")
    assert normal.rise_k == pytest.approx(row(table(*wet(), "zone"), "normal").rise_k)


def test_rear_doors_take_the_heat_until_they_are_lost():
    def doored(document: Document) -> None:
        document["catalog"]["air_units"]["door"]["passive"] = False
        document["halls"][0]["rows"][0]["door"] = {"model": "door"}

    site, plan = solved(wet_site(doored))
    found = table(site, plan, "zone")
    normal, lost = row(found, "normal"), row(found, "loss:row/r1/door")
    assert (0, 0) == (normal.heat_w, normal.flow)
    assert pytest.approx(lost.rise_k) == normal.rise_k
    assert (3000, 100_000) == (normal.doors_w, normal.doors_max_w)
    assert (("row/r1/door",), 3000, 0, 0) == (
        lost.dead,
        lost.heat_w,
        lost.doors_w,
        lost.doors_max_w,
    )
    # Without any cooling its heat warms the room as well.
    assert pytest.approx(wet()[1].cooling.zones[0].ride_through_s) == (
        plan.cooling.zones[0].ride_through_s
    )


def test_passive_doors_leave_what_their_coil_does_not_take():
    def doored(document: Document) -> None:
        # 40 kW at 8,000 L/s are 5 W for each L/s: of a server's 100 L/s, 500 of its 1,500 W.
        document["catalog"]["air_units"]["door"] |= {"capacity": "40 kW", "passive": True}
        document["halls"][0]["rows"][0]["door"] = {"model": "door"}

    normal = row(table(*solved(wet_site(doored)), "zone"), "normal")
    assert (2000, 1000, None) == (normal.heat_w, normal.doors_w, normal.doors_max_w)


def test_the_rise_is_of_the_servers_own_air():
    def roomy(document: Document) -> None:
        document["catalog"]["servers"]["wet8"]["room_airflow"] = "150 L/s"

    normal = row(table(*solved(wet_site(roomy)), "zone"), "normal")
    assert 300 == normal.flow
    assert pytest.approx(row(table(*wet(), "zone"), "normal").rise_k) == normal.rise_k


def test_pools_and_containments_are_parts_of_their_zone():
    def split(document: Document) -> None:
        zone = document["cooling"]["zones"][0]
        zone["units"] = [
            {"id": "acu-1", "model": "acu"},
            {"id": "irc-1", "model": "acu", "serves": ["row/r1"]},
        ]
        zone["containments"] = [{"id": "aisle", "racks": ["row"], "max_heat": "4 kW"}]
        document["halls"][0]["rows"][0]["racks"] = [{"id": "r1"}, {"id": "r2"}]

    site, plan = solved(wet_site(split))
    areas = only(plan.cooling.zones).areas
    # irc-1 and acu-1 together reach r1, and acu-1 alone reaches r2: a pool of both, and one of r2.
    kinds = {area.area: area.kind for area in areas}
    assert ("zone", "near", "containment") == (
        kinds["zone"],
        kinds["zone/near/none"],
        kinds["aisle"],
    )
    assert {"zone"} == {t.device for t in area_tables(View(site, plan)) if t.kind != "loop"}
    aisle = areas[-1].normal
    assert (3000, 4000, 200, None, None) == (
        aisle.heat_w,
        aisle.capacity_w,
        aisle.flow,
        aisle.flow_max,
        aisle.design_rise_k,
    )


def test_a_heat_matrix_warms_inlets():
    def matrix(document: Document) -> None:
        zone = document["cooling"]["zones"][0]
        del zone["leakage"]
        zone["heat_matrix"] = MATRIX

    _, plan = solved(wet_site(matrix), {MATRIX: "inlet,row/r1\nrow/r1,0.5"})
    inlet = only(plan.cooling.zones).inlet
    assert 25.5 == inlet.at_c  # 24 degC + 0.5 K/kW x 3 kW


def test_what_is_not_known_is_none_and_never_0():
    document = small_site(1, demand=[{"server": "box8", "min": 1, "max": 1}])
    _, plan = solved(document)
    zone = only(plan.cooling.zones)
    assert () == plan.cooling.loops
    assert (None, None, None) == (zone.return_max_c, zone.ride_through_s, zone.gap_s)
    assert (None, None) == (zone.supply_humidity.low, zone.supply_humidity.high)

    def bare(document: Document) -> None:
        loop = document["cooling"]["loops"][0]
        for key in ("coolant", "pressure", "volume", "restart"):
            del loop[key]
        del document["cooling"]["zones"][0]["dew_point_max"]

    loop = only(solved(wet_site(bare))[1].cooling.loops)
    assert (None, None, None, None, None) == (
        loop.back,
        loop.pressure,
        loop.dew_margin_k,
        loop.ride_through_s,
        loop.gap_s,
    )
    assert (None, None, None) == (
        loop.area.normal.rise_k,
        loop.area.normal.design_rise_k,
        loop.area.normal.return_c,
    )


def test_an_empty_site_has_no_inlet_and_no_window():
    site, plan = wet()
    found = cooling_plan(View(site, dataclasses.replace(plan, servers=())))
    assert (None, None) == (found.zones[0].inlet, found.zones[0].ride_through_s)
    loop = found.loops[0]
    assert (None, "", None, None) == (
        loop.window.low_c,
        loop.window.low_model,
        loop.low_margin_k,
        loop.back,
    )


def test_the_window_is_what_suits_every_server():
    document = wet_site()
    wet8 = document["catalog"]["servers"]["wet8"]
    warm = {**wet8, "coolant_supply_min": "28 degC", "coolant_supply_max": "45 degC"}
    document["catalog"]["servers"]["warm8"] = warm
    document["demand"].append({"server": "warm8", "max": 1})
    footprints = [f for f in facility_of(document).footprints if f.liquid_w]
    window = supply_window(footprints)
    assert (28.0, "warm8", 40.0, "wet8") == (
        window.low_c,
        window.low_model,
        window.high_c,
        window.high_model,
    )


def test_plans_keep_the_cooling_side():
    site, plan = wet()
    again = from_json(plan.to_json())
    assert plan.cooling == again.cooling
    assert verify(site, again).ok


def test_plans_from_before_are_read_and_pass():
    site, plan = wet()
    data = json.loads(plan.to_json())
    del data["cooling"]
    old = from_json(json.dumps(data))
    assert ((), ()) == (old.cooling.zones, old.cooling.loops)
    assert verify(site, old).ok


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (("zones", 0, "supply_c"), 18.0, "plan/zone/supply_c"),
        (("zones", 0, "inlet", "margin_k"), 20.0, "plan/zone/inlet/margin_k"),
        (("zones", 0, "inlet", "server"), "row/r1/u07", "plan/zone/inlet/server"),
        (("zones", 0, "inlet"), None, "plan/zone/inlet"),
        (("zones", 0, "inlet_humidity", "low"), 0.4, "plan/zone/inlet_humidity/low"),
        (("zones", 0, "ride_through_s"), 900.0, "plan/zone/ride_through_s"),
        (("zones", 0, "gap_s"), None, "plan/zone/gap_s"),
        (("zones", 0, "areas", 0, "normal", "heat_w"), 2999, "plan/zone/areas/0/normal/heat_w"),
        (("zones", 0, "areas", 0, "worst", "dead"), [], "plan/zone/areas/0/worst/dead"),
        (("zones", 0, "areas"), [], "plan/zone/areas"),
        (("loops", 0, "window", "high_c"), 45.0, "plan/loop/window/high_c"),
        (("loops", 0, "window", "low_model"), "box8", "plan/loop/window/low_model"),
        (("loops", 0, "pressure", "pipes_pa"), 1.0, "plan/loop/pressure/pipes_pa"),
        (("loops", 0, "back", "at_c"), 31.0, "plan/loop/back/at_c"),
        (("loops", 0, "dew_margin_k"), 14.0, "plan/loop/dew_margin_k"),
        (("loops", 0, "area", "worst", "flow_max"), 1, "plan/loop/area/worst/flow_max"),
        (("loops", 0, "loop"), "other", "plan/other"),
        (("zones",), [], "plan/zone"),
    ],
)
def test_a_tampered_plan_is_refused(path, value, rule):
    site, plan = wet()
    data = json.loads(plan.to_json())
    place = data["cooling"]
    for key in path[:-1]:
        place = place[key]
    assert place[path[-1]] != value
    place[path[-1]] = value
    verdict = verify(site, from_json(json.dumps(data)))
    assert rule in {violation.rule for violation in verdict.violations}


def test_a_state_as_bad_may_be_called_the_worst():
    site, plan = wet()
    data = json.loads(plan.to_json())
    worst = data["cooling"]["zones"][0]["areas"][0]["worst"]
    for state, dead, ok in (("loss:acu-2", "acu-2", True), ("loss:acu-2", "acu-1", False)):
        other = copy.deepcopy(data)
        other["cooling"]["zones"][0]["areas"][0]["worst"] = {
            **worst,
            "state": state,
            "dead": [dead],
        }
        assert ok == verify(site, from_json(json.dumps(other))).ok
    other = copy.deepcopy(data)
    normal = other["cooling"]["zones"][0]["areas"][0]["normal"]
    other["cooling"]["zones"][0]["areas"][0]["worst"] = normal
    assert not verify(site, from_json(json.dumps(other))).ok
