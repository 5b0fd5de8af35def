"""Small sites with everything at once: water, floors, gear, several rooms and loops, loss states.

They begin as ``cooled_sites`` do: one zone, one loop, odd units; what those lack is added here.
"""

from __future__ import annotations

import copy
from typing import Any

from cooled_sites import cooled_sites
from hypothesis import strategies as st
from small_sites import Document, node_of, row_of
from water_sites import DESIGN_DAY, REJECTORS

Drawn = tuple[Document, dict[str, str]]

TOWER: Document = {**REJECTORS["dry"], "name": "tower", "kind": "tower", "cycles": 5}
SPRAYED: Document = {
    **REJECTORS["dry"],
    "name": "adiabatic cooler",
    "kind": "adiabatic-cooler",
    "dry_approach": "8 K",
    "approach": "5 K",
    "cycles": 4,
}


@st.composite
def whole_sites(draw: st.DrawFn) -> Drawn:
    """A site and the files beside it."""
    document, files = draw(cooled_sites())
    if draw(st.booleans()):
        _second_room(draw, document)
    if draw(st.booleans()):
        _water(draw, document)
    if draw(st.booleans()):
        _floor(draw, document)
    for rack in row_of(document)["racks"]:
        _inside(draw, document, rack)
    _servers(draw, document)
    _states(draw, document)
    return document, files


def _one(draw: st.DrawFn, *choices: Any) -> Any:
    return draw(st.sampled_from(choices))


def _second_room(draw: st.DrawFn, document: Document) -> None:
    """One more row of two racks, in a zone of its own, perhaps on a loop of its own."""
    cooling = document["cooling"]
    row = {**copy.deepcopy(row_of(document)), "id": "dry", "y": "3 m", "zone": "second"}
    row["racks"] = [{"id": "r1"}, {"id": "r2"}]
    zone = {"id": "second", "supply": _one(draw, "20 degC", "25 degC")}
    zone["units"] = [{"id": "far-1", "model": "acu"}, {"id": "far-2", "model": "acu"}]
    if draw(st.booleans()):
        zone["units"][0]["power_from"] = ["ups-a", "ups-b"]
    row["loop"] = _one(draw, "loop", "other", None)
    if row["loop"] is None:
        del row["loop"]
    if row.get("loop") == "other":
        cdus = [{"id": "cdu-9", "model": "cdu"}, {"id": "cdu-8", "model": "cdu"}]
        cooling["loops"].append({"id": "other", "facility_water": "24 degC", "cdus": cdus})
    cooling["zones"].append(zone)
    document["halls"][0]["rows"].append(row)


def _water(draw: st.DrawFn, document: Document) -> None:
    """Zones and loops on a circuit of some coolers and chillers, some of them driven."""
    cooling = document["cooling"]
    entries = copy.deepcopy({**REJECTORS, "tower": TOWER, "sprayed": SPRAYED})
    for entry in entries.values():
        entry["capacity"], entry["power"] = _one(draw, "12 kW", "30 kW", "100 kW"), "300 W"
    document["catalog"]["rejectors"] = entries
    models = _one(
        draw,
        ["chiller", "chiller"],
        ["dry", "chiller", "chiller"],
        ["tower", "chiller"],
        ["sprayed", "sprayed"],
        ["tower", "tower", "dry"],
    )
    driven = _one(draw, {}, {"power_from": ["grid"]}, {"power_from": ["panel-b", "panel-a"]})
    dry_c = _one(draw, -5, 4, 20, 38) if "chiller" in models else _one(draw, -5, 2)
    day = {**DESIGN_DAY, "dry_bulb": f"{dry_c} degC", "range": "8 K"}
    day["wet_bulb"] = f"{dry_c - 3 if dry_c < 20 else dry_c - 9} degC"
    if draw(st.integers(0, 4)):
        document["site"]["weather"] = {"design_day": day}
    circuit: Document = {
        "id": "chw",
        "supply": "14 degC",
        "units": [{"id": f"u{i}", "model": model, **driven} for i, model in enumerate(models)],
    }
    if draw(st.booleans()):
        circuit["return"] = "22 degC"
    if draw(st.booleans()):
        circuit["class"] = "W17"
    flow = _one(draw, "20 L/min", "60 L/min", "500 L/min")
    circuit["pumps"] = [
        {"id": f"p{i}", "flow": flow, "power": "100 W", **driven}
        for i in range(_one(draw, 0, 2, 3))
    ]
    if "return" in circuit and draw(st.booleans()):
        circuit |= {"storage": _one(draw, "20 L", "300 L"), "restart": "60 s"}
        document["policy"]["generator_start"] = "10 s"
    cooling["water"] = [circuit]
    for zone in cooling["zones"] if draw(st.booleans()) else cooling["zones"][:1]:
        zone["water"] = "chw"
    for loop in cooling["loops"]:
        if draw(st.booleans()):
            del loop["facility_water"]
            loop["water"] = "chw"
    document["catalog"]["air_units"]["acu"]["power"] = _one(draw, "0 W", "400 W")
    document["catalog"]["cdus"]["cdu"]["power"] = _one(draw, "0 W", "300 W")


