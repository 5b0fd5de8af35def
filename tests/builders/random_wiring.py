"""Strategies of electrical sites: many kinds of feed in a rack, odd counts of power supplies,
strips with banks, gear of several cords, servers that stand already, and rated lines above.

Figures are not round here: solver and verifier must agree all the same, the solver rounding up.
"""

from __future__ import annotations

from typing import Any

from electrical_sites import box, circuit, hall, row, strip
from hypothesis import strategies as st
from small_sites import Document

KINDS_400 = ("wye", "wye-nec", "line")
KINDS_208 = ("delta", "pair", "low")

STRIPS: dict[str, tuple[str, ...]] = {
    "wye": ("s-wye", "s-wye-tight"),
    "line": ("s-line",),
    "delta": ("s-delta", "s-delta-tight"),
    "pair": ("s-pair",),
}

SURVIVE: tuple[Any, ...] = ("full", "full", "shed", {"reduced": "700 W"})


@st.composite
def electrical_sites(draw: st.DrawFn, most_racks: int = 4, most: int = 8) -> Document:
    """A site of a few racks on panels whose lines are rated."""
    racks = draw(st.integers(1, most_racks))
    document = hall(racks, power_factor=draw(st.sampled_from([1.0, 0.95, 0.9])))
    _catalog(draw, document)
    low = draw(st.booleans())
    panels = _power(draw, document, 208 if low else 400)
    rows = row(document)
    kinds = KINDS_208 if low else KINDS_400
    rows["feeds"] = _feeds(draw, panels, kinds)
    for rack in rows["racks"]:
        if draw(st.integers(0, 2)) == 0:
            rack["feeds"] = _feeds(draw, panels, kinds)
        sides = list(rack.get("feeds", rows["feeds"]))
        _standing(draw, rack, sides)
    lines: list[Document] = []
    for server in draw(st.sampled_from([["box"], ["blade"], ["box", "blade"]])):
        line: Document = {"server": server, "max": draw(st.integers(1, most))}
        line["min"] = min(line["max"], draw(st.sampled_from([0, 0, 1, 3])))
        line["survive"] = draw(st.sampled_from(SURVIVE))
        lines.append(line)
    document["demand"] = lines
    _policy(draw, document)
    return document


