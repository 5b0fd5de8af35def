"""What is wrong with floors, profiles and gear: told with its place and a cure."""

from __future__ import annotations

import pytest
from small_sites import Document, changed, rack_of, row_of, small_site
from structure_sites import with_flat_strip


def hall(**values: object) -> Document:
    return changed(small_site(2), lambda site: site["halls"][0].update(values))


def floor(**values: object) -> Document:
    return hall(floor=values)


def row(**values: object) -> Document:
    return changed(small_site(2), lambda site: row_of(site).update(values))


def rack(**values: object) -> Document:
    return changed(small_site(2), lambda site: rack_of(site, 0).update(values))


def zone(**values: object) -> Document:
    return floor(zones=[{"id": "bay", "max_load": "1000 kg/m2", **values}])


def gear(*items: dict[str, object]) -> Document:
    plain = {"rack_units": 1, "power": "0 W", "weight": "1 kg"}
    return rack(gear=[{**plain, **item} for item in items])


TILES = {"size": "600 mm", "point_load": "454 kg"}
BAY = {"x": "0 m", "y": "0 m", "width": "3 m", "depth": "2 m"}
LEAF = {"name": "leaf", "u": 5, "depth": "700 mm"}
PANEL = {"name": "panel", "u": 5, "face": "rear"}

REFUSED = {
    "no tile size": (floor(tiles={**TILES, "size": "0 mm"}), "least length", "tiles.size"),
    "no area": (zone(racks=["row"], area="0 m2"), "least area", "zones[0].area"),
    "negative area": (zone(racks=["row"], area="-4 m2"), "out of range", "zones[0].area"),
    "no floor load": (floor(max_load="0 kg/m2"), "least floor load", "floor.max_load"),
    "a mass for a floor load": (floor(max_load="900 kg"), "no unit of floor load", "max_load"),
    "area and rectangle": (zone(area="9 m2", **BAY), "its area or its rectangle", "zones[0]"),
    "neither of them": (zone(racks=["row"]), "its area or its rectangle", "zones[0]"),
    "half a rectangle": (zone(x="0 m", width="3 m"), "no whole rectangle", "zones[0]"),
    "area of no racks": (zone(area="9 m2"), "names no racks", "zones[0]"),
    "unknown rack": (zone(racks=["row/r9"], area="9 m2"), "'row/r9'", "zones[0].racks[0]"),
    "rack outside": (
        zone(racks=["row"], **{**BAY, "width": "1.1 m"}),
        "row/r2 stands 100 mm outside the rectangle of zone 'bay'",
        "zones[0].racks",
    ),
    "zone without racks": (zone(**{**BAY, "x": "20 m"}), "no rack of hall stands", "zones[0]"),
    "zone smaller than its racks": (
        zone(racks=["row"], area="1.4 m2"),  # two cabinets of 0.72 m2
        "stand on 1.44 m2, more than its 1.40 m2",
        "zones[0]",
    ),
    "zone twice": (
        floor(zones=[{"id": "bay", "racks": ["row"], "area": "9 m2", "max_load": "1 t/m2"}] * 2),
        "'bay' is defined twice",
        "zones[1].id",
    ),
    "nothing left beside allowances": (
        floor(max_load="150 kg/m2"),
        "carries its allowances alone",
        "floor.max_load",
    ),
    "narrow door": (
        hall(path={"door_width": "599 mm"}),
        "cabinet is 600 mm wide, the narrowest door on its way 599 mm",
        "path.door_width",
    ),
    "no room to serve anything": (
        row(front_clearance="899 mm"),
        "box8 needs 900 mm in front of it, row/r1 has 899 mm: 1 mm too little",
        "demand[0].server",
    ),
    "no room for what stands there": (
        changed(
            rack(front_clearance="800 mm", existing=[{"server": "box8", "u": [1]}]),
            lambda site: rack_of(site, 1).update(front_clearance="2 m"),
        ),
        "row/r1 has 800 mm: 100 mm too little",
        "racks[0]",
    ),
    "manifold above the rack": (
        row(profile={"manifolds": ["21"]}),
        "run from 1 to 20",
        "profile.manifolds[0]",
    ),
    "no rack units in a profile": (
        row(profile={"blocked": ["plumbing"]}),
        "run from 1 to 20",
        "profile.blocked[0]",
    ),
    "gear on a manifold": (
        changed(gear(LEAF), lambda site: row_of(site).update(profile={"manifolds": ["5"]})),
        "leaf and a rack unit that is a manifold both take U5",
        "racks[0]",
    ),
    "front and rear gear too deep": (
        gear(LEAF, {**PANEL, "depth": "301 mm"}),
        "both take U5 of row/r1: 700 mm and 301 mm deep, 1000 mm are there",
        "racks[0]",
    ),
    "front and rear gear of unknown depth": (gear(LEAF, PANEL), "is not known", "racks[0]"),
    "gear at the same face": (
        gear(LEAF, {**PANEL, "face": "front", "depth": "100 mm"}),
        "panel and leaf both take U5",
        "racks[0]",
    ),
    "switch and CDU": (
        gear({**LEAF, "switch": "nv-sn5600", "cdu": "smc-cdu-250"}),
        "not both",
        "gear[0]",
    ),
    "unknown CDU": (gear({**LEAF, "cdu": "smc-cdu-999"}), "'smc-cdu-999'", "gear[0].cdu"),
    "rack PDU without a place": (with_flat_strip(), "flat takes 2 rack units", "feeds.A"),
    "rack PDU above the rack": (
        with_flat_strip(pdu_u=20),
        "reaches above rack unit 20",
        "feeds.A.pdu_u",
    ),
    "a place for no rack PDU": (
        changed(small_site(2), lambda site: row_of(site)["feeds"]["A"].update(pdu_u=1)),
        "no rack units to take",
        "feeds.A.pdu_u",
    ),
    "rack PDU on gear": (
        changed(
            with_flat_strip(pdu_u=4),
            lambda site: rack_of(site, 0).update(gear(LEAF)["halls"][0]["rows"][0]["racks"][0]),
        ),
        "rack PDU A and leaf both take U5",
        "racks[0]",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_place_and_cure(halls, name: str) -> None:
    document, said, place = REFUSED[name]
    found = [problem for problem in halls.problems(document) if said in problem.message]
    assert found, [str(problem) for problem in halls.problems(document)]
    assert found[0].path.endswith(place)
    assert found[0].line
    assert found[0].cure or found[0].value  # of a figure its value is shown


def test_what_is_not_judged_is_said(halls) -> None:
    document = floor(max_load="2000 kg/m2", tiles=TILES)
    document["halls"][0]["path"] = {"door_height": "2 m"}
    rack_of(document, 0)["front_clearance"] = "1 m"
    site = halls.load(document)
    said = " ".join(assumption.text for assumption in site.assumptions)
    assert "1 racks (row/r2, ...) state no clearances" in said
    assert "feet of racks stand 75 mm inside their outline (estimate)" in said
    assert "100 kg/m2 for partitions" in said
    assert "no source gives the height of cabinet" in said
    assert "servers are drawn out to their depth" in said


def test_a_door_that_cannot_swing_is_a_warning(halls) -> None:
    (warning,) = halls.load(row(rear_clearance="599 mm")).warnings
    assert "599 mm is less than the 600 mm that a full-width door swings" in warning.text
    assert warning.path.endswith("halls[0].rows[0].rear_clearance")
