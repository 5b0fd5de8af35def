"""Power: nodes, circuits and power supplies at their limits, in every state."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackplan.verifier import verify
from rackplan.verifier.supplies import cords
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss, PowerGraph, losses


def broken(facility, plan):
    return {violation.rule: violation.amount for violation in verify(facility, plan).violations}


def test_two_servers_keep_every_rule(bench):
    site = bench.facility()
    verdict = verify(site, bench.plan(site, [bench.server(site, "r1", u) for u in (1, 9)]))
    assert verdict.ok, str(verdict)


def test_cords_go_round_the_feeds():
    assert {"A": 3, "B": 3} == cords(6, ["A", "B"])
    assert {"A": 3, "B": 2} == cords(5, ["A", "B"])
    assert {"A": 2, "B": 2, "C": 2} == cords(6, ["A", "B", "C"])
    assert {} == cords(6, [])


def test_a_ups_takes_over_the_other_side_and_not_one_watt_more(bench):
    # Two servers of 6,000 W: each UPS carries 6,000 W, and 12,000 W when the other one is lost.
    at_limit = bench.limited(bench.facility(), "ups-b", limit_w=12_000)
    servers = [bench.server(at_limit, "r1", u) for u in (1, 9)]
    assert broken(at_limit, bench.plan(at_limit, servers)) == {}
    over = bench.limited(at_limit, "ups-b", limit_w=11_999)
    states = ("ats-a", "ups-a", "rpp-a", "row-1/r1:A")
    expected = {f"power/ups-b@loss:{state}": 1.0 for state in states}
    assert expected == broken(over, bench.plan(over, servers))


def test_the_message_names_device_figures_and_state(bench):
    site = bench.limited(bench.facility(), "ups-b", limit_w=11_500)
    site = replace(
        site, policy=replace(site.policy, not_survived=frozenset(site.nodes) - {"ups-a"})
    )
    site = replace(site, racks={"row-1/r1": site.racks["row-1/r1"]})
    off = site.policy.not_survived | {"row-1/r1:A", "row-1/r1:B"}
    site = replace(site, policy=replace(site.policy, not_survived=off))
    verdict = verify(site, bench.plan(site, [bench.server(site, "r1", u) for u in (1, 9)]))
    (violation,) = verdict.violations
    assert "ups-b carries 12 kW of 11.5 kW when ups-a is lost." == violation.message
    assert ("power", "ups-b", "loss:ups-a") == (violation.family, violation.device, violation.state)


def test_ups_losses_load_the_grid_and_the_generator_takes_over(bench):
    # 12,000 W at efficiency 0.8 is 15,000 W at the grid, or at the generator without the grid.
    servers = [bench.server(bench.facility(), "r1", u) for u in (1, 9)]
    for source, states in (("grid", None), ("genset", {"power/genset@loss:grid"})):
        at_limit = bench.limited(bench.facility(), source, limit_w=15_000)
        assert broken(at_limit, bench.plan(at_limit, servers)) == {}
        over = bench.limited(bench.facility(), source, limit_w=14_999)
        found = broken(over, bench.plan(over, servers))
        assert set(found.values()) == {1.0}
        assert states is None or states == set(found)


def test_apparent_power_is_real_power_over_the_power_factor(bench):
    # 6,000 W / 0.95 = 6,315.8 VA in normal operation; shed servers draw nothing in loss states.
    servers = [bench.server(bench.facility(), "r1", u, survive="shed") for u in (1, 9)]
    site = bench.limited(bench.facility(), "rpp-a", limit_va=6316)
    assert broken(site, bench.plan(site, servers)) == {}
    over = bench.limited(bench.facility(), "rpp-a", limit_va=6315)
    assert {"power/rpp-a/va": pytest.approx(6000 / 0.95 - 6315)} == broken(
        over, bench.plan(over, servers)
    )


def test_reduced_servers_count_their_cap_in_loss_states(bench):
    # Normal: 6,000 W on two sides is 3,000 W each. Side A lost: the cap of 4,000 W is all on B.
    server = bench.server(bench.facility(), "r1", 1, survive="reduced")
    site = bench.limited(bench.facility(), "rpp-b", limit_w=4000)
    assert broken(site, bench.plan(site, [server])) == {}
    over = bench.limited(bench.facility(), "rpp-b", limit_w=3999)
    states = ("ats-a", "ups-a", "rpp-a", "row-1/r1:A")
    expected = {f"power/rpp-b@loss:{state}": 1.0 for state in states}
    assert expected == broken(over, bench.plan(over, [server]))


def test_a_circuit_carries_both_cords_when_the_other_feed_is_lost(bench):
    site = bench.facility()
    a, b = site.racks["row-1/r1"].feeds
    servers = [bench.server(site, "r1", u) for u in (1, 9)]
    at_limit = bench.with_rack(site, "r1", feeds=(a, replace(b, limit_w=12_000)))
    assert broken(at_limit, bench.plan(at_limit, servers)) == {}
    over = bench.with_rack(site, "r1", feeds=(a, replace(b, limit_w=11_999)))
    states = ("ats-a", "ups-a", "rpp-a", "row-1/r1:A")
    expected = {f"power/row-1/r1:B@loss:{state}": 1.0 for state in states}
    assert expected == broken(over, bench.plan(over, servers))


@pytest.mark.parametrize(
    ("survive", "change", "held"),
    [
        # Two of four supplies live: enough for full power when two or fewer are needed.
        ("full", {"psu_need_full": 2}, True),
        ("full", {"psu_need_full": 3}, False),
        # Capped to 4,000 W: two supplies of 2,000 W carry it, of 1,999 W do not.
        ("reduced", {"psu_need_full": 3, "psu_rating_w": 2000}, True),
        ("reduced", {"psu_need_full": 3, "psu_rating_w": 1999}, False),
        ("reduced", {"psu_need_full": 3, "psu_need_boot": 3}, False),
        ("shed", {"psu_need_full": 4, "psu_need_boot": 4}, True),
    ],
)
def test_servers_keep_their_promise_on_the_supplies_that_live(bench, survive, change, held):
    site = bench.facility()
    site = replace(site, footprints=tuple(replace(f, **change) for f in site.footprints))
    found = broken(site, bench.plan(site, [bench.server(site, "r1", 1, survive=survive)]))
    states = ("ats-a", "ats-b", "ups-a", "ups-b", "rpp-a", "rpp-b", "row-1/r1:A", "row-1/r1:B")
    expected = {} if held else {f"power/row-1/r1/psu@loss:{state}": 1.0 for state in states}
    assert expected == found


def test_a_loss_that_need_not_be_survived_is_no_state(bench):
    site = bench.limited(bench.facility(), "ups-b", limit_w=11_999)
    exempt = frozenset({"ats-a", "ups-a", "rpp-a", "row-1/r1:A"})
    site = replace(site, policy=replace(site.policy, not_survived=exempt))
    servers = [bench.server(site, "r1", u) for u in (1, 9)]
    assert broken(site, bench.plan(site, servers)) == {}


def test_a_lone_utility_is_no_loss_state(bench):
    site = bench.facility()
    nodes = {k: v for k, v in site.nodes.items() if k != "genset"}
    for name in ("ats-a", "ats-b"):
        nodes[name] = replace(nodes[name], inputs=("grid",))
    alone = replace(site, nodes=nodes)
    lost = [loss.lost for loss in losses(alone, PowerGraph(alone))]
    assert "grid" not in lost
    assert "grid" in [loss.lost for loss in losses(site, PowerGraph(site))]


def test_parallel_inputs_share_and_the_live_one_carries_all(bench):
    # A switchboard on both UPSs: 6,000 W is 3,000 W from each, 6,000 W from the one that lives.
    site = bench.facility()
    nodes = dict(site.nodes)
    nodes["board"] = bench.parts.node("board", "switchboard", "ups-a", "ups-b", parallel=True)
    nodes["rpp-a"] = replace(nodes["rpp-a"], inputs=("board",))
    nodes["rpp-b"] = replace(nodes["rpp-b"], inputs=("board",))
    site = replace(site, nodes=nodes)
    exempt = frozenset({"board"})
    site = replace(site, policy=replace(site.policy, not_survived=exempt))
    view = View(site, bench.plan(site, [bench.server(site, "r1", 1)]))
    normal = view.loads.nodes(Loss("normal", "normal", ""), "normal")
    assert (3000, 3000) == (normal["ups-a"], normal["ups-b"])
    loss = next(loss for loss in view.loads.losses if loss.lost == "ups-a")
    assert 6000 == view.loads.nodes(loss, "held")["ups-b"]


def test_fixed_loads_and_cooling_units_load_the_first_live_node(bench):
    # The air unit's 2,000 W hang on rpp-a, and on rpp-b when rpp-a is dead.
    site = bench.limited(bench.facility(), "rpp-b", fixed_w=500)
    zone = site.zones["zone-1"]
    unit = bench.parts.CoolingUnit("acu-1", 60_000, 9000, 2000, ("rpp-a", "rpp-b"))
    site = replace(site, zones={"zone-1": replace(zone, units=(unit, zone.units[1]))})
    loads = View(site, bench.plan(site, [])).loads
    normal = loads.nodes(Loss("normal", "normal", ""), "normal")
    assert (2000, 500) == (normal["rpp-a"], normal["rpp-b"])
    lost = {loss.lost: loss for loss in loads.losses}
    assert 2500 == loads.nodes(lost["ups-a"], "held")["rpp-b"]
    assert 0 == loads.nodes(lost["acu-1"], "held")["rpp-a"]


def test_gear_shares_its_power_over_the_feeds_it_is_plugged_into(bench):
    # Gear of 1,000 W on A and B: 500 W each, 1,000 W on B when A is dead.
    gear = bench.parts.Gear("tor", 41, 1, 1000, 10_000, 50, ("A", "B"))
    site = bench.with_rack(bench.facility(), "r1", gear=(gear,))
    loads = View(site, bench.plan(site, [])).loads
    assert {"A": 500, "B": 500} == loads.rack("row-1/r1", frozenset(), "normal").feeds_w
    assert {"B": 1000} == loads.rack("row-1/r1", frozenset("A"), "held").feeds_w
    assert 0 == loads.rack("row-1/r1", frozenset("AB"), "held").air_w


def test_a_rack_without_feeds_cannot_run_servers(bench):
    site = bench.with_rack(bench.facility(), "r1", feeds=())
    server = replace(bench.server(site, "r1", 1), feeds={})
    assert {"power/row-1/r1/psu": 1.0} == broken(site, bench.plan(site, [server]))


PLACES = [(place, u) for place in ("r1", "r2", "r3") for u in (1, 9, 17, 25, 33)]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(["full", "reduced", "shed"])),
        unique_by=lambda item: item[0],
    )
)
def test_the_short_cut_for_lost_circuits_gives_the_loads_of_the_whole_walk(bench, chosen):
    site = bench.facility()
    servers = [bench.server(site, place, u, survive=survive) for (place, u), survive in chosen]
    loads = View(site, bench.plan(site, servers)).loads
    for loss in loads.losses:
        if loss.kind == "feed":
            whole = loads.nodes(loss, "held")
            for name, load in loads.above(loss, "held").items():
                assert whole[name] == load


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(PLACES), unique=True))
def test_no_watt_is_lost_or_made_in_a_lossless_graph(bench, places):
    site = bench.facility()
    nodes = {k: replace(v, efficiency=Fraction(1)) for k, v in site.nodes.items()}
    site = replace(site, nodes=nodes)
    loads = View(site, bench.plan(site, [bench.server(site, p, u) for p, u in places])).loads
    for loss in loads.losses:
        if loss.kind in {"normal", "power"}:
            carried = loads.nodes(loss, "held")
            sources = carried.get("grid", 0) + carried.get("genset", 0)
            assert 6000 * len(places) == sources