def _floor(draw: st.DrawFn, document: Document) -> None:
    """A slab, perhaps with tiles, a trench and a narrow way in."""
    hall = document["halls"][0]
    hall["floor"] = floor = {"max_load": _one(draw, "500 kg/m2", "700 kg/m2", "1200 kg/m2")}
    row_of(document)["front_clearance"] = _one(draw, "1 m", "1.5 m")
    if draw(st.booleans()):
        floor["tiles"] = {"size": _one(draw, "600 mm", "500 mm")}
        floor["tiles"]["point_load"] = _one(draw, "150 kg", "400 kg")
    if draw(st.booleans()):
        names = [f"row/{rack['id']}" for rack in row_of(document)["racks"]]
        load = _one(draw, "400 kg/m2", "800 kg/m2")
        bay = {"id": "bay", "racks": names[:2], "area": "4 m2", "max_load": load}
        floor["zones"] = [bay]
    if draw(st.booleans()):
        hall["path"] = {"rolling_load": _one(draw, "90 kg", "300 kg")}
        document["policy"]["delivered"] = _one(draw, "empty", "filled")
    if draw(st.booleans()):
        document["policy"]["max_center_of_gravity"] = _one(draw, "500 mm", "700 mm")


def _inside(draw: st.DrawFn, document: Document, rack: Document) -> None:
    """Profiles, gear, servers that stand, water of the door."""
    if "door" in rack:
        if draw(st.booleans()):
            rack["door"]["water_temperature"] = "16 degC"
        if draw(st.booleans()):
            rack["door"]["power_from"] = [_one(draw, "panel-a", "ups-b")]
        if draw(st.booleans()):
            rack["air_limit"] = _one(draw, "7 kW", "13 kW")
    if draw(st.booleans()):
        rack["profile"] = {
            "air_gaps": _one(draw, [], ["20"]),
            "manifolds": _one(draw, [], ["19"]),
            "blocked": _one(draw, [], ["1 plumbing"]),
            "reserved": _one(draw, [], ["17-18"]),
        }
    kind = _one(draw, "none", "none", "switch", "cdu")
    if kind == "switch":
        gear = {"name": "switch", "u": 16, "rack_units": 1, "power": "500 W", "weight": "9 kg"}
        rack["gear"] = [{**gear, "airflow": "20 L/s", "face": _one(draw, "front", "rear")}]
        if draw(st.booleans()):
            rack["gear"][0]["feeds"] = _one(draw, ["A"], ["A", "B"])
    elif kind == "cdu":
        document["catalog"]["cdus"]["small"] = {
            **document["catalog"]["cdus"]["cdu"],
            "rack_units": 2,
            "weight": "60 kg",
            "power": "400 W",
        }
        # It is one of the loop of its rack.
        name = f"inside-{rack['id']}"
        document["cooling"]["loops"][0]["cdus"].append({"id": name, "model": "small"})
        rack["gear"] = [{"name": name, "cdu": "small", "u": 15, "airflow": "5 L/s"}]
    if draw(st.integers(0, 3)) == 0:
        server = _one(draw, "box4", "wet8", "box8")
        rack["existing"] = [{"server": server, "u": [3]}]
        if draw(st.booleans()):
            rack["existing"][0]["survive"] = "shed"


def _servers(draw: st.DrawFn, document: Document) -> None:
    for line in document["demand"]:
        line["survive"] = _one(draw, "full", "full", "shed", {"reduced": "1500 W"})
    if draw(st.integers(0, 4)) == 0:
        pin = {"server": _one(draw, "box8", "wet8"), "rack": "row/r1", "count": 1}
        document["placement"] = {"pin": [pin]}
    if draw(st.integers(0, 4)) == 0:
        document["placement"] = document.get("placement", {})
        document["placement"]["forbid"] = [{"places": ["row/r1"], "servers": ["tender"]}]
    if draw(st.booleans()):
        node = node_of(document, "ups-[a-b]")
        node |= {"efficiency": _one(draw, 0.9, 0.96), "no_load_loss": "300 W"}
        node["zone"] = _one(draw, *(zone["id"] for zone in document["cooling"]["zones"]))


def _states(draw: st.DrawFn, document: Document) -> None:
    """Losses that need not be survived, and some that must be at once."""
    parts = ["acu-1", "acu-2", "cdu-1", "cdu-1/pump", "ups-a", "row/r1:A"]
    parts += [f"row/{r['id']}/door" for r in row_of(document)["racks"] if "door" in r]
    for circuit in document["cooling"].get("water", ()):
        parts += [part["id"] for part in (*circuit["units"], *circuit["pumps"])]
    policy = document["policy"]
    spared = draw(st.lists(st.sampled_from(parts), max_size=4, unique=True))
    policy["not_survived"] = [*policy.get("not_survived", ()), *spared]
    devices = [part for part in parts if part.count("/") == 0 or part.endswith("/door")]
    if draw(st.booleans()):
        lost = draw(st.lists(st.sampled_from(devices), min_size=1, max_size=2, unique=True))
        policy["loss_states"] = [{"id": "both", "lost": lost}]
    if draw(st.integers(0, 3)) == 0:
        out = [draw(st.sampled_from(devices))]
        policy.setdefault("loss_states", []).append({"id": "service", "out": out, "lost": "each"})
