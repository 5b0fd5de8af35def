"""Air and liquid: zones, loops and windows at their limits, with units lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rackplan.verifier import verify


def broken(facility, plan):
    return {violation.rule: violation.amount for violation in verify(facility, plan).violations}


def with_units(site, *units):
    zone = replace(site.zones["zone-1"], units=units)
    return replace(site, zones={"zone-1": zone})


def with_cdus(site, *cdus):
    loop = replace(site.loops["loop-1"], cdus=cdus)
    return replace(site, loops={"loop-1": loop})


@pytest.mark.parametrize(
    ("survive", "heat_w", "airflow"),
    [
        # Two servers of 6,000 W and 400 L/s when one of two units is lost.
        ("full", 12_000, 800),
        # Capped to 4,000 of 6,000 W: 4,000 W of heat each, and the fans keep their pace.
        ("reduced", 8000, 800),
        ("shed", 0, 0),
    ],
)
def test_the_units_that_live_carry_the_heat_and_move_the_air(bench, survive, heat_w, airflow):
    unit = bench.parts.CoolingUnit
    spare = unit("acu-2", 12_000, 800, 0, ())
    site = with_units(bench.facility(), unit("acu-1", heat_w, airflow, 0, ()), spare)
    servers = [bench.server(site, "r1", u, survive=survive) for u in (1, 9)]
    assert broken(site, bench.plan(site, servers)) == {}
    if heat_w:
        site = with_units(site, unit("acu-1", heat_w - 1, airflow - 1, 0, ()), spare)
        expected = {"air/zone-1@loss:acu-2": 1.0, "air/zone-1/airflow@loss:acu-2": 1.0}
        assert expected == broken(site, bench.plan(site, servers))


def test_normal_operation_counts_full_heat_of_shed_servers(bench):
    unit = bench.parts.CoolingUnit("acu-1", 5999, 9000, 0, ())
    site = with_units(bench.facility(), unit)
    found = broken(site, bench.plan(site, [bench.server(site, "r1", 1, survive="shed")]))
    assert {"air/zone-1": 1.0} == found


def test_a_cooling_unit_dies_with_its_power(bench):
    # acu-2 hangs on rpp-b alone: when the B side is lost, acu-1 has 5,999 W for 6,000 W of heat.
    unit = bench.parts.CoolingUnit
    site = with_units(
        bench.facility(),
        unit("acu-1", 5999, 9000, 0, ()),
        unit("acu-2", 9000, 9000, 100, ("rpp-b",)),
    )
    found = broken(site, bench.plan(site, [bench.server(site, "r1", 1)]))
    states = ("ats-b", "ups-b", "rpp-b", "acu-2")
    assert {f"air/zone-1@loss:{state}": 1.0 for state in states} == found


def test_heat_of_a_rack_stays_within_its_limit_gear_included(bench):
    gear = bench.parts.Gear("tor", 41, 1, 500, 10_000, 50, ("A", "B"))
    site = bench.with_rack(bench.facility(), "r1", gear=(gear,), air_limit_w=6500)
    servers = [bench.server(site, "r1", 1)]
    assert broken(site, bench.plan(site, servers)) == {}
    over = bench.with_rack(site, "r1", air_limit_w=6499)
    assert {"air/row-1/r1": 1.0} == broken(over, bench.plan(over, servers))


@pytest.mark.parametrize(
    ("supply_c", "held"), [(10.0, True), (30.0, True), (30.1, False), (9.9, False)]
)
def test_the_zone_supply_lies_in_the_inlet_window(bench, supply_c, held):
    site = bench.facility()
    zone = replace(site.zones["zone-1"], supply_c=supply_c)
    site = replace(site, zones={"zone-1": zone})
    expected = {} if held else {"air/row-1/r1/inlet": 1.0}
    assert expected == broken(site, bench.plan(site, [bench.server(site, "r1", 1)]))


def test_servers_need_an_air_zone(bench):
    site = bench.with_rack(bench.facility(), "r1", zone=None)
    assert {"air/row-1/r1/zone": 1.0} == broken(
        site, bench.plan(site, [bench.server(site, "r1", 1)])
    )


@pytest.mark.parametrize(
    ("survive", "heat_w", "flow"),
    [
        # Two servers of 4,500 W to the coolant and 5,000 mL/min, one CDU of two lost.
        ("full", 9000, 10_000),
        # 4,500 x 4,000 / 6,000 = 3,000 W each at the cap; the flow stays.
        ("reduced", 6000, 10_000),
        ("shed", 0, 0),
    ],
)
def test_the_cdus_that_live_carry_the_heat(bench, survive, heat_w, flow):
    cdu = bench.parts.CoolingUnit
    spare = cdu("cdu-2", 9000, 10_000, 0, ())
    site = with_cdus(bench.facility(), cdu("cdu-1", heat_w, flow, 0, ()), spare)
    servers = [bench.server(site, "r1", u, "wet8", survive) for u in (1, 9)]
    assert broken(site, bench.plan(site, servers)) == {}
    if heat_w:
        site = with_cdus(site, cdu("cdu-1", heat_w - 1, flow - 1, 0, ()), spare)
        expected = {"liquid/loop-1@loss:cdu-2": 1.0, "liquid/loop-1/flow@loss:cdu-2": 1.0}
        assert expected == broken(site, bench.plan(site, servers))


@pytest.mark.parametrize(
    ("supply_c", "held"), [(20.0, True), (40.0, True), (40.1, False), (19.9, False)]
)
def test_the_loop_supply_lies_in_the_window_of_wet_servers_alone(bench, supply_c, held):
    site = bench.facility()
    loop = replace(site.loops["loop-1"], supply_c=supply_c)
    site = replace(site, loops={"loop-1": loop})
    servers = [bench.server(site, "r1", 1, "wet8"), bench.server(site, "r1", 9)]
    expected = {} if held else {"liquid/row-1/r1/supply": 1.0}
    assert expected == broken(site, bench.plan(site, servers))


def test_wet_servers_need_a_loop_and_dry_ones_do_not(bench):
    site = bench.with_rack(bench.facility(), "r1", loop=None)
    servers = [bench.server(site, "r1", 1, "wet8"), bench.server(site, "r1", 9)]
    assert {"liquid/row-1/r1/loop": 1.0} == broken(site, bench.plan(site, servers))
