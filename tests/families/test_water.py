"""Water: heat, flow, lost units and temperatures, exactly at the limit and one unit over.

Two boxes give 12,000 W to the room's air. Two wet boxes give 9,000 W to the loop (10 L/min each)
and 3,000 W to the air. Water of 20 degC comes back at 30 degC: a watt needs
60,000 / (4,178 x 10) = 1.43609 mL/min. Fans and pumps draw nothing unless a test says so.
"""

from __future__ import annotations

import math

import pytest

from rackplan.facility.water import flow_per_w

FIGURES = {"basis": "estimate", "source": "a round figure for tests"}


def rejector(kind, **figures):
    """A catalog entry of a unit: 500 kW, an approach of 8 K and 2 K for its exchanger."""
    plain = {"capacity": "500 kW", "approach": "8 K", "exchanger_approach": "2 K", "power": "0 W"}
    if kind.startswith("chiller"):
        plain |= {"carnot_share": 0.5, "minimum_lift": "10 K"}
    if kind in {"chiller-water", "adiabatic-cooler", "tower"}:
        plain |= {"cycles": 5}
    if kind == "adiabatic-cooler":
        plain |= {"dry_approach": "10 K"}
    marked = {name: {"value": value, **FIGURES} for name, value in {**plain, **figures}.items()}
    return {"vendor": "Maker", "name": kind, "kind": kind, **marked}


def circuit(site, *units, pumps=(), **keys):
    """The hall with its zone and its loop on one water circuit of the given (kind, figures)."""
    entries = site["catalog"].setdefault("rejectors", {})
    specs = []
    for i, (kind, figures) in enumerate(units, start=1):
        entries[f"unit-{i}"] = rejector(kind, **figures)
        specs.append({"id": f"u{i}", "model": f"unit-{i}"})
    water = {"id": "chw", "supply": "20 degC", "return": "30 degC", "units": specs}
    water["pumps"] = [
        {"id": f"p{i}", "flow": flow, "power": "0 W"} for i, flow in enumerate(pumps, start=1)
    ]
    site["cooling"]["water"] = [{**water, **keys}]
    site["cooling"]["zones"][0]["water"] = "chw"
    loop = site["cooling"]["loops"][0]
    loop.pop("facility_water", None)
    loop["water"] = "chw"
    return site


def chillers(bench, *capacities, asked=None, **keys):
    """The hall with two servers asked for, on chillers of these capacities."""
    site = bench.ask(bench.site(), asked or {"server": "box", "min": 2, "max": 2})
    return circuit(site, *[("chiller-air", {"capacity": c}) for c in capacities], **keys)


SHED = {"server": "box", "min": 2, "max": 2, "survive": "shed"}


def test_heat_of_a_circuit(bench):
    bench.fits(chillers(bench, "12000 W", asked=SHED))
    text = bench.stops(chillers(bench, "11999 W", asked=SHED), "water/chw")
    assert "chw can carry 11.999 kW, in normal operation" == text


def test_air_and_liquid_heat_add_up(bench):
    # 9,000 W through the loop and 3,000 W through the air units.
    wet = {"server": "wet", "min": 2, "max": 2, "survive": "shed"}
    bench.fits(chillers(bench, "12000 W", asked=wet))
    bench.stops(chillers(bench, "11999 W", asked=wet), "water/chw")


def test_heat_when_a_unit_is_lost(bench):
    bench.fits(chillers(bench, "12000 W", "500 kW"))
    bench.stops(chillers(bench, "11999 W", "500 kW"), "water/chw@loss:u2")


def test_reduced_servers_give_less_heat(bench):
    # Capped to 4,001 W each: 8,002 W.
    asked = {"server": "box", "min": 2, "max": 2, "survive": {"reduced": "4001 W"}}
    bench.fits(chillers(bench, "8002 W", "500 kW", asked=asked))
    bench.stops(chillers(bench, "8001 W", "500 kW", asked=asked), "water/chw@loss:u2")


