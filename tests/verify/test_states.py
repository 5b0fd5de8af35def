"""The failover table: who stays up, who is shed, what is tightest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rackplan.verifier import state_table


def row(site, plan, lost):
    return next(row for row in state_table(site, plan) if row.lost == lost)


@pytest.fixture
def mixed(bench):
    """Two working servers in r1 that stay at full power, a working one in r2 that may be shed."""
    site = bench.facility()
    shed = bench.parts.workload(bench.parts.SHED, id="batch")
    lines = dict(site.demands)
    lines["air8-shed"] = replace(lines["air8-shed"], workloads=("batch",))
    site = replace(site, workloads={**site.workloads, "batch": shed}, demands=lines)
    servers = [bench.server(site, "r1", u, work="chat") for u in (1, 9)]
    servers.append(bench.server(site, "r2", 1, survive="shed", work="batch"))
    return site, bench.plan(site, servers)


def test_nothing_is_shed_while_there_is_room(bench, mixed):
    site, plan = mixed
    # All three draw 18,000 W from ups-b when ups-a is lost: exactly its limit.
    found = row(bench.limited(site, "ups-b", limit_w=18_000), plan, "ups-a")
    assert (3, 0, 0, 0, 0) == (found.full, found.reduced, found.down, found.shed, found.gpus_lost)
    assert ("ups-b", 18_000, 18_000, "W") == (
        found.worst_device,
        found.worst_load,
        found.worst_capacity,
        found.worst_quantity,
    )
    rate = plan.servers[0].rate
    assert {"chat": pytest.approx(2 * rate), "batch": pytest.approx(rate)} == found.rates


def test_what_sits_behind_an_overload_is_shed(bench, mixed):
    site, plan = mixed
    found = row(bench.limited(site, "ups-b", limit_w=17_999), plan, "ups-a")
    assert (2, 0, 0, 1, 8) == (found.full, found.reduced, found.down, found.shed, found.gpus_lost)
    # Without the shed server 12,000 W are left.
    assert ("ups-b", 12_000, 17_999) == (found.worst_device, found.worst_load, found.worst_capacity)
    assert {"chat": pytest.approx(2 * plan.servers[0].rate), "batch": 0.0} == found.rates


def test_an_overload_above_a_lost_circuit_sheds_what_is_behind_it(bench, mixed):
    site, plan = mixed
    # r2 loses A: its 6,000 W move to B, which then carries 6,000 + 6,000 W; 11,999 W are allowed.
    site = bench.limited(site, "ups-b", limit_w=11_999)
    found = row(site, plan, "row-1/r2:A")
    assert (2, 1, "feed") == (found.full, found.shed, found.kind)
    assert ("ups-b", 6000) == (found.worst_device, found.worst_load)


def test_capped_servers_are_reduced_only_where_it_helps(bench):
    site = bench.facility()
    plan = bench.plan(site, [bench.server(site, "r1", 1, survive="reduced")])
    assert (1, 0) == (row(site, plan, "ups-a").full, row(site, plan, "ups-a").reduced)
    tight = row(bench.limited(site, "ups-b", limit_w=5999), plan, "ups-a")
    assert (0, 1, 4000) == (tight.full, tight.reduced, tight.worst_load)
    # Three supplies are needed for full power, two live ones carry the cap.
    needy = replace(site, footprints=tuple(replace(f, psu_need_full=3) for f in site.footprints))
    found = row(needy, plan, "ups-a")
    assert (0, 1, 0) == (found.full, found.reduced, found.gpus_lost)


def test_servers_without_enough_supplies_are_down(bench):
    site = bench.facility()
    changed = tuple(replace(f, psu_need_full=3, psu_need_boot=3) for f in site.footprints)
    site = replace(site, footprints=changed)
    servers = [bench.server(site, "r1", 1), bench.server(site, "r1", 9, survive="shed")]
    found = row(site, bench.plan(site, servers), "rpp-a")
    assert (0, 1, 1, 16) == (found.full, found.down, found.shed, found.gpus_lost)


def test_a_lost_air_unit_sheds_in_its_zone(bench, mixed):
    site, plan = mixed
    # 18,000 W of heat; the unit that lives takes 15,000 W, so the shed server goes: 12,000 W.
    unit = bench.parts.CoolingUnit
    units = (unit("acu-1", 15_000, 9000, 0, ()), unit("acu-2", 15_000, 9000, 0, ()))
    site = replace(site, zones={"zone-1": replace(site.zones["zone-1"], units=units)})
    found = row(site, plan, "acu-1")
    assert (2, 1, "air") == (found.full, found.shed, found.kind)
    assert ("zone-1", 12_000, 15_000) == (
        found.worst_device,
        found.worst_load,
        found.worst_capacity,
    )


def test_every_loss_has_a_row_and_normal_operation_has_none(bench, mixed):
    lost = [found.lost for found in state_table(*mixed)]
    nodes = ["grid", "genset", "ats-a", "ats-b", "ups-a", "ups-b", "rpp-a", "rpp-b"]
    units = ["acu-1", "acu-2", "cdu-1", "cdu-2"]
    feeds = [f"row-1/{rack}:{side}" for rack in ("r1", "r2", "r3") for side in "AB"]
    assert sorted([*nodes, *units, *feeds]) == sorted(lost)