def _catalog(draw: st.DrawFn, document: Document) -> None:
    catalog = document["catalog"]
    catalog["circuits"] |= {
        "wye": circuit("400 V", draw(st.sampled_from(["16 A", "10 A"]))),
        "wye-nec": circuit("400 V", "20 A", standard="nec"),
        "line": circuit("230 V", "16 A", 1, "single"),
        "delta": circuit("208 V", draw(st.sampled_from(["30 A", "20 A"])), 3, "delta", "nec"),
        "pair": circuit("208 V", "20 A", 1, "single", "nec"),
        "low": circuit("120 V", "20 A", 1, "single", "nec"),
    }
    both = {"C13": 13, "C19": 12}
    catalog["rack_pdus"] = {
        "s-wye": strip("L1 L2 L3", both, amps="16 A"),
        "s-wye-tight": strip("L1 L2 L3 L1 L2 L3", {"C13": 5, "C19": 5}, amps="16 A", breaker="8 A"),
        "s-line": strip("L L", both, volts="230 V", amps="16 A"),
        "s-delta": strip("L1-L2 L2-L3 L3-L1", both, volts="208 V", amps="24 A", continuous=0.8),
        "s-delta-tight": strip(
            "L1-L2 L2-L3 L3-L1 L1-L2",
            {"C13": 5, "C39": 5},
            volts="208 V",
            amps="24 A",
            breaker="10 A",
            continuous=0.8,
        ),
        "s-pair": strip("L", both, volts="208 V", amps="16 A"),
    }
    for name in ("box", "blade"):
        watts, many = draw(st.sampled_from([1000, 1537, 2900, 711])), draw(st.integers(1, 9))
        peak_w = draw(st.sampled_from([watts, watts, 3100]))
        least_w = -(-max(watts, peak_w) // many)  # each supply alone, half of them, all of them
        figures: Document = {
            "max_draw": f"{watts} W",
            "psu_count": many,
            "psu_rating": f"{least_w * draw(st.sampled_from([1, 2, many]))} W",
            "inlet": draw(st.sampled_from(["", "C14", "C20", "C20 (locking)"])),
            "peak": None if peak_w == watts else f"{peak_w} W",
        }
        box(document, name, **{key: value for key, value in figures.items() if value != ""})


def _power(draw: st.DrawFn, document: Document, volts: int) -> list[str]:
    """Nodes written into the document; the panels are returned."""
    many = draw(st.integers(1, 3))
    letters = "abc"[:many]
    nodes: list[Document] = [{"id": "grid", "kind": "utility"}]
    source = "grid"
    if draw(st.integers(0, 2)) == 0:
        nodes.append({"id": "gen", "kind": "generator", "rated_power": "40 kW"})
        nodes.append({"id": "ats", "kind": "ats", "from": ["grid", "gen"]})
        source = "ats"
    board: Document = {"id": "board", "kind": "switchboard", "from": [source]}
    if draw(st.booleans()):
        amps = draw(st.sampled_from(["100 A", "30 A", "20 A"]))
        board |= {"volts": f"{volts} V", "amps": amps, "phases": 3, "standard": "iec"}
    nodes.append(board)
    panels = []
    for letter in letters:
        above = "board"
        if draw(st.booleans()):
            ups: Document = {"id": f"ups-{letter}", "kind": "ups", "from": ["board"], "spare": True}
            ups["rated_power"] = draw(st.sampled_from(["6 kW", "13 kW", "50 kW"]))
            ups["efficiency"] = draw(
                st.sampled_from([1.0, 0.94, {"25 %": 0.93, "50 %": 0.96, "100 %": 0.955}])
            )
            if draw(st.booleans()):
                ups["modules"] = 3
            if draw(st.booleans()):
                ups["overload"] = {"share": 1.25, "time": "60 s"}
            if draw(st.booleans()):
                ups["recharge"] = "500 W"
            nodes.append(ups)
            above = f"ups-{letter}"
        panel: Document = {"id": f"panel-{letter}", "kind": "rpp", "from": [above], "spare": True}
        kind = draw(st.integers(0, 4))
        if kind == 0:
            panel["kind"] = "busway"
        if kind < 4:
            amps = draw(st.sampled_from(["30 A", "33 A", "63 A"]))
            panel |= {"volts": f"{volts} V", "amps": amps, "phases": 3}
            panel["standard"] = draw(st.sampled_from(["iec", "nec"]))
        if draw(st.integers(0, 3)) == 0:
            panel["load"] = "700 W"
        if draw(st.integers(0, 5)) == 0:
            panel["no_load_loss"] = "90 W"
        nodes.append(panel)
        panels.append(f"panel-{letter}")
    document["power"] = {"nodes": nodes}
    return panels


def _feeds(draw: st.DrawFn, panels: list[str], kinds: tuple[str, ...]) -> Document:
    many = draw(st.integers(1, 4))
    found: Document = {}
    for side in "ABCD"[:many]:
        kind = draw(st.sampled_from(kinds))
        feed: Document = {"from": draw(st.sampled_from(panels)), "circuit": kind}
        if kind in STRIPS and draw(st.integers(0, 2)) == 0:
            feed["pdu"] = draw(st.sampled_from(STRIPS[kind]))
        if draw(st.integers(0, 5)) == 0:
            feed["thermal"] = 0.87
        found[side] = feed
    return found


def _standing(draw: st.DrawFn, rack: Document, sides: list[str]) -> None:
    kind = draw(st.integers(0, 5))
    if kind == 0:
        gear: Document = {"name": "leaf", "u": 48, "rack_units": 1, "weight": "9 kg"}
        gear |= {"power": draw(st.sampled_from(["0 W", "301 W", "1600 W"])), "airflow": "0 L/s"}
        if draw(st.booleans()):
            gear["cords"] = draw(st.integers(1, 5))
        if draw(st.booleans()):
            gear["feeds"] = draw(st.lists(st.sampled_from(sides), min_size=1, unique=True))
        rack["gear"] = [gear]
    if kind == 1:
        units = list(range(1, 1 + draw(st.integers(1, 4))))
        rack["existing"] = [
            {"server": "box", "u": units, "survive": draw(st.sampled_from(SURVIVE))}
        ]


def _policy(draw: st.DrawFn, document: Document) -> None:
    rules = document["policy"]
    nodes = [node["id"] for node in document["power"]["nodes"]]
    rules["not_survived"] = draw(
        st.one_of(
            st.just(nodes),
            st.lists(st.sampled_from(nodes), unique=True, max_size=3),
        )
    )
    if draw(st.integers(0, 3)) == 0:
        rules["peak_ratio"] = 1.3
    if draw(st.integers(0, 2)) == 0:
        rules["reaction_time"] = draw(st.sampled_from(["10 s", "90 s"]))
    if draw(st.integers(0, 4)) == 0 and len(nodes) > 3:
        two = draw(st.lists(st.sampled_from(nodes), unique=True, min_size=2, max_size=2))
        state: Document = {"id": "bad-day", "out": two[:1], "lost": two[1:]}
        if draw(st.booleans()):
            state["lost"] = "each"
        rules["loss_states"] = [state]