def test_fans_and_pumps_heat_the_water(bench):
    # Two air units of 300 W, two CDUs of 200 W, a pump of 100 W: 12,000 + 1,100 W.
    def build(capacity):
        site = chillers(bench, capacity, asked=SHED, pumps=["1000 L/min"])
        site["cooling"]["water"][0]["pumps"][0]["power"] = "100 W"
        site["policy"]["not_survived"] = ["u1", "p1"]
        bench.entry(site, "air_units", "air-unit", power="300 W")
        return bench.entry(site, "cdus", "cdu", power="200 W")

    bench.fits(build("13100 W"))
    bench.stops(build("13099 W"), "water/chw")


def test_power_nodes_in_a_room_heat_its_water(bench):
    # Each box draws 3,000 W from ups-a, which loses 3,000 / 0.8 - 3,000 = 750 W: 12,000 + 1,500 W.
    def build(capacity):
        site = chillers(bench, capacity, asked=SHED)
        return bench.node(site, "ups-a", efficiency=0.8, zone="room")

    bench.fits(build("13500 W"))
    bench.stops(build("13499 W"), "water/chw")


def test_rear_doors_heat_the_water_of_their_room(bench):
    # The heat of the rack, with the door or without, and 90 W of its fans.
    def build(capacity):
        site = chillers(bench, capacity, asked=SHED)
        site["policy"]["not_survived"] = ["u1"]
        door = {"value": "90 W", **FIGURES}
        unit = {**site["catalog"]["air_units"]["air-unit"], "kind": "rear-door", "power": door}
        site["catalog"]["air_units"]["door"] = unit
        return bench.row(site, door={"model": "door"})

    plan = bench.fits(build("12090 W")).plan
    assert any("rear doors heat the water circuit" in text for text in plan.assumptions)
    bench.stops(build("12089 W"), "water/chw")


def test_flow_of_the_pumps(bench):
    # ceil(6,000 x 60,000 / 41,780) = ceil(8,616.56) = 8,617 mL/min for each box.
    assert 8617 == math.ceil(6000 * flow_per_w(10.0))
    bench.fits(chillers(bench, "500 kW", asked=SHED, pumps=["17234 mL/min"]))
    over = chillers(bench, "500 kW", asked=SHED, pumps=["17233 mL/min"])
    bench.stops(over, "water/chw/flow")


def test_flow_when_a_pump_is_lost(bench):
    many = "1000 L/min"
    bench.fits(chillers(bench, "1 MW", "1 MW", pumps=["17234 mL/min", many]))
    over = chillers(bench, "1 MW", "1 MW", pumps=["17233 mL/min", many])
    bench.stops(over, "water/chw/flow@loss:p2")


def test_flow_is_not_judged_without_a_return(bench):
    site = chillers(bench, "500 kW", asked=SHED, pumps=["1 mL/min"])
    del site["cooling"]["water"][0]["return"]
    result = bench.fits(site)
    assert any("the flow of its pumps is not judged" in text for text in result.plan.assumptions)


@pytest.mark.parametrize("stated", ["30 degC", None])
def test_flow_follows_from_the_water_that_units_state(bench, stated):
    # The air unit takes 500 kW with 1,436.094 L/min: a rise of 5 K, less than that of the return.
    # ceil(6,000 x 60,000 / 20,890) = ceil(17,233.13) = 17,234 mL/min for each box.
    def build(flow):
        site = chillers(bench, "500 kW", asked=SHED, pumps=[flow])
        bench.entry(site, "air_units", "air-unit", water_flow="1436.094 L/min")
        if stated is None:
            del site["cooling"]["water"][0]["return"]
            bench.entry(site, "cdus", "cdu", facility_flow="1000 L/min")
        return site

    plan = bench.fits(build("34468 mL/min")).plan
    assert any("5.00 K, as air-unit is rated" in text for text in plan.assumptions)
    bench.stops(build("34467 mL/min"), "water/chw/flow")


