"""What is wrong with a cooling section is told with its line, its figures and its cure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cooled_sites import MATRIX, cooled_site
from small_sites import facility_of

import rackplan
from rackplan.errors import InputError


def tells(document, path, *words, files=None):
    """Some problem is at a path, has a line and a cure, and says these words."""
    with pytest.raises(InputError) as caught:
        facility_of(document, files)
    found = [(p.path, f"{p.message}; {p.cure}") for p in caught.value.problems if p.line]
    assert any(
        place.startswith(path) and all(word in text for word in words) for place, text in found
    ), [str(problem) for problem in caught.value.problems]


def zone_of(document):
    return document["cooling"]["zones"][0]


def loop_of(document):
    return document["cooling"]["loops"][0]


@pytest.mark.parametrize(
    "name", ["liquid_fraction", "coolant_flow", "coolant_supply_min", "coolant_supply_max"]
)
def test_missing_cooling_data_of_a_server_that_needs_liquid(name):
    document = cooled_site()
    del document["catalog"]["servers"]["wet8"][name]
    tells(document, "demand", f"no source gives the {name} of wet8", f"{name}: ...")


def test_an_empty_supply_window_names_the_two_servers():
    document = cooled_site()
    wet = document["catalog"]["servers"]["wet8"]
    document["catalog"]["servers"]["hot8"] = {
        **wet,
        "coolant_supply_min": "45 degC",
        "coolant_supply_max": "50 degC",
    }
    document["demand"] = [{"server": "wet8", "min": 1}, {"server": "hot8", "min": 1}]
    tells(
        document,
        "cooling.loops[0]",
        "no supply of loop suits both wet8 (at most 40 degC) and hot8 (at least 45 degC)",
        "a loop of its own",
    )
    document["demand"][1]["min"] = 0  # what need not stand is only not placed
    facility_of(document)


def test_a_zone_without_units():
    document = cooled_site()
    zone_of(document)["units"] = []
    tells(document, "cooling.zones[0]", "has no air units", "units:")


def test_a_rack_in_no_zone_of_the_site():
    document = cooled_site()
    document["halls"][0]["rows"][0]["zone"] = "zonne"
    tells(document, "halls[0].rows[0].zone", "no cooling zone 'zonne'", "did you mean 'zone'?")


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [("zones", "air_volume", "-1 m3"), ("loops", "volume", "-5 L"), ("zones", "restart", "-1 s")],
)
def test_negative_volumes_and_times(place, key, value):
    document = cooled_site()
    document["cooling"][place][0][key] = value
    tells(document, f"cooling.{place}[0].{key}", "out of range")


def test_supplies_that_cannot_be_reached():
    document = cooled_site()
    loop_of(document)["supply"] = "25 degC"
    tells(document, "cooling.loops[0].supply", "25 degC from facility water of 26 degC")
    document = cooled_site(water_temperature="25 degC")
    tells(document, "cooling.zones[0].units", "water of acu-1 is 1.0 K warmer than the air")


def test_moisture_that_cannot_be():
    document = cooled_site(dew_point_max="24 degC")
    tells(document, "cooling.zones[0].dew_point_max", "24 degC in air of 24 degC is fog")
    document = cooled_site(dew_point_min="10 degC", dew_point_max="8 degC")
    tells(document, "cooling.zones[0].dew_point_min", "above dew_point_max 8 degC")


def test_door_water_that_condenses():
    document = cooled_site(dew_point_max="15 degC")
    door = {"model": "door", "water_temperature": "16.9 degC"}
    document["halls"][0]["rows"][0]["door"] = door
    tells(document, "halls[0].rows[0].door.water_temperature", "condenses", "at least 17 degC")


def test_doors_and_units_in_each_others_place():
    document = cooled_site()
    zone_of(document)["units"][0]["model"] = "door"
    tells(document, "cooling.zones[0].units[0].model", "door is a rear door", "door:")
    document = cooled_site()
    document["halls"][0]["rows"][0]["door"] = {"model": "acu"}
    tells(document, "halls[0].rows[0].door.model", "acu is no rear door but of kind perimeter")
    document = cooled_site()
    document["halls"][0]["rows"][0]["door"] = {"model": "door"}
    del document["halls"][0]["rows"][0]["zone"]
    tells(document, "halls[0].rows[0].door", "stands in no zone")


def test_units_that_reach_nothing():
    document = cooled_site()
    unit = zone_of(document)["units"][0]
    unit["serves"] = ["row/r9"]
    tells(document, "cooling.zones[0].units[0].serves[0]", "no rack, row or hall 'row/r9'")
    unit["serves"] = ["row/r1"]
    unit["id"] = "acu-1"
    tells(document, "cooling.zones[0]", "no unit reaches row/r2 and 1 more racks", "serves:")


def test_a_containment_of_another_zone():
    document = cooled_site()
    document["cooling"]["zones"].append({**zone_of(document), "id": "other", "units": []})
    document["cooling"]["zones"][1]["units"] = [{"id": "acu-9", "model": "acu"}]
    document["cooling"]["zones"][1]["containments"] = [{"id": "aisle", "racks": ["row/r1"]}]
    tells(document, "cooling.zones[1].containments[0].racks", "not in zone 'other'")


def test_names_that_would_share_rules():
    document = cooled_site(containments=[{"id": "loop", "racks": ["row"]}])
    tells(document, "cooling.zones[0].containments[0].id", "'loop' is defined twice")


def test_a_loop_without_what_its_pressure_needs():
    document = cooled_site()
    loop_of(document)["pressure"] = {"drop": "20 kPa", "flow": "20 L/min"}
    del document["catalog"]["cdus"]["cdu"]["head"]
    tells(document, "cooling.loops[0].pressure", "no source gives the head of cdu", "head: ...")
    document = cooled_site()
    loop_of(document)["pressure"] = {"drop": "20 kPa", "flow": "20 L/min"}
    del document["catalog"]["servers"]["wet8"]["coolant_pressure_drop"]
    tells(document, "demand", "no source gives the coolant_pressure_drop of wet8")
    document = cooled_site()
    loop_of(document)["pressure"] = {"drop": "20 kPa", "flow": "0 L/min"}
    tells(document, "cooling.loops[0].pressure.flow", "a drop belongs to a flow")
    del loop_of(document)["coolant"]
    tells(document, "cooling.loops[0].pressure", "needs to know the coolant")


def test_a_coolant_outside_its_table():
    document = cooled_site()
    loop_of(document)["facility_water"] = "90 degC"
    tells(document, "cooling.loops[0].coolant", "says nothing of 94 degC")


def test_a_restart_needs_the_start_of_the_generator():
    document = cooled_site(restart="50 s", air_volume="100 m3")
    document["power"]["nodes"].append({"id": "gen", "kind": "generator"})
    tells(document, "cooling.zones[0]", "start of a generator", "generator_start")
    document = cooled_site(restart="50 s")
    tells(document, "cooling.zones[0]", "nothing says what warms up", "add air_volume:")


def test_power_nodes_in_a_zone_that_is_not_there():
    document = cooled_site()
    document["power"]["nodes"][1]["zone"] = "zon"
    tells(document, "power.nodes[1].zone", "no cooling zone 'zon'", "did you mean 'zone'?")


LINES = "inlet,row/r1,row/r2,row/r3\n" + "".join(f"row/r{i},0.1,0.1,0.1\n" for i in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ["cannot read matrix.csv", "No such file"]),
        ("", ["matrix.csv is empty"]),
        (LINES.replace("row/r3,0.1", "row/r4,0.1"), ["no line for row/r3"]),
        (LINES.replace("inlet,row/r1", "inlet,r1"), ["no column for row/r1"]),
        (LINES.replace("row/r2,0.1,", "row/r2,"), ["line 3", "3 cells, its first line 4"]),
        (LINES.replace("row/r2,0.1", "row/r2,cold"), ["line 3", "'cold'", "kelvin per kW"]),
        (LINES.replace("row/r2,0.1", "row/r2,-0.1"), ["line 3", "'-0.1'"]),
        (LINES.replace("row/r2,0.1", "row/r2,nan"), ["line 3", "'nan'"]),
        (LINES.replace("row/r2,0.1", "row/r2,99"), ["line 3", "0 to 10"]),
        (LINES + "row/r1,0,0,0\n", ["line 5", "'row/r1' again"]),
        (LINES.replace("row/r2,0.1", '"row/r2,0.1'), ["cannot read matrix.csv"]),
    ],
)
def test_a_heat_matrix_that_does_not_fit(text, words):
    document = cooled_site(heat_matrix=MATRIX)
    files = None if text is None else {MATRIX: text}
    tells(document, "cooling.zones[0].heat_matrix", *words, files=files)


def test_a_heat_matrix_and_leakage_say_the_same_twice():
    document = cooled_site(heat_matrix=MATRIX, leakage=0.1)
    tells(document, "cooling.zones[0]", "both leakage and heat_matrix", files={MATRIX: LINES})


@pytest.mark.parametrize("value", [-0.1, 0.51, "5 %"])
def test_leakage_is_a_share(value):
    tells(cooled_site(leakage=value), "cooling.zones[0].leakage")


def in_rack(document, **changes):
    """A CDU of the loop that stands in a rack."""
    document["catalog"]["cdus"]["cdu"] |= {"rack_units": 4, "weight": "100 kg"}
    gear = {"name": "cdu-1", "cdu": "cdu", "u": 1, **changes}
    document["halls"][0]["rows"][0]["racks"][0]["gear"] = [gear]
    return document


def test_an_in_rack_cdu_is_one_of_its_loop():
    place = "halls[0].rows[0].racks[0].gear[0]"
    tells(in_rack(cooled_site(), name="cdu-9"), f"{place}.name", "loop 'loop'", "no CDU 'cdu-9'")
    document = in_rack(cooled_site())
    del document["halls"][0]["rows"][0]["loop"]
    tells(document, f"{place}.name", "which has no loop, has no CDU 'cdu-1'")
    document = in_rack(cooled_site(), cdu="other")
    document["catalog"]["cdus"]["other"] = dict(document["catalog"]["cdus"]["cdu"])
    tells(document, f"{place}.cdu", "cdu-1 is a cdu under cooling, and other here")


def test_what_drives_an_in_rack_cdu_carries_it():
    # On power nodes it draws nothing from the feeds of its rack; else it is gear like any other.
    for nodes, drawn in (([], 1000), (["panel-a"], 0)):
        document = in_rack(cooled_site())
        document["catalog"]["cdus"]["cdu"]["power"] = "1 kW"
        cdus = [{"id": f"cdu-{i}", "model": "cdu", "power_from": nodes} for i in (1, 2)]
        loop_of(document)["cdus"] = cdus
        site = facility_of(document)
        (gear,) = site.racks["row/r1"].gear
        assert (drawn, 4, 100_000) == (gear.power_w, gear.rack_units, gear.weight_g)


def test_a_rack_in_no_zone():
    document = cooled_site(2)
    del document["halls"][0]["rows"][0]["zone"]
    document["halls"][0]["rows"][0]["racks"][0]["zone"] = "zone"
    tells(document, "halls[0].rows[0].racks[1]", "row/r2 stands in no cooling zone", "add zone:")


NVL72 = Path(__file__).resolve().parents[2] / "sites" / "nvl72-liquid-hall.yaml"


def warmer_water(folder, water_class):
    """The NVL72 hall with 22 instead of 17 degC of facility water on loop 1."""
    shutil.copytree(NVL72.parent / "weather", folder / "weather")
    text = NVL72.read_text(encoding="utf-8")
    before = 'class: W17\n      return: "27 degC"'
    assert before in text
    after = f'class: {water_class}\n      supply: "22 degC"\n      return: "32 degC"'
    site = folder / "site.yaml"
    site.write_text(text.replace(before, after), encoding="utf-8")
    return site


@pytest.mark.slow
def test_the_nvl72_hall_refuses_water_that_breaks_the_window(tmp_path):
    # 22 + 4 K of approach are 26 degC, 1 K above the 25 degC of a GB200 NVL72.
    result = rackplan.solve(rackplan.load(warmer_water(tmp_path, "W27")), time_limit_s=20)
    assert "INFEASIBLE" == result.status
    said = "loop-1 supplies 26.0 degC, 1.0 K too warm for gb200-nvl72 (at most 25.0)"
    assert any(said in rule.text for rule in result.conflict.rules), result.conflict


def test_water_above_its_class_is_told_once(tmp_path):
    with pytest.raises(InputError) as caught:
        rackplan.load(warmer_water(tmp_path, "W17"))
    (problem,) = caught.value.problems
    assert "a supply of 22 degC is 5.0 K above class W17" == problem.message
    assert problem.line
