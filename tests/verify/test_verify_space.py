"""Space: rack units, weight, depth and kind of place at their limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rackplan.verifier import verify


def broken(facility, plan):
    return {violation.rule: violation.amount for violation in verify(facility, plan).violations}


def test_five_servers_fill_40_of_42_u(bench):
    site = bench.with_rack(bench.facility(), "r1", closed_u=(41, 42))
    servers = [bench.server(site, "r1", u) for u in (1, 9, 17, 25, 33)]
    assert not {rule for rule in broken(site, bench.plan(site, servers)) if "space" in rule}
    site = bench.with_rack(site, "r1", closed_u=(40, 41, 42))
    (rule,) = {rule for rule in broken(site, bench.plan(site, servers)) if "space" in rule}
    assert "space/row-1/r1" == rule


@pytest.mark.parametrize(
    ("us", "over"),
    [
        ((1, 9), 0),
        ((1, 8), 1),  # U8 is taken twice
        ((1, 1), 8),
        ((35, 1), 0),  # U35 to U42
        ((36, 1), 1),  # U36 to U43
        ((99, 1), 8),
        ((-3, 9), 4),  # U-3 to U4: -3, -2, -1 and 0 do not exist
    ],
)
def test_servers_stand_inside_the_rack_on_units_of_their_own(bench, us, over):
    site = bench.facility()
    servers = [bench.server(site, "r1", u) for u in us]
    found = [v for v in verify(site, bench.plan(site, servers)).violations if v.family == "space"]
    assert over == sum(violation.amount for violation in found)
    assert {"space/row-1/r1"} >= {violation.rule for violation in found}


def test_gear_and_closed_units_are_taken(bench):
    gear = bench.parts.Gear("tor", 9, 2, 0, 0, 0, ())
    site = bench.with_rack(bench.facility(), "r1", gear=(gear,), closed_u=(11,))
    assert broken(site, bench.plan(site, [bench.server(site, "r1", 1)])) == {}
    assert {"space/row-1/r1": 3.0} == broken(site, bench.plan(site, [bench.server(site, "r1", 4)]))


def test_new_servers_start_where_the_profile_allows(bench):
    site = bench.with_rack(bench.facility(), "r1", starts=(1, 11))
    allowed = [bench.server(site, "r1", u) for u in (1, 11)]
    assert broken(site, bench.plan(site, allowed)) == {}
    assert {"space/row-1/r1": 1.0} == broken(site, bench.plan(site, [bench.server(site, "r1", 2)]))


def test_weight_inside_and_on_the_floor(bench):
    # Two servers of 100 kg and gear of 10 kg, in a cabinet of 150 kg: 210 kg inside, 360 kg in all.
    gear = bench.parts.Gear("tor", 41, 1, 0, 10_000, 0, ())
    site = bench.with_rack(bench.facility(), "r1", gear=(gear,), max_total_g=360_000)
    servers = [bench.server(site, "r1", u) for u in (1, 9)]
    assert broken(site, bench.plan(site, servers)) == {}
    over = bench.with_rack(site, "r1", max_total_g=359_999)
    assert {"space/row-1/r1/floor": 1.0} == broken(over, bench.plan(over, servers))
    model = bench.parts.CABINET
    light = model.model_copy(
        update={"max_load": model.max_load.model_copy(update={"value": 209_999})}
    )
    over = bench.with_rack(site, "r1", model=light)
    assert {"space/row-1/r1/weight": 1.0} == broken(over, bench.plan(over, servers))


def test_depth(bench):
    site = bench.facility()
    for depth_mm, expected in ((1000, {}), (1001, {"space/row-1/r1/depth": 1.0})):
        deep = tuple(replace(f, depth_mm=depth_mm) for f in site.footprints)
        changed = replace(site, footprints=deep)
        plan = bench.plan(changed, [bench.server(changed, "r1", 1)])
        assert expected == broken(changed, plan)


def test_rack_products_and_servers_do_not_swap_places(bench):
    site = bench.facility()
    found = broken(site, bench.plan(site, [bench.server(site, "r1", 1, "pod")]))
    assert {"space/row-1/r1/kind": 1.0} == found
    bare = bench.parts.CABINET.model_copy(update={"accepts": "rack"})
    site = bench.with_rack(site, "r1", model=bare)
    assert broken(site, bench.plan(site, [bench.server(site, "r1", 1, "pod")])) == {}
    found = broken(site, bench.plan(site, [bench.server(site, "r1", 1, "air8")]))
    assert {"space/row-1/r1/kind": 1.0} == found
