"""Floor loads by hand and against IBM's published table; racks stay grouped where tiles allow."""

from __future__ import annotations

from fractions import Fraction

import pytest
from small_sites import Document, changed, rack_of, row_of, small_site

from rackplan.facility.floor import Floor, Tiles, area_limit_g, feet
from rackplan.facility.groups import group_racks
from rackplan.facility.limits import limit_groups, site_limits
from rackplan.report.content import gather
from rackplan.report.floor import Box, floor_plans
from rackplan.report.floor_tables import blanking_text, floor_text
from rackplan.verifier.floor import feet_on_tiles, weight_limit_g

# IBM zSeries 800 Installation Manual, table 2-5: distances over which the weight of the largest
# frame spreads on both sides (a), in front (b) and behind (c) [mm], and the floor load [kg/m2].
# The page does not print the frame itself: 695 by 1,012 mm and 545.5 kg fit all eight rows within
# 0.15 kg/m2, with the formula of IBM's site planning pages (15 lb/ft2 of traffic on the distances,
# 10 lb/ft2 of raised floor and cables everywhere).
Z800 = (
    (10, 116, 30, 718.6),
    (381, 381, 381, 313.3),
    (381, 508, 508, 289.2),
    (381, 635, 635, 270.5),
    (381, 762, 762, 255.6),
    (508, 508, 508, 264.5),
    (635, 635, 635, 232.2),
    (762, 762, 762, 209.8),
)
IBM = Floor(partition_g_m2=0, traffic_g_m2=73_236, raised_g_m2=48_824)


@pytest.mark.parametrize(("side", "front", "rear", "load"), Z800)
def test_published_floor_loads(side: int, front: int, rear: int, load: float) -> None:
    area = (695 + 2 * side) * (1012 + front + rear)
    clear = area - 695 * 1012
    for rating, carried in ((load + 0.2, True), (load - 0.2, False)):
        rating_g = round(1000 * rating)
        limit_g = area_limit_g(IBM, rating_g, area, clear)
        assert carried == (limit_g >= 545_500)
        exact = weight_limit_g(IBM, rating_g, Fraction(area, 10**6), Fraction(clear, 10**6))
        assert exact == limit_g


def floored(document: Document, **floor: object) -> Document:
    """The site with a floor in its only hall."""
    return changed(document, lambda site: site["halls"][0].update(floor=floor))


@pytest.mark.parametrize(
    "walk", [feet, lambda tiles, rack: feet_on_tiles(Floor(tiles=tiles), rack)]
)
def test_feet_stand_on_tiles(halls, walk) -> None:
    # Cabinets of 600 by 1,200 mm, feet 75 mm inside. The second of a row along x stands at x 600.
    site = halls.load(small_site(2))
    square = Tiles(600, 1, 0, 0, 75)
    assert {(1, 0): 2, (1, 1): 2} == dict(walk(square, site.racks["row/r2"]))
    # Tiles that begin at 300, 300: feet at x 675 and 1,125, y 75 and 1,125.
    moved = Tiles(600, 1, 300, 300, 75)
    assert {(0, -1): 1, (1, -1): 1, (0, 1): 1, (1, 1): 1} == dict(walk(moved, site.racks["row/r2"]))
    # One tile of 2 m under all four.
    assert {(0, 0): 4} == dict(walk(Tiles(2000, 1, 0, 0, 75), site.racks["row/r2"]))
    # A row along y: x 75 and 1,125, y 675 and 1,125.
    along = small_site(2)
    row_of(along)["direction"] = "y"
    assert {(0, 1): 2, (1, 1): 2} == dict(walk(square, halls.load(along).racks["row/r2"]))


def tiles(point: str, x: str = "0 m") -> dict[str, object]:
    return {"tiles": {"size": "600 mm", "point_load": point, "x": x}}


def test_racks_stay_grouped_where_no_shared_tile_can_bind(halls) -> None:
    # Three boxes of 6U and 100 kg fill a cabinet of 20U and 150 kg; 20 / 6 boxes bound it, 150 kg +
    # 334 kg at most. A foot of each of two racks: a third of 968 kg is less than 400 kg.
    ample = halls.load(floored(small_site(4), **tiles("400 kg", "300 mm")))
    assert 1 == len(limit_groups(ample))
    assert not [limit for limit in site_limits(ample, limit_groups(ample)) if "tile" in limit.id]
    # 300 kg are not enough for two full racks: the pairs are told apart, one limit for each.
    tight = halls.load(floored(small_site(4), **tiles("300 kg", "300 mm")))
    groups = limit_groups(tight)
    assert 4 == len(groups)
    shared = [limit for limit in site_limits(tight, groups) if limit.id.endswith("/tile")]
    assert 3 == len(shared)
    assert {2} == {len(limit.loads) for limit in shared}
    # Square on the tiles nothing is shared.
    square = halls.load(floored(small_site(4), **tiles("300 kg")))
    assert 1 == len(limit_groups(square))


def test_where_racks_stand_on_their_tiles_tells_them_apart(halls) -> None:
    # Tiles of 800 mm: feet at x 75 and 525 (both on tile 0), 675 and 1,125 (tiles 0 and 1), 1,275
    # and 1,725 (tiles 1 and 2).
    def names(point: str) -> list[list[str]]:
        document = floored(small_site(3), tiles={"size": "800 mm", "point_load": point})
        return [[rack.id for rack in group.racks] for group in group_racks(halls.load(document))]

    # At most 484 kg: half of it is more than 200 kg, a third is not.
    assert [["row/r1"], ["row/r2", "row/r3"]] == names("200 kg")
    assert [["row/r1", "row/r2", "row/r3"]] == names("300 kg")


