"""Small sites with every way of cooling somewhere in play: strategies for hypothesis.

Servers are those of ``small_sites`` and a ``wet8`` that gives three quarters of its heat to PG25.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from small_sites import Document, small_site

MATRIX = "matrix.csv"
"""Heat distribution matrix beside the site file."""

LINES = (
    {"server": "box8", "max": 6},
    {"server": "box4", "max": 6, "survive": "shed"},
    {"server": "wet8", "max": 6},
    {"server": "tender", "max": 3, "survive": {"reduced": "1000 W"}},
)


def cooled_site(racks: int = 3, **zone: Any) -> Document:
    """A row of racks on one zone and one loop, generous unless a test says otherwise."""
    document = small_site(racks, policy={"server_delta_t": "15 K", "ashrae_class": "A3"})
    catalog = document["catalog"]
    box = catalog["servers"]["box8"]
    catalog["servers"]["tender"] = {**box, "inlet_max": "27 degC", "rack_units": 4}
    catalog["servers"]["wet8"] = {
        **box,
        "cooling": "liquid+air",
        "liquid_fraction": 0.75,
        "coolant_flow": "6 L/min",
        "coolant_supply_min": "20 degC",
        "coolant_supply_max": "40 degC",
        "coolant_pressure_drop": "40 kPa",
        "airflow": "100 L/s",
    }
    acu = {**catalog["air_units"]["acu"], "return_max": "60 degC"}
    catalog["air_units"]["acu"] = acu
    catalog["air_units"]["door"] = {**acu, "kind": "rear-door", "passive": True}
    catalog["cdus"] = {
        "cdu": {
            "vendor": "Maker",
            "name": "CDU",
            "defaults": box["defaults"],
            "capacity": "60 kW",
            "approach": "4 K",
            "flow": "60 L/min",
            "coolant": "pg25",
            "head": "100 kPa",
            "pumps": 2,
            "power": "0 W",
        }
    }
    document["cooling"]["zones"][0] |= zone
    document["cooling"]["loops"] = [
        {
            "id": "loop",
            "facility_water": "26 degC",
            "coolant": "pg25",
            "cdus": [{"id": "cdu-[1-2]", "model": "cdu"}],
        }
    ]
    document["halls"][0]["rows"][0]["loop"] = "loop"
    document["demand"] = [dict(line) for line in LINES]
    return document


@st.composite
def cooled_sites(draw: st.DrawFn) -> tuple[Document, dict[str, str]]:
    """A site and the files beside it."""
    racks = draw(st.integers(1, 4))
    document = cooled_site(racks)
    names = [f"row/r{i + 1}" for i in range(racks)]
    document["site"]["elevation"] = draw(st.sampled_from(["0 m", "0 m", "1200 m"]))
    document["objective"] = [draw(st.sampled_from(["servers", "gpus", "headroom"]))]
    zone = document["cooling"]["zones"][0]
    zone["supply"] = draw(st.sampled_from(["20 degC", "24 degC", "26.5 degC"]))
    zone["provision"] = draw(st.sampled_from([1.0, 1.25]))
    _units(draw, document, names)
    files = _exhaust(draw, zone, names)
    if draw(st.booleans()):
        zone["dew_point_max"] = draw(st.sampled_from(["12 degC", "19 degC"]))
    _parts(draw, document, names)
    _loop(draw, document)
    _without_utility(draw, document)
    return document, files


def _units(draw: st.DrawFn, document: Document, names: list[str]) -> None:
    """Units of a small size, some of which reach their neighbors only."""
    acu = document["catalog"]["air_units"]["acu"]
    acu["capacity"] = draw(st.sampled_from(["8 kW", "12 kW", "20 kW"]))
    acu["airflow"] = draw(st.sampled_from(["600 L/s", "1200 L/s"]))
    units: list[Document] = [{"id": "acu-1", "model": "acu"}, {"id": "acu-2", "model": "acu"}]
    if draw(st.booleans()):
        units.append({"id": "acu-3", "model": "acu"})
    for unit in units if draw(st.booleans()) else ():
        if draw(st.booleans()):
            unit["serves"] = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    if all("serves" in unit for unit in units):  # every rack is reached
        units[0]["serves"] = ["row"]
    document["cooling"]["zones"][0]["units"] = units


def _exhaust(draw: st.DrawFn, zone: Document, names: list[str]) -> dict[str, str]:
    """Exhaust air that comes back: a share, a matrix, or none."""
    kind = draw(st.sampled_from(["none", "leakage", "matrix"]))
    if kind == "leakage":
        zone["leakage"] = draw(st.sampled_from([0.05, 0.2]))
    if kind != "matrix":
        return {}
    zone["heat_matrix"] = MATRIX
    figures = st.sampled_from([0.0, 0.05, 0.2, 0.5])
    lines = [",".join(["inlet", *names])]
    lines += [",".join([name, *(str(draw(figures)) for _ in names)]) for name in names]
    return {MATRIX: "\n".join(lines)}


def _parts(draw: st.DrawFn, document: Document, names: list[str]) -> None:
    """Containments, rear doors, tiles."""
    zone, racks = document["cooling"]["zones"][0], document["halls"][0]["rows"][0]["racks"]
    if draw(st.booleans()):
        part = {"id": "aisle", "racks": draw(st.lists(st.sampled_from(names), unique=True))}
        zone["containments"] = [part | {"max_heat": draw(st.sampled_from(["9 kW", "15 kW"]))}]
    document["catalog"]["air_units"]["door"]["passive"] = draw(st.booleans())
    for rack in racks:
        kind = draw(st.sampled_from(["none", "none", "door", "tiles"]))
        if kind == "door":
            rack["door"] = {"model": "door"}
        elif kind == "tiles":
            rack["tiles"] = {"count": 2, "flow": draw(st.sampled_from(["150 L/s", "400 L/s"]))}


def _loop(draw: st.DrawFn, document: Document) -> None:
    loop, cdu = document["cooling"]["loops"][0], document["catalog"]["cdus"]["cdu"]
    cdu["capacity"] = draw(st.sampled_from(["9 kW", "20 kW"]))
    cdu["flow"] = draw(st.sampled_from(["12 L/min", "30 L/min"]))
    if draw(st.booleans()):
        loop["supply"] = draw(st.sampled_from(["28 degC", "30 degC"]))
    if draw(st.booleans()):
        drop = draw(st.sampled_from(["20 kPa", "60 kPa"]))
        loop["pressure"] = {"drop": drop, "flow": "20 L/min"}


def _without_utility(draw: st.DrawFn, document: Document) -> None:
    """A generator, and what lasts until cooling is back."""
    if not draw(st.booleans()):
        return
    nodes = document["power"]["nodes"]
    nodes[0:1] = [
        {"id": "grid", "kind": "utility"},
        {"id": "gen", "kind": "generator", "derate": {"above": "3000 m", "per_300m": 0.04}},
        {"id": "ats", "kind": "ats", "from": ["grid", "gen"]},
    ]
    for node in nodes:
        if node["kind"] == "ups":
            node["from"] = ["ats"]
            node["efficiency"] = draw(st.sampled_from([1.0, 0.96]))
            if draw(st.booleans()):
                node["zone"] = "zone"
    document["policy"] |= {"generator_start": "10 s", "not_survived": ["ats"]}
    zone, loop = document["cooling"]["zones"][0], document["cooling"]["loops"][0]
    zone |= {"restart": "50 s", "air_volume": draw(st.sampled_from(["60 m3", "200 m3"]))}
    zone["mass_share"] = draw(st.sampled_from([0.0, 0.5]))
    if draw(st.booleans()):
        loop |= {"restart": "50 s", "volume": draw(st.sampled_from(["10 L", "40 L"]))}
