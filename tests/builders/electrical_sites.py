"""Halls in which only electricity binds, as documents that tests change and solve.

    grid -- ups-a -- panel-a -- feed A of every rack
    grid -- ups-b -- panel-b -- feed B of every rack

Everything is lossless, unrated and of power factor 1 unless a test says otherwise, and space,
weight, air and reach are generous. A ``box`` is 1 U, 1,000 W, with two supplies of 4,000 W, of
which one carries it.
"""

from __future__ import annotations

import copy
from typing import Any

from small_sites import Document, facility_of, small_site

import rackplan
from rackplan.solver import Result

FIGURES = {"basis": "estimate", "source": "worked example", "note": "chosen to be round"}

CIRCUITS: dict[str, tuple[str, str, int, str, str]] = {
    "wye": ("400 V", "32 A", 3, "wye", "iec"),
    "wye-415": ("415 V", "32 A", 3, "wye", "iec"),
    "delta": ("208 V", "30 A", 3, "delta", "nec"),
    "line": ("230 V", "32 A", 1, "single", "iec"),
    "pair": ("208 V", "30 A", 1, "single", "nec"),
    "wide": ("400 V", "4000 A", 3, "wye", "iec"),
    "wide-1": ("400 V", "4000 A", 1, "single", "iec"),
}
"""Circuits: volts, breaker, phases, wiring, standard. ``wide`` ones never bind."""


def circuit(
    volts: str, amps: str, phases: int = 3, wiring: str = "wye", standard: str = "iec"
) -> Document:
    """A circuit of the catalog."""
    return {
        "vendor": "Maker",
        "name": "circuit",
        "defaults": FIGURES,
        "volts": volts,
        "amps": amps,
        "phases": phases,
        "wiring": wiring,
        "standard": standard,
    }


def strip(
    positions: str,
    outlets: dict[str, int],
    *,
    volts: str = "400 V",
    amps: str = "32 A",
    plug: str = "32 A",
    breaker: str | None = None,
    continuous: float = 1,
) -> Document:
    """A rack PDU with a bank of outlets at each of its positions: ``"L1 L2 L3"``."""
    wiring = "delta" if "-" in positions else "wye" if "L1" in positions else "single"
    banks = []
    for number, position in enumerate(positions.split(), start=1):
        bank: Document = {"id": str(number), "position": position, "outlets": outlets}
        bank["continuous"] = {"value": continuous, **FIGURES}
        if breaker is not None:
            bank["breaker"] = {"value": breaker, **FIGURES}
        banks.append(bank)
    return {
        "vendor": "Maker",
        "name": "strip",
        "defaults": FIGURES,
        "volts": volts,
        "phases": 1 if wiring == "single" else 3,
        "wiring": wiring,
        "input_amps": amps,
        "plug": "plug",
        "plug_amps": plug,
        "rack_units": 0,
        "banks": banks,
    }


def box(document: Document, name: str = "box", **figures: Any) -> Document:
    """The site with a server of the catalog changed, or added; ``None`` takes a figure away."""
    servers = document["catalog"]["servers"]
    plain = {
        **servers["box4"],
        "name": "box",
        "rack_units": 1,
        "weight": "1 kg",
        "max_draw": "1000 W",
        "psu_count": 2,
        "psu_rating": "4000 W",
        "airflow": "1 L/s",
        "fabric_ports": 1,
    }
    changed = {**servers.get(name, plain), **figures}
    servers[name] = {key: value for key, value in changed.items() if value is not None}
    return document


def hall(racks: int = 1, *, power_factor: float = 1.0, **sections: Any) -> Document:
    """The hall: feeds A and B of every rack are ``wide``; as many boxes as fit are asked for."""
    document = small_site(racks, demand=[{"server": "box"}])
    document["policy"]["power_factor"] = power_factor
    document["power"]["nodes"] = [
        {"id": "grid", "kind": "utility"},
        {"id": "ups-[a-b]", "kind": "ups", "from": ["grid"]},
        {"id": "panel-[a-b]", "kind": "rpp", "from": ["ups-[a-b]"]},
    ]
    catalog = document["catalog"]
    catalog["circuits"] = {name: circuit(*figures) for name, figures in CIRCUITS.items()}
    catalog["rack_pdus"] = {}
    catalog["racks"]["cabinet"] |= {"rack_units": 48, "max_load": "9000 kg"}
    box(document)
    feeds(document, "wide")
    return {**document, **copy.deepcopy(sections)}


def row(document: Document) -> Document:
    """The only row."""
    found: Document = document["halls"][0]["rows"][0]
    return found


def feeds(document: Document, name: str, *panels: str, **more: Any) -> Document:
    """The site with one circuit of a kind from each panel; ``more`` says more of each feed."""
    sources = panels or ("panel-a", "panel-b")
    row(document)["feeds"] = {
        side: {"from": panel, "circuit": name, **more}
        for side, panel in zip("ABCDEFGH", sources, strict=False)
    }
    return document


def node(document: Document, name: str, **fields: Any) -> Document:
    """The site with a power node changed (its range split up where needed), or added."""
    nodes = document["power"]["nodes"]
    fields = {"from" if key == "inputs" else key: value for key, value in fields.items()}
    for index, one in enumerate(nodes):
        if one["id"] == name:
            one.update(fields)
            return document
        stem, _, span = one["id"].partition("[")
        if span and name.startswith(stem) and name[len(stem) :] in {"a", "b"}:
            nodes[index : index + 1] = [
                {
                    **one,
                    "id": stem + letter,
                    "from": [text.replace("[a-b]", letter) for text in one["from"]],
                }
                for letter in "ab"
            ]
            return node(document, name, **fields)
    nodes.append({"id": name, **fields})
    return document


def demand(document: Document, count: int | None = None, **fields: Any) -> Document:
    """The site with one demand line: exactly ``count`` of a server, or as many as fit."""
    line: Document = {"server": "box", **fields}
    if count is not None:
        line |= {"min": count, "max": count}
    document["demand"] = [line]
    return document


def policy(document: Document, **fields: Any) -> Document:
    """The site with its policy changed."""
    document["policy"].update(fields)
    return document


def one_feed(document: Document, name: str, **more: Any) -> Document:
    """The site with a single feed A for every rack, whose loss need not be survived."""
    feeds(document, name, "panel-a", **more)
    return policy(document, not_survived=["grid", "ups-a", "panel-a"])


def solved(document: Document) -> Result:
    """The result of a site that one worker decides."""
    result = rackplan.solve(facility_of(document), workers=1, time_limit_s=20)
    assert result.status in {"OPTIMAL", "INFEASIBLE"}
    if result.verdict is not None:
        assert result.verdict.ok, str(result.verdict)
    return result


def fits(document: Document) -> Result:
    """The result of a site that must have a plan; the verifier accepts it."""
    result = solved(document)
    assert "OPTIMAL" == result.status, result.conflict
    return result


def stops(document: Document, rule: str) -> str:
    """What the conflict of a site without a plan says of a rule, which must be in it."""
    result = solved(document)
    assert "INFEASIBLE" == result.status
    assert result.conflict is not None
    texts = {one.id.replace("<rack>", "row/r1"): one.text for one in result.conflict.rules}
    assert rule in texts, texts
    return texts[rule]


def most(document: Document) -> int:
    """How many boxes fit: proven, and accepted by the verifier."""
    result = fits(document)
    assert result.plan is not None
    goal = result.plan.objective[0]
    assert goal.value == goal.bound
    return len(result.plan.servers)