def test_the_floor_side_of_a_plan(halls) -> None:
    # Six boxes of 100 kg fill two cabinets of 150 kg (the third stays empty): 450 kg each. Feet of
    # r1 and r2 share tiles: (450 + 450) / 3 = 300 kg; r2 and r3: (450 + 150) / 3 = 200 kg.
    document = small_site(3, demand=[{"server": "box8", "min": 6, "max": 6}])
    document["objective"] = ["servers", "racks"]
    row_of(document).update(front_clearance="1.2 m", rear_clearance="1 m")
    zone = {"id": "bay", "x": "0 m", "y": "-1 m", "width": "1.8 m", "depth": "3 m"}
    floor = {**tiles("454 kg", "300 mm"), "max_load": "900 kg/m2"}
    floor["zones"] = [{**zone, "max_load": "800 kg/m2"}]
    document = floored(document, **floor)
    document["halls"][0]["path"] = {"rolling_load": "200 kg"}
    plan = halls.solve(document).plan
    # 1.38 m2 under a rack and half of its clearances, 0.66 m2 of it walked on:
    # (450 + 75 x 0.66) / 1.38 + 50 = 411.96 kg/m2, of 800 less 100 for partitions.
    first = plan.floor.racks[0]
    assert (450_000, 411_957, 700_000) == (
        first.weight_g,
        first.slab_g_m2,
        first.slab_limit_g_m2,
    )
    assert (300_000, 454_000) == (first.tile_g, first.tile_limit_g)
    assert (75_000, 200_000) == (first.wheel_g, first.wheel_limit_g)  # an empty cabinet
    assert 200_000 == plan.floor.racks[2].tile_g
    shared = {tile.racks: tile.load_g for tile in plan.floor.tiles}
    assert {("row/r1", "row/r2"): 300_000, ("row/r2", "row/r3"): 200_000} == shared
    # The zone: 5.4 m2, 2.16 m2 of it under racks: (1,050 + 75 x 3.24) / 5.4 + 50 = 289.44 kg/m2.
    (bay,) = plan.floor.zones
    assert (3, 1_050_000, 289_445, 700_000) == (
        bay.racks,
        bay.weight_g,
        bay.load_g_m2,
        bay.limit_g_m2,
    )


def test_what_stands_already_is_not_brought_in(halls) -> None:
    document = small_site(2, demand=[{"server": "box8", "min": 1, "max": 1}])
    document["policy"]["delivered"] = "filled"
    document["halls"][0]["path"] = {"rolling_load": "125 kg"}  # a cabinet with one box
    rack_of(document, 0)["existing"] = [{"server": "box8", "u": [1, 7, 13]}]
    plan = halls.solve(document).plan
    assert [None, 125_000] == [floor.wheel_g for floor in plan.floor.racks]


def test_what_the_floor_keeps_out_is_told(halls) -> None:
    # A cabinet of 150 kg with one box of 100 kg: 250 kg / 0.72 m2 = 347.2 kg/m2, with two 486.1. No
    # clearances are given, no allowances.
    bare = {"partition": "0 kg/m2", "traffic": "0 kg/m2", "raised": "0 kg/m2"}
    document = floored(small_site(2), max_load="400 kg/m2", **bare)
    plan, site = halls.solve(document).plan, halls.load(document)
    assert [("space/row/r1/slab",), ("space/row/r2/slab",)] == [r.binding for r in plan.racks]
    assert {"weight"} == {item.mechanism for item in plan.power.stranded}
    # 6 of 20U are taken in each rack; 347.3 of 400 kg/m2 are 86.8 %. The center: 150 kg at
    # 80 + 10 x 44.45 = 524.5 mm and 100 kg at 80 + 3 x 44.45 = 213.35 mm: 400.04 mm.
    said = floor_text(plan, site)
    assert "heaviest rack 250 kg (row/r1); fullest floor 87 % (row/r1)" in said
    assert "center of gravity up to 401 mm (row/r1)" in said
    assert "28 U in 2 racks" == blanking_text(plan)


def test_the_floor_plan_shows_tiles_and_zones(halls) -> None:
    bay = {"id": "bay", "x": "0.5 m", "y": "-1 m", "width": "2 m", "depth": "3 m"}
    document = floored(
        small_site(2), zones=[{**bay, "max_load": "1000 kg/m2"}], **tiles("454 kg", "300 mm")
    )
    plan, site = halls.solve(document).plan, halls.load(document)
    (drawing,) = floor_plans(site, gather(plan, site).racks)
    assert drawing.tiles is not None
    assert (600, 300) == (drawing.tiles.size_mm, drawing.tiles.x_mm)
    (zone,) = drawing.zones
    assert (Box(500, -1000, 2000, 3000), "bay, 1,000 kg/m2") == (zone.box, zone.text)
    # Two cabinets from 0 to 1,200 mm and the zone to 2,500 mm; the zone's depth.
    assert Box(0, -1000, 2500, 3000) == drawing.bounds
