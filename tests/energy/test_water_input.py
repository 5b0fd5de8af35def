"""Mistakes in water circuits and weather: each is told where it is, with what to write instead."""

from __future__ import annotations

import pytest
from small_sites import facility_of
from water_sites import circuit_of, water_site

from rackplan.errors import InputError


def told(document):
    with pytest.raises(InputError) as caught:
        facility_of(document)
    for problem in caught.value.problems:
        assert problem.line is not None, problem
    return {problem.path: problem.message for problem in caught.value.problems}


def circuit(**changes):
    """The site with keys of its circuit changed; ``None`` takes one away."""
    document = water_site()
    keys = {**circuit_of(document), **changes}
    document["cooling"]["water"][0] = {k: v for k, v in keys.items() if v is not None}
    return document


def weather(value):
    document = water_site()
    document["site"]["weather"] = value
    return document


def rejector(**changes):
    document = water_site()
    entry = document["catalog"]["rejectors"]["chiller"]
    entry.update(changes)
    document["catalog"]["rejectors"]["chiller"] = {
        key: value for key, value in entry.items() if value is not None
    }
    return document


def zone(**changes):
    document = water_site()
    document["cooling"]["zones"][0].update(changes)
    return document


UNIT = {"id": "u", "model": "chiller"}
DAY = {"dry_bulb": "35 degC", "range": "10 K"}


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        (
            circuit(**{"class": "W17"}),
            "cooling.water[0].supply",
            "a supply of 20 degC is 3.0 K above class W17",
        ),
        (circuit(supply="1.9 degC"), "cooling.water[0].supply", "below the 2 degC of every class"),
        (circuit(supply=None), "cooling.water[0]", "no supply and no class"),
        (
            circuit(supply=None, **{"class": "W+"}),
            "cooling.water[0]",
            "class W+ has no warmest supply",
        ),
        (
            circuit(**{"return": "20 degC"}),
            "cooling.water[0].return",
            "a return of 20 degC is not above the supply of 20 degC",
        ),
        (circuit(units=[]), "cooling.water[0]", "has no units"),
        (
            circuit(units=[{**UNIT, "model": "chillr"}]),
            "cooling.water[0].units[0].model",
            "the catalog has no heat rejection unit 'chillr'",
        ),
        (
            circuit(units=[{**UNIT, "power_from": ["gridd"]}]),
            "cooling.water[0].units[0].power_from[0]",
            "there is no power node 'gridd'",
        ),
        (
            circuit(pumps=[{"id": "p", "flow": "1 L/min", "power": "1 W", "power_from": ["x"]}]),
            "cooling.water[0].pumps[0].power_from[0]",
            "there is no power node 'x'",
        ),
        (circuit(units=[{**UNIT, "id": "ups-a"}]), "cooling.water", "device 'ups-a' is defined"),
        (
            rejector(carnot_share=None),
            "cooling.water[0].units[1]",
            "chiller: a chiller-air needs carnot_share",
        ),
        (
            rejector(capacity="0 W"),
            "cooling.water[0].units[1]",
            "chiller: capacity may not be 0 W",
        ),
        (
            rejector(derate_per_k=1.0, design_ambient="34 degC"),
            "cooling.water[0].units[1]",
            "takes no heat in the hottest hour",
        ),
        (
            rejector(kind="chiller-water", cycles=1),
            "cooling.water[0].units[1]",
            "chiller: cycles 1 leave no blowdown: they are above 1",
        ),
        (zone(water="chv"), "cooling.zones[0].water", "there is no water circuit 'chv'"),
        (
            zone(water_temperature="20 degC"),
            "cooling.zones[0].water_temperature",
            "zone 'zone' has both water and water_temperature",
        ),
        (zone(supply="20 degC"), "cooling.zones[0].supply", "air of 20 degC cannot be made"),
        (weather({}), "site.weather", "weather is either a file or a design_day"),
        (
            weather({"file": "gone.epw"}),
            "site.weather.file",
            "cannot read the weather: No such file or directory",
        ),
        (
            weather({"design_day": DAY}),
            "site.weather.design_day",
            "a design day has a wet_bulb or a humidity",
        ),
        (
            weather({"design_day": {**DAY, "wet_bulb": "35.1 degC"}}),
            "site.weather.design_day.wet_bulb",
            "does not go with 35 degC dry",
        ),
        (
            # Perfectly dry air of 35 degC has a wet bulb of about 12 degC at sea level.
            weather({"design_day": {**DAY, "wet_bulb": "10 degC"}}),
            "site.weather.design_day.wet_bulb",
            "does not go with 35 degC dry",
        ),
    ],
)
def test_a_mistake_is_told_in_its_place(document, path, message):
    found = told(document)
    assert path in found, found
    assert message in found[path]


def test_a_circuit_that_cools_nothing():
    document = water_site()
    del document["cooling"]["zones"][0]["water"]
    assert {"cooling.water[0]": "water circuit 'chw' cools nothing"} == told(document)


@pytest.mark.parametrize("loop", [{}, {"water": "chw", "facility_water": "20 degC"}])
def test_a_loop_has_one_kind_of_facility_water(loop):
    document = water_site()
    document["cooling"]["loops"] = [
        {"id": "loop", "cdus": [{"id": "cdu", "model": "vertiv-xdu121"}], **loop}
    ]
    found = told(document)
    assert {"cooling.loops[0]": "loop 'loop' has either facility_water or water"} == found


def test_a_class_that_coolers_do_not_keep():
    # 35 + 10 = 45 degC in the worst hour.
    document = circuit(units=[{"id": "u", "model": "dry"}], **{"class": "W32"})
    message = told(document)["cooling.water[0]"]
    assert "chw reaches 45.0 degC in the worst hour, 25.0 K above its 20 degC" in message
    assert message.endswith("13.0 K above class W32")


def test_without_weather_coolers_are_taken_at_their_word():
    document = circuit(units=[{"id": "u", "model": "dry"}])
    del document["site"]["weather"]
    site = facility_of(document)
    assert 20.0 == site.water["chw"].supply_c
    texts = [assumption.text for assumption in site.assumptions]
    assert "circuit chw has no chiller: that it keeps 20 degC in all weather" in texts


def test_a_chiller_loses_capacity_only_where_that_is_stated():
    # 2 % for each of the 35 - 30 K above its design ambient: 90 kW.
    document = rejector(derate_per_k=0.02, design_ambient="30 degC")
    assert 90_000 == facility_of(document).water["chw"].rejectors[1].unit.capacity_w
    assert 100_000 == facility_of(water_site()).water["chw"].rejectors[1].unit.capacity_w


def test_thin_air_carries_less_from_dry_coolers():
    document = water_site()
    document["site"]["elevation"] = "1600 m"
    document["policy"]["ashrae_class"] = "A2"
    cooler, chiller, _ = facility_of(document).water["chw"].rejectors
    assert 81_000 < cooler.unit.capacity_w < 83_000
    assert 100_000 == chiller.unit.capacity_w