def test_a_unit_is_dead_when_its_power_is(bench):
    def build(capacity):  # u2 hangs on ups-b
        site = chillers(bench, capacity, "500 kW")
        for unit, node in zip(
            site["cooling"]["water"][0]["units"], ("ups-a", "ups-b"), strict=True
        ):
            unit["power_from"] = [node]
        site["policy"]["not_survived"] = ["u1", "u2"]
        return site

    bench.fits(build("12000 W"))
    bench.stops(build("11999 W"), "water/chw@loss:ups-b")


def test_units_and_pumps_load_what_drives_them(bench):
    # 12,000 W of servers, a chiller of 2,500 W and a pump of 500 W on one utility.
    def build(limit):
        site = chillers(bench, "500 kW", asked=SHED, pumps=["1000 L/min"])
        bench.entry(site, "rejectors", "unit-1", power="2500 W")
        water = site["cooling"]["water"][0]
        water["pumps"][0] |= {"power": "500 W", "power_from": ["grid"]}
        water["units"][0]["power_from"] = ["grid"]
        site["policy"]["not_survived"] = ["u1", "p1"]
        return bench.node(site, "grid", rated_power=limit)

    bench.fits(build("15000 W"))
    bench.stops(build("14999 W"), "power/grid")


def design_day(site, dry, wet="15 degC", span="10 K"):
    site["site"]["weather"] = {"design_day": {"dry_bulb": dry, "wet_bulb": wet, "range": span}}
    return site


def cooled(bench, chiller, cooler, exempt):
    """Two boxes on a chiller behind a dry cooler that reaches 17 + 10 = 27 degC at worst."""
    units = [("chiller-air", {"capacity": chiller}), ("dry-cooler", {"capacity": cooler})]
    site = bench.ask(bench.site(), {"server": "box", "min": 2, "max": 2})
    site["policy"]["not_survived"] = exempt
    return design_day(circuit(site, *units), "17 degC")


def test_a_cooler_before_chillers_counts_by_what_it_takes_in_the_worst_hour(bench):
    # Return 30, supply 20 degC: the cooler takes (30 - 27) / 10 = 0.3, chillers 0.7: 8,400 W.
    both = ["u1", "u2"]
    bench.fits(cooled(bench, "8400 W", "500 kW", both))
    bench.stops(cooled(bench, "8399 W", "500 kW", both), "water/chw")
    # Both together take no more than both.
    bench.fits(cooled(bench, "8400 W", "3600 W", both))
    bench.stops(cooled(bench, "8400 W", "3599 W", both), "water/chw")


def test_chillers_take_all_of_it_when_the_cooler_is_lost(bench):
    bench.fits(cooled(bench, "12000 W", "500 kW", ["u1"]))
    bench.stops(cooled(bench, "11999 W", "500 kW", ["u1"]), "water/chw@loss:u2")


@pytest.mark.parametrize(
    ("kind", "hot_c"),
    [
        # Window 20 to 40 degC, CDU approach 4 K: facility water of 36 degC at most.
        ("dry-cooler", 26.0),  # 26 + 8 + 2
        ("tower", 26.0),  # the air is saturated: the wet bulb is the dry bulb
    ],
)
def test_a_loop_gets_what_coolers_reach(bench, kind, hot_c):
    def build(dry_c):
        site = bench.ask(bench.site(), {"server": "wet", "min": 2, "max": 2, "survive": "shed"})
        site = circuit(site, (kind, {}))
        del site["cooling"]["zones"][0]["water"]
        return design_day(site, f"{dry_c} degC", f"{dry_c} degC")

    result = bench.fits(build(hot_c))
    warned = [text for text in result.plan.warnings if "chw reaches" in text]
    assert "chw reaches 36.0 degC in the worst hour, 16.0 K above its 20 degC" in warned[0]
    text = bench.stops(build(hot_c + 0.1), "liquid/row/r1/supply")
    assert "0.1 K too warm for wet" in text
    assert "chw reaches 36.1 degC" in text


