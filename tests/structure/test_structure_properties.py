"""Any small hall with floors: the verifier agrees, less floor takes no more, every unit is told."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from small_sites import Document, facility_of, rack_of, row_of, small_site

import rackplan
from rackplan.facility import RackGroup
from rackplan.formulation.gravity import Balance, steady_patterns
from rackplan.formulation.stacking import free_units, kind_of, lowest
from rackplan.verifier import Violation, space
from rackplan.verifier.floor_side import floor_sheet
from rackplan.verifier.view import View

UNITS = 20


@st.composite
def halls(draw: st.DrawFn) -> Document:
    """Two cabinets with gear and odd profiles, on a floor that carries two boxes or so in each."""
    document = small_site(2, demand=[{"server": "box8", "max": 5}, {"server": "box4", "max": 4}])
    profile = {}
    units = iter(draw(st.permutations(range(1, UNITS + 1))))
    for key in ("blocked", "reserved", "manifolds", "air_gaps"):
        profile[key] = [str(next(units)) for _ in range(draw(st.integers(0, 2)))]
    row = row_of(document)
    row["profile"] = profile
    row["front_clearance"] = f"{draw(st.integers(899, 2000))} mm"
    for rack in (rack_of(document, 0), rack_of(document, 1)):
        rack["gear"] = [
            {
                **{"name": f"gear {k}", "u": next(units), "rack_units": 1, "power": "0 W"},
                **{"weight": f"{draw(st.integers(0, 30))} kg"},
                **{"face": draw(st.sampled_from(["front", "rear"]))},
            }
            for k in range(draw(st.integers(0, 2)))
        ]
    size = draw(st.sampled_from([600, 610, 800]))
    tiles = {"size": f"{size} mm", "point_load": f"{draw(st.integers(130, 450))} kg"}
    tiles["x"] = f"{draw(st.integers(0, 599))} mm"
    floor = {"max_load": f"{draw(st.integers(420, 1200))} kg/m2", "tiles": tiles}
    floor["zones"] = [
        {"id": "bay", "racks": ["row"], "area": "3 m2", "max_load": floor["max_load"]}
    ]
    document["halls"][0]["floor"] = floor
    document["halls"][0]["path"] = {"rolling_load": f"{draw(st.integers(90, 300))} kg"}
    document["policy"]["delivered"] = draw(st.sampled_from(["empty", "filled"]))
    if draw(st.booleans()):
        document["policy"]["max_center_of_gravity"] = f"{draw(st.integers(350, 600))} mm"
    if draw(st.booleans()):
        document["policy"]["heavy_low"] = "rule"
    return document


def solved(document: Document) -> tuple[rackplan.Facility, rackplan.Result]:
    """The site and its plan, which the verifier accepts where there is one."""
    if row_of(document)["front_clearance"] == "899 mm":
        row_of(document)["front_clearance"] = "900 mm"  # no box8 could be served at all
    site = facility_of(document)
    result = rackplan.solve(site, workers=1, time_limit_s=20)
    assert result.status in ("OPTIMAL", "INFEASIBLE")
    if result.status == "OPTIMAL":
        assert result.verdict is not None
        assert result.verdict.ok, str(result.verdict)
    return site, result


@settings(max_examples=40)
@given(document=halls())
def test_plans_are_verified_and_tell_of_every_rack_unit(document: Document) -> None:
    site, result = solved(document)
    if result.status != "OPTIMAL":
        return
    servers = dict.fromkeys(site.racks, 0)
    for server in result.plan.servers:
        height = next(f.rack_units for f in site.footprints if f.server_id == server.model)
        servers[server.rack] += height
    for front in result.plan.floor.fronts:
        rack = site.racks[front.rack]
        gear = sum(item.rack_units for item in rack.gear if not item.rear)
        closed = sum(use.kind in ("blocked", "manifold") for use in rack.uses.values())
        gaps = sum(use.kind == "air gap" for use in rack.uses.values())
        assert UNITS == front.blanking_u + servers[front.rack] + gear + closed + gaps


@settings(max_examples=25)
@given(document=halls(), percent=st.integers(50, 99), what=st.sampled_from(["slab", "tile"]))
def test_a_weaker_floor_never_takes_more(document: Document, percent: int, what: str) -> None:
    # A lower center of gravity may need more weight below: that is another rule.
    document["policy"].pop("max_center_of_gravity", None)
    _, result = solved(document)
    floor = document["halls"][0]["floor"]
    place, key = (floor, "max_load") if what == "slab" else (floor["tiles"], "point_load")
    rating = int(place[key].split()[0]) * percent // 100
    place[key] = f"{max(rating, 250 if what == 'slab' else 1)} {place[key].split()[1]}"
    for zone in floor["zones"]:
        zone["max_load"] = floor["max_load"]
    _, weaker = solved(document)
    if weaker.status == "OPTIMAL":
        assert result.status == "OPTIMAL"
        assert len(weaker.plan.servers) <= len(result.plan.servers)


@settings(max_examples=25)
@given(document=halls())
def test_without_its_gear_a_rack_loads_nothing_more(document: Document) -> None:
    document["policy"].pop("max_center_of_gravity", None)
    site, result = solved(document)
    if result.status != "OPTIMAL":
        return
    bare = {name: replace(rack, gear=()) for name, rack in site.racks.items()}
    lighter = floor_sheet(View(replace(site, racks=bare), result.plan))
    heavier = result.plan.floor
    for less, more in zip(lighter.racks, heavier.racks, strict=True):
        for figure in ("weight_g", "slab_g_m2", "tile_g", "wheel_g"):
            assert (getattr(less, figure) or 0) <= (getattr(more, figure) or 0)
    for light, heavy in zip(lighter.zones, heavier.zones, strict=True):
        assert light.load_g_m2 <= heavy.load_g_m2


@settings(max_examples=40)
@given(
    most=st.lists(st.integers(0, 3), min_size=2, max_size=2).map(tuple),
    limit=st.integers(300, 700),
    blocked=st.lists(st.integers(1, UNITS), max_size=3, unique=True),
    stands=st.booleans(),
)
def test_sets_under_a_center_of_gravity_are_exact(
    most: tuple[int, int], limit: int, blocked: list[int], stands: bool
) -> None:
    # What the patterns admit, followed exactly or in part, is what keeps the limit: no more, no
    # less. Racks that need not follow any pattern may also stay without new servers.
    document = small_site(1)
    document["catalog"]["racks"]["cabinet"]["weight"] = "60 kg"
    document["demand"] = [{"server": "box8"}, {"server": "box4"}]
    row_of(document)["profile"] = {"blocked": [str(u) for u in blocked if not stands or u < 19]}
    if stands:
        rack_of(document, 0)["existing"] = [{"server": "box4", "u": [19]}]
    site = facility_of(document)
    (rack,) = site.racks.values()
    steady = steady_patterns(RackGroup(0, (rack,)), site.footprints, [most], limit)
    balance = Balance(rack, site.footprints, limit)
    for one in itertools.product(*(range(n + 1) for n in most)):
        exactly = one in steady.patterns[: steady.exact]
        in_part = any(
            all(a <= b for a, b in zip(one, pattern, strict=True))
            for pattern in steady.patterns[steady.exact :]
        )
        assert balance.keeps(one) == (exactly or in_part)
    assert steady.must == (not balance.keeps((0, 0)))


def most_servers(site: rackplan.Facility, plan: rackplan.Plan) -> int:
    """Most servers that family space lets stand, by trying every set in every rack."""
    by_model = {f.server_id: f for f in site.footprints}
    example = plan.servers[0]
    sets = list(itertools.product(*(range(UNITS // f.rack_units + 1) for f in by_model.values())))
    choices = []
    for rack in site.racks.values():
        fitting = []
        for counts in sets:
            kinds = [
                kind_of(f) for f, n in zip(by_model.values(), counts, strict=True) for _ in range(n)
            ]
            stack = lowest(free_units(rack, site.footprints), rack.starts, kinds)
            if stack is not None:
                models = {kind_of(f): name for name, f in by_model.items()}
                fitting.append([(rack, u, models[kind]) for u, kind in stack.places])
        choices.append(fitting)
    best = -1
    for chosen in sorted(itertools.product(*choices), key=lambda sides: -sum(map(len, sides))):
        stood = [place for side in chosen for place in side]
        if len(stood) <= best:
            break
        servers = tuple(
            replace(example, id=f"{rack.id}/u{u:02d}", rack=rack.id, u=u, model=name, demand=name)
            for rack, u, name in stood
        )
        found = space.check(site, View(site, replace(plan, servers=servers)))
        if not any(isinstance(one, Violation) for one in found):
            best = len(stood)
    return best


@settings(max_examples=30)
@given(document=halls())
def test_the_model_takes_what_the_verifier_does(document: Document) -> None:
    # Weights that divide by 12: no share of one is rounded. Power carries three boxes in a rack.
    document["catalog"]["racks"]["cabinet"]["weight"] = "144 kg"
    document["catalog"]["servers"]["box8"]["weight"] = "96 kg"
    document["catalog"]["servers"]["box4"].update(weight="48 kg", rack_units=4, max_draw="500 W")
    for rack in (rack_of(document, 0), rack_of(document, 1)):
        for item in rack["gear"]:
            item["weight"] = "12 kg"
    document["demand"] = [{"server": "box8"}, {"server": "box4"}]
    site, result = solved(document)
    if result.status == "OPTIMAL" and result.plan.servers:
        assert len(result.plan.servers) == most_servers(site, result.plan)
