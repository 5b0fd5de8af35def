"""Elevations: the lowest stack, heavy servers low, what takes rack units, and blanking panels."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_sites import Document, changed, rack_of, row_of, small_site
from structure_sites import with_flat_strip

from rackplan.facility.elevation import center
from rackplan.formulation.stacking import Kind, lowest, stacks
from rackplan.plan import from_json
from rackplan.report.content import gather
from rackplan.report.elevation import elevations
from rackplan.verifier import verify
from rackplan.verifier.elevation import runs

KINDS = st.builds(
    lambda own, manifold, weight: Kind(own + manifold, own, weight),
    own=st.integers(1, 4),
    manifold=st.integers(0, 1),
    weight=st.integers(1, 9),
)


def every_stack(free: frozenset[int], starts: tuple[int, ...], kinds: list[Kind]) -> list[int]:
    """Moments of every way to stack, by trying every place of every server."""
    found = []
    for places in itertools.product(sorted(free), repeat=len(kinds)):
        taken = [
            u + k for u, kind in zip(places, kinds, strict=True) for k in range(kind.rack_units)
        ]
        allowed = not starts or set(places) <= set(starts)
        if allowed and len(set(taken)) == len(taken) and free.issuperset(taken):
            pairs = zip(places, kinds, strict=True)
            found.append(sum(kind.weight_g * center(u, kind.own_u) for u, kind in pairs))
    return found


@settings(max_examples=150)
@given(
    free=st.frozensets(st.integers(1, 12), min_size=1),
    starts=st.lists(st.integers(1, 12), max_size=6, unique=True).map(tuple),
    kinds=st.lists(KINDS, max_size=3),
)
def test_the_lowest_stack_is_the_lowest_of_all(
    free: frozenset[int], starts: tuple[int, ...], kinds: list[Kind]
) -> None:
    every = every_stack(free, starts, kinds)
    stack = lowest(free, starts, kinds)
    assert stacks(free, starts, [kind.rack_units for kind in kinds]) == bool(every)
    assert (stack.moment if stack else None) == min(every, default=None)
    if stack is not None:
        assert sorted(kind for _, kind in stack.places) == sorted(kinds)


def test_forty_servers_of_three_kinds_stack_at_once() -> None:
    # 20 of 1U, 10 of 1U with another weight, 6 of 2U: 42U. The heaviest for each U stands lowest.
    kinds = [Kind(1, 1, 20)] * 20 + [Kind(1, 1, 25)] * 10 + [Kind(2, 2, 60)] * 6
    stack = lowest(frozenset(range(1, 43)), (), kinds)
    assert stack is not None
    weights = [kind.weight_g for _, kind in stack.places]
    assert [60] * 6 + [25] * 10 + [20] * 20 == weights


def two_models(**policy: object) -> Document:
    """One rack for a heavy and a light server of 2U."""
    document = small_site(1)
    document["policy"].update(policy)
    box4 = document["catalog"]["servers"]["box4"]
    document["catalog"]["servers"]["light4"] = {**box4, "weight": "30 kg"}
    document["demand"] = [
        {"server": "light4", "min": 1, "max": 1},
        {"server": "box4", "min": 1, "max": 1},
    ]
    return document


def test_as_a_rule_no_exchange_lowers_a_rack(halls) -> None:
    document = two_models(heavy_low="rule")
    plan = halls.solve(document).plan
    assert ["box4", "light4"] == [server.model for server in plan.servers]
    low, high = plan.servers
    exchanged = (replace(high, u=1, id="row/r1/u01"), replace(low, u=3, id="row/r1/u03"))
    turned = replace(plan, servers=exchanged)
    broken = {v.rule for v in verify(halls.load(document), turned).violations}
    assert "space/row/r1/heavy-low" in broken
    # Floor figures that no longer hold are told too; without the rule nothing is said of the order.
    assert "plan/floor/racks" in broken
    site = halls.load(two_models())
    assert not {v.rule for v in verify(site, turned).violations if v.rule.startswith("space/")}


def test_servers_of_a_given_place_may_stand_high(halls) -> None:
    document = two_models(heavy_low="rule")
    document["placement"] = {"pin": [{"server": "box4", "rack": "row/r1", "u": 19}]}
    assert [1, 19] == [server.u for server in halls.solve(document).plan.servers]


def full_rack() -> Document:
    """A rack of 20U with one of everything that takes rack units."""
    document = with_flat_strip(pdu_u=19)
    del row_of(document)["racks"][1]
    document["catalog"]["cdus"] = {
        "in-rack": {
            "vendor": "Maker",
            "name": "in-rack",
            "defaults": {"basis": "estimate", "source": "worked example"},
            "capacity": "100 kW",
            "approach": "4 K",
            "flow": "100 L/min",
            "rack_units": 2,
            "weight": "80 kg",
            "power": "300 W",
        }
    }
    cdu = {"id": "cdu", "model": "in-rack"}
    loop = {"id": "loop", "facility_water": "20 degC", "cdus": [cdu]}
    document["cooling"]["loops"] = [loop]
    row_of(document)["loop"] = "loop"
    row_of(document)["profile"] = {
        "blocked": ["18 whips"],
        "reserved": ["16-17"],
        "manifolds": ["3"],
        "air_gaps": ["15"],
    }
    rack_of(document, 0)["gear"] = [
        {"name": "cdu", "cdu": "in-rack", "u": 1},
        {
            **{"name": "leaf", "u": 14, "rack_units": 1, "power": "500 W", "weight": "9 kg"},
            "depth": "600 mm",
        },
        {
            **{"name": "panel", "u": 14, "rack_units": 1, "power": "0 W", "weight": "3 kg"},
            **{"depth": "400 mm", "face": "rear"},
        },
        {
            **{"name": "shelf", "u": 13, "rack_units": 1, "power": "0 W", "weight": "2 kg"},
            "face": "rear",
        },
    ]
    document["demand"] = [{"server": "box8", "min": 1, "max": 1}]
    return document


def test_every_rack_unit_is_for_something(halls) -> None:
    # U1-2 CDU, U3 manifold, U4-9 box8, U10-12 open, U13 a shelf at the rear: open in front, U14
    # leaf in front of a panel, U15 air, U16-17 reserved, U18 whips, U19-20 rack PDU.
    result = halls.solve(full_rack())
    (front,) = result.plan.floor.fronts
    assert (("U10-U13", "U16-U17"), 6) == (front.blanking, front.blanking_u)
    assert (("U3",), ("U15",)) == (front.manifolds, front.air_gaps)
    (summary,) = result.plan.racks
    # 6 of the box, 2 of the CDU, one each of leaf with panel and of shelf, 2 of the rack PDU.
    assert 12 == summary.used_u
    # 100 + 80 + 9 + 3 + 2 kg, and 6 kg of the rack PDU: with the cabinet 350 kg.
    assert 200_000 == summary.weight_g
    assert 350_000 == result.plan.floor.racks[0].weight_g
    # CDU and leaf draw their power from the rack's feeds: 6,800 W.
    assert 6_800 == summary.load_w
    assert result.plan == from_json(result.plan.to_json())


def test_both_sides_are_drawn(halls) -> None:
    document = full_rack()
    plan, site = halls.solve(document).plan, halls.load(document)
    (drawing,) = elevations(plan, site, gather(plan, site).racks)
    front = {(block.kind, block.label, block.height // 12) for block in drawing.blocks}
    assert {
        ("cdu", "cdu", 2),
        ("manifold", "manifold", 1),
        ("server", "box8", 6),
        ("blank", "", 4),
        ("gear", "leaf", 1),
        ("gap", "air gap", 1),
        ("reserved", "reserved", 2),
        ("closed", "whips", 1),
        ("pdu", "rack PDU A", 2),
    } == front
    rear = {block.label for block in drawing.rear.blocks}
    assert {"cdu", "manifold", "box8", "panel", "shelf", "whips", "rack PDU A"} == rear
    # Center of gravity: 150 kg at 80 + 10 x 44.45 = 524.5 mm, 80 at 124.45 (U1-2), 100 at 346.7
    # (U4-9), 9 and 3 at 680.075 (U14), 2 at 635.625 (U13), 6 at 924.55 mm (U19-20):
    # (78,675 + 9,956 + 34,670 + 8,160.9 + 1,271.25 + 5,547.3) / 350 = 395.086 mm; (395.086 - 80) /
    # 44.45 = 7.1 U up, 12.9 U from the top: 155 px.
    assert (396, 155) == (drawing.center_mm, drawing.center_px)


def test_a_manifold_belongs_to_its_server(halls, monkeypatch: pytest.MonkeyPatch) -> None:
    # 6U with 1U of manifold each: two fit in 20U less 5, and the blanking panels end below.
    document = changed(
        small_site(1), lambda site: row_of(site).update(profile={"blocked": ["16-20"]})
    )
    document["catalog"]["servers"]["box8"]["manifold_units"] = 1
    plan = halls.solve(document).plan
    assert [1, 8] == [server.u for server in plan.servers]
    (front,) = plan.floor.fronts
    assert (("U7", "U14"), ("U15",)) == (front.manifolds, front.blanking)


def test_tables_name_loads_and_panels(halls) -> None:
    document = full_rack()
    document["halls"][0]["floor"] = {"tiles": {"size": "600 mm", "point_load": "454 kg"}}
    plan, site = halls.solve(document).plan, halls.load(document)
    content = gather(plan, site)
    (loads,) = content.floor_loads.records()
    assert ("row/r1", 350.0, 175.0, 454.0, 396) == (
        *(loads[key] for key in ("rack", "mass", "tile", "tile_limit")),
        loads["center"],
    )
    assert "slab" not in loads  # nobody rates the slab
    assert 100 * 175 / 454 == pytest.approx(loads["use"])
    (front,) = content.fronts.records()
    assert (6, "U10-U13 U16-U17", "U3", "U15") == (
        front["count"],
        front["blanking"],
        front["manifolds"],
        front["gaps"],
    )
    assert "6 U of blanking panels in all" in content.fronts.note


@given(st.frozensets(st.integers(1, 50)))
def test_runs_name_each_unit_once(units: frozenset[int]) -> None:
    named: list[int] = []
    for run in runs(units):
        first, _, last = run.replace("U", "").partition("-")
        named += range(int(first), int(last or first) + 1)
    assert sorted(units) == named