def test_the_class_is_the_supply_where_none_is_given(bench):
    # W32 and 4 K are 36 degC, inside 20 to 40; W40 gives 44 degC.
    wet = {"server": "wet", "min": 2, "max": 2, "survive": "shed"}

    def build(name):
        site = chillers(bench, "500 kW", asked=wet, **{"class": name})
        water = site["cooling"]["water"][0]
        del water["supply"], water["return"], site["cooling"]["zones"][0]["water"]
        return site

    bench.fits(build("W32"))
    bench.stops(build("W40"), "liquid/row/r1/supply")


def test_optimum_of_a_circuit(bench):
    # Three chillers of 10 kW, one may fail: 20 kW hold floor(20 / 6) = 3 boxes.
    site = chillers(bench, "10 kW", "10 kW", "10 kW", asked={"server": "box"})
    assert 3 == len(bench.fits(site).plan.servers)


def stored(bench, storage, pump="ups-a", units="ups-a"):
    """Two boxes on chillers that start again 10 + 50 s after the utility is lost."""
    site = chillers(bench, "500 kW", asked=SHED, pumps=["1000 L/min"])
    site["cooling"]["water"][0] |= {"storage": storage, "restart": "50 s"}
    site["cooling"]["water"][0]["pumps"][0]["power_from"] = [pump]
    zone = site["cooling"]["zones"][0]
    zone |= {"air_volume": "1 m3", "restart": "20 s"}
    for unit in zone["units"]:
        unit["power_from"] = [units]
    bench.node(site, "gen", kind="generator")
    bench.node(site, "ats", kind="ats", **{"from": ["grid", "gen"]})
    for side in "ab":
        bench.node(site, f"ups-{side}", **{"from": ["ats"]})
    bench.node(site, "board", kind="switchboard", **{"from": ["ats"]})
    lost = ["ats", "board", "ups-a", "ups-b"]
    site["policy"] |= {"generator_start": "10 s", "not_survived": lost}
    return site


def test_stored_water_lasts_until_chillers_run_again(bench):
    # A liter takes 4,178 x 10 J: 12,000 W for 60 s are 720 kJ, 17.2 L. The air of the room, 1 m3,
    # would last no second: its units run on with that water.
    bench.fits(stored(bench, "18 L"))
    text = bench.stops(stored(bench, "17 L"), "water/chw/ride-through")
    assert "until cooling is back" in text


def test_water_that_stands_still_until_a_generator_runs(bench):
    # Pumps on no UPS: the water lasts for the 50 s after that (14.4 L), but the room has its 1 m3
    # alone until then.
    site = stored(bench, "15 L", pump="board")
    bench.stops(site, "air/room/ride-through/6K")
    site["cooling"]["zones"][0]["air_volume"] = "51 m3"
    bench.fits(site)  # 118.84 W for each m3 in 60 s, 237.7 W in 30 s
    site["cooling"]["water"][0]["storage"] = "14 L"
    bench.stops(site, "water/chw/ride-through")


def test_fans_that_stand_still_do_not_use_the_water(bench):
    bench.stops(stored(bench, "18 L", units="board"), "air/room/ride-through/6K")


def test_rear_doors_are_on_the_water_of_their_zone(bench):
    # Water of 20 degC, air of 24: a door rated at 10 K with 12,000 W and 1,200 L/s carries
    # 1200 x 4 / (1 - 1200 / 1426.1) = 30.3 kW, more than its rating.
    site = chillers(bench, "500 kW", asked=SHED)
    door = {**site["catalog"]["air_units"]["air-unit"], "kind": "rear-door"}
    site["catalog"]["air_units"]["door"] = door
    rated = {"return_temperature": "30 degC", "water_temperature": "20 degC"}
    bench.entry(site, "air_units", "door", capacity="12 kW", airflow="1200 L/s", **rated)
    bench.fits(bench.row(site, door={"model": "door"}))
    # 3 K more carry 12,000 W only as far as 9.99 K does: rated at 40 K it is 300 x 4 / (1 - 300 /
    # 1426.1) = 1,520 W.
    bench.entry(site, "air_units", "door", return_temperature="60 degC")
    text = bench.stops(bench.row(site, door={"model": "door"}), "air/row/r1/door")
    assert "1.519" in text or "1.52" in text
