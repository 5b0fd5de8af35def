"""Strategies of small valid sites: each is a site document (see ``small_sites``).

Figures are round, so that no load needs rounding: what the solver rounds up and what the verifier
computes in fractions are then the same, and the two must agree to the watt.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st
from small_sites import CHAT, Document, small_site

AIR_UNITS = {"acu-10": ("10 kW", "800 L/s"), "acu-25": ("25 kW", "1500 L/s")}
"""Small units beside the generous ``acu`` of the hand site."""

SURVIVE: tuple[Any, ...] = ("full", "shed", {"reduced": "1000 W"})

GOALS = ("servers", "gpus", "racks", "power", "headroom")


@st.composite
def sites(draw: st.DrawFn, most_racks: int = 8, rack_units: int = 20, most: int = 6) -> Document:
    """A valid site of up to ``most_racks`` racks, with every family of rules somewhere in play."""
    racks = draw(st.integers(1, most_racks))
    document = small_site(racks, demand=[], objective=draw(_objectives()))
    catalog = document["catalog"]
    catalog["racks"]["cabinet"]["rack_units"] = rack_units
    catalog["racks"]["cabinet"]["max_load"] = draw(st.sampled_from(["900 kg", "220 kg", "110 kg"]))
    for name, (capacity, airflow) in AIR_UNITS.items():
        unit = {**catalog["air_units"]["acu"], "capacity": capacity, "airflow": airflow}
        catalog["air_units"][name] = unit | {"power": draw(st.sampled_from(["0 W", "400 W"]))}
    panels = draw(_power(document))
    document["cooling"] = draw(_cooling(panels))
    document["halls"] = draw(_halls(document, racks, panels, rack_units))
    if draw(st.integers(0, 2)) == 0:
        document["fabric"] = {"leaf_groups": [draw(_leaf_group(document))]}
    _ask(draw, document, most)
    return document


@st.composite
def _objectives(draw: st.DrawFn) -> list[str]:
    first = draw(st.sampled_from(["servers", "servers", "gpus", "headroom", "power"]))
    then = draw(st.lists(st.sampled_from(GOALS), max_size=2, unique=True))
    return [first, *(goal for goal in then if goal != first)]


@st.composite
def _power(draw: st.DrawFn, document: Document) -> list[list[str]]:
    """A power graph written into the document; the panels of each kind of rack are returned."""
    kind = draw(st.sampled_from(["2N", "2N", "3N2", "3N2", "N"]))
    letters = {"N": "a", "2N": "ab", "3N2": "abc"}[kind]
    nodes: list[Document] = [{"id": "grid", "kind": "utility"}]
    standby = draw(st.booleans())
    if standby:
        watts = draw(st.sampled_from(["90 kW", "20 kW"]))
        nodes.append({"id": "genset", "kind": "generator", "rated_power": watts})
    for letter in letters:
        if standby:
            nodes.append({"id": f"ats-{letter}", "kind": "ats", "from": ["grid", "genset"]})
        source = f"ats-{letter}" if standby else "grid"
        ups: Document = {"id": f"ups-{letter}", "kind": "ups", "from": [source]}
        watts = draw(st.sampled_from(["8 kW", "14 kW", "20 kW", "80 kW"]))
        ups["rated_power"] = watts
        if draw(st.booleans()):
            ups["efficiency"] = 0.8  # 1,000 W out is 1,250 W in
        if draw(st.integers(0, 3)) == 0:
            ups["rated_apparent"] = draw(st.sampled_from(["10 kVA", "18 kVA"]))
        if draw(st.integers(0, 3)) == 0:
            ups["load"] = "1000 W"
        nodes.append(ups)
        nodes.append(
            {"id": f"panel-{letter}", "kind": "rpp", "from": [f"ups-{letter}"], "spare": True}
        )
    document["power"] = {"nodes": nodes}
    document["policy"]["power_factor"] = draw(st.sampled_from([1.0, 0.8]))
    if kind == "N" or draw(st.integers(0, 5)) == 0:
        names = [node["id"] for node in nodes if node["id"].endswith("-a")]
        document["policy"]["not_survived"] = names
    pairs = {"N": ["a"], "2N": ["ab", "ba"], "3N2": ["ab", "bc", "ca"]}[kind]
    return [[f"panel-{letter}" for letter in pair] for pair in pairs]


@st.composite
def _cooling(draw: st.DrawFn, panels: list[list[str]]) -> Document:
    zones = []
    for name in ("zone-1", "zone-2"):
        units = []
        for k in range(draw(st.integers(2, 3))):
            model = draw(st.sampled_from(["acu", "acu-25", "acu-10"]))
            unit: Document = {"id": f"{name}-u{k}", "model": model}
            if draw(st.booleans()):
                unit["power_from"] = panels[0]
            units.append(unit)
        zone: Document = {"id": name, "units": units, "supply": "24 degC"}
        if draw(st.integers(0, 3)) == 0:
            zone["rack_limit"] = draw(st.sampled_from(["5 kW", "9 kW"]))
        zones.append(zone)
    return {"zones": zones}


@st.composite
def _halls(
    draw: st.DrawFn, document: Document, racks: int, panels: list[list[str]], rack_units: int
) -> list[Document]:
    """One or two halls of one row each; racks differ in feeds, profile and what stands in them."""
    row = document["halls"][0]["rows"][0]
    split = draw(st.integers(1, racks))
    halls = []
    for number, many in ((1, split), (2, racks - split)):
        if many:
            names = [f"r{i + 1}" for i in range(many)]
            kinds = draw(st.lists(_rack(panels, rack_units), min_size=1, max_size=3))
            own = [{"id": name, **copy.deepcopy(draw(st.sampled_from(kinds)))} for name in names]
            base = {key: value for key, value in row.items() if key not in {"feeds", "racks"}}
            here = {**base, "id": f"row-{number}", "zone": f"zone-{number}", "racks": own}
            halls.append({"id": f"hall-{number}", "rows": [here]})
    return halls


@st.composite
def _rack(draw: st.DrawFn, panels: list[list[str]], rack_units: int) -> Document:
    sources = draw(st.sampled_from(panels))
    sides = zip("AB", sources, strict=False)
    rack: Document = {"feeds": {s: {"from": p, "circuit": "circuit"} for s, p in sides}}
    kind = draw(st.integers(0, 7))
    if kind == 0:
        rack["profile"] = {"blocked": [str(rack_units // 2)]}
    if kind == 1:
        rack["profile"] = {"starts": [1, 4, 9]}
    if kind == 2:
        watts = draw(st.sampled_from(["0 W", "600 W"]))
        gear = {"name": "leaf", "u": rack_units, "rack_units": 1, "power": watts, "weight": "9 kg"}
        rack["gear"] = [gear]
    if kind == 3:
        rack["existing"] = [{"server": "box4", "u": [2], "survive": draw(st.sampled_from(SURVIVE))}]
    if kind == 4:
        rack["max_total_weight"] = draw(st.sampled_from(["260 kg", "400 kg"]))
    return rack


@st.composite
def _leaf_group(draw: st.DrawFn, document: Document) -> Document:
    rows = [row["id"] for hall in document["halls"] for row in hall["rows"]]
    return {"id": "leaf", "racks": rows[:1], "ports": draw(st.sampled_from([64, 20, 12]))}


def _ask(draw: st.DrawFn, document: Document, most: int) -> None:
    """Demand lines, workloads, pins and forbidden places."""
    lines: list[Document] = []
    for server in draw(st.sampled_from([["box8"], ["box4"], ["box8", "box4"]])):
        line: Document = {"server": server, "max": draw(st.integers(2, most))}
        line["min"] = min(line["max"], draw(st.sampled_from([0, 0, 0, 1, 3])))
        line["survive"] = draw(st.sampled_from(SURVIVE))
        lines.append(line)
    document["demand"] = lines
    if draw(st.booleans()):
        chat = {**CHAT, "survive": draw(st.sampled_from(SURVIVE))}
        if draw(st.integers(0, 2)) == 0:
            chat["demand"] = draw(st.sampled_from(["100 tok/s", "20000 tok/s"]))
        document["workloads"] = [chat]
        for line in lines:
            line["idle"] = draw(st.booleans())
        if draw(st.booleans()):
            document["objective"].insert(0, "throughput/chat")
    place = draw(st.integers(0, 3))
    racks = [
        f"{r['id']}/{k['id']}" for h in document["halls"] for r in h["rows"] for k in r["racks"]
    ]
    if place == 0:
        document["placement"] = {"forbid": [{"places": [draw(st.sampled_from(racks))]}]}
    if place == 1:
        pin = {"server": lines[0]["server"], "rack": draw(st.sampled_from(racks))}
        document["placement"] = {"pin": [pin]}
