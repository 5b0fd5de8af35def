"""Voltage drops of circuits and feeders, by hand, and the warnings they give."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from small_sites import facility_of, node_of, row_of, small_site

import rackplan
from rackplan.facility.devices import Supply
from rackplan.facility.electrical import Rating
from rackplan.facility.voltage_drop import Branch
from rackplan.plan.power import PowerPlan, VoltageDrop
from rackplan.verifier.power_side import power_warnings
from rackplan.verifier.view import View
from rackplan.verifier.voltage import held_power, input_levels, unknown_levels, voltage_drops

PANEL = Rating(400, 250_000, 3, Fraction(1))
WYE = {
    "rating": Rating(400, 63_000, 3, Fraction(1)),
    "positions": ("L1", "L2", "L3"),
    "cord_v": 400 / math.sqrt(3),
}
SINGLE = {"rating": Rating(240, 50_000, 1, Fraction(1)), "cord_v": 240.0}


def hall(bench, circuit, *, even=False):
    """The hall with that circuit everywhere, at a power factor of 1; ``even``: 3-phase cords."""
    site = bench.facility()
    for name in ("r1", "r2", "r3"):
        feeds = site.racks[f"row-1/{name}"].feeds
        site = bench.with_rack(site, name, feeds=tuple(replace(f, **circuit) for f in feeds))
    if even:
        supply = Supply(phases=3)
        site = replace(site, footprints=tuple(replace(f, supply=supply) for f in site.footprints))
    return replace(site, policy=replace(site.policy, power_factor=Fraction(1)))


def cabled(bench, site, rack, ohm):
    """The site with conductors of that resistance on side A of a rack."""
    a, b = site.racks[f"row-1/{rack}"].feeds
    return bench.with_rack(site, rack, feeds=(replace(a, cable=Branch(1000, ohm)), b))


def drops(site, plan):
    return {drop.branch: drop for drop in voltage_drops(View(site, plan))}


def close(nominal):
    """A drop by the current at nominal voltage, as the plan states it."""
    return pytest.approx(held_power(nominal), abs=1e-6)


def test_power_supplies_keep_their_power():
    # 3.0 % by nominal current: x = (1 - sqrt(1 - 0.12)) / 2 = 3.0958 %; and x (1 - x) = 3.0 %.
    assert pytest.approx(0.030958, abs=1e-6) == held_power(0.03)
    assert 0 == held_power(0.0)
    assert 0.5 == held_power(0.25) == held_power(3.0)


def test_a_single_phase_circuit(bench):
    # 6,000 W at 240 V with B lost: 25 A out and back over 0.066 ohm: 3.3 V, 1.375 %.
    # x = (1 - sqrt(1 - 0.055)) / 2 = 1.3944 %.
    site = cabled(bench, hall(bench, SINGLE), "r1", 0.066)
    found = drops(site, bench.plan(site, [bench.server(site, "r1", 1)]))
    assert ["row-1/r1:A"] == list(found)
    drop = found["row-1/r1:A"]
    assert pytest.approx(0.013944, abs=1e-6) == drop.share == drop.total_share
    assert "loss:ups-b" == drop.state


def test_unbalanced_lines_load_the_neutral(bench):
    # Two cords of 3,000 W on L1 and L2: 12.99 A each at 230.9 V. In the neutral flows their sum,
    # 12.99 A too, 60 degrees from both: L1 loses (12.99 + 12.99 / 2) A x 0.02 ohm = 0.3897 V of
    # 230.9 V: 0.16875 %.
    site = cabled(bench, hall(bench, WYE), "r1", 0.02)
    found = drops(site, bench.plan(site, [bench.server(site, "r1", 1)]))
    assert close(0.0016875) == found["row-1/r1:A"].share


def test_the_total_is_that_of_one_state(bench):
    # Three phases, evenly loaded, at 400 V: P R / V^2. r1 holds a server that stays, r2 three that
    # may be shed. Circuit of r1, 0.1 ohm: 3,000 W normally, 0.1875 %; 6,000 W with B lost, 0.375 %.
    # Conductors of rpp-a, 0.05 ohm: 12,000 W normally, 0.375 %; 6,000 W with B lost, 0.1875 %.
    # Both together: 0.5625 % in either state, and not 0.75 %.
    site = cabled(bench, hall(bench, WYE, even=True), "r1", 0.1)
    site = bench.limited(site, "rpp-a", rating=PANEL, cable=Branch(1000, 0.05))
    servers = [bench.server(site, "r1", 1)]
    servers += [bench.server(site, "r2", u, survive="shed") for u in (1, 9, 17)]
    found = drops(site, bench.plan(site, servers))
    assert ["rpp-a", "row-1/r1:A"] == list(found)
    assert close(0.00375) == found["rpp-a"].share == found["rpp-a"].total_share
    assert "normal" == found["rpp-a"].state
    circuit = found["row-1/r1:A"]
    assert (close(0.00375), close(0.005625), "loss:ups-b") == (
        circuit.share,
        circuit.total_share,
        circuit.state,
    )


def test_the_total_begins_where_the_voltage_does(bench):
    # ups-a draws 6,000 / 0.8 = 7,500 W at 480 V over 0.1 ohm: 0.3255 %. What hangs on ups-a has
    # a voltage of its own: the circuit loses 6,000 W x 0.1 ohm / 400^2 = 0.375 %.
    site = cabled(bench, hall(bench, WYE, even=True), "r1", 0.1)
    site = bench.limited(site, "ups-a", cable=Branch(1000, 0.1))
    site = bench.limited(site, "ats-a", rating=Rating(480, 250_000, 3, Fraction(1)))
    found = drops(site, bench.plan(site, [bench.server(site, "r1", 1)]))
    assert close(7500 * 0.1 / 480**2) == found["ups-a"].share == found["ups-a"].total_share
    assert close(0.00375) == found["row-1/r1:A"].total_share
    # The transfer switch above has no conductors; with some, the UPS loses both.
    site = bench.limited(site, "ats-a", cable=Branch(1000, 0.2))
    found = drops(site, bench.plan(site, [bench.server(site, "r1", 1)]))
    assert close(7500 * 0.2 / 480**2) == found["ats-a"].share
    assert close(7500 * 0.3 / 480**2) == found["ups-a"].total_share
    assert close(0.00375) == found["row-1/r1:A"].total_share


def test_parallel_inputs_share_the_current(bench):
    # A board on both UPSs, with conductors of 0.1 ohm from each: 6,000 W is 3,000 W over each,
    # 0.1875 %; all of it over one with ups-a lost, 0.375 %.
    site = hall(bench, WYE, even=True)
    nodes = dict(site.nodes)
    nodes["board"] = bench.parts.node("board", "switchboard", "ups-a", "ups-b", parallel=True)
    nodes["board"] = replace(nodes["board"], rating=PANEL, cable=Branch(1000, 0.1))
    order = [*(n for n in nodes if not n.startswith(("rpp", "board"))), "board", "rpp-a", "rpp-b"]
    site = replace(site, nodes={name: nodes[name] for name in order})
    for name in ("rpp-a", "rpp-b"):
        site = bench.limited(site, name, inputs=("board",))
    plan = bench.plan(site, [bench.server(site, "r1", 1)])
    found = drops(site, plan)["board"]
    assert (close(0.00375), "loss:ups-a") == (found.share, found.state)
    off = frozenset({"ups-a", "ups-b", "ats-a", "ats-b", "board", "rpp-a", "rpp-b"})
    site = replace(site, policy=replace(site.policy, not_survived=off))
    assert close(0.001875) == drops(site, plan)["board"].share


def test_a_panel_with_single_phase_circuits_is_unbalanced(bench):
    # The only circuit of rpp-a is from L1 to neutral, 231 V: 6,000 W with B lost, 25.98 A through
    # L1 and back in the neutral over 0.05 ohm: 2.598 V of 230.9 V, 1.125 %.
    circuit = {"rating": Rating(231, 63_000, 1, Fraction(1)), "cord_v": 231.0}
    site = bench.limited(hall(bench, circuit), "rpp-a", rating=PANEL, cable=Branch(1000, 0.05))
    found = drops(site, bench.plan(site, [bench.server(site, "r1", 1)]))
    assert close(0.01125) == found["rpp-a"].share


def test_voltage_of_what_feeds_a_node(bench):
    # A panel that states none has that of its circuits; above the UPS nothing tells.
    site = bench.limited(hall(bench, WYE), "rpp-a", cable=Branch(10, 1))
    site = bench.limited(site, "ups-a", cable=Branch(10, 1))
    assert (400, 3) == input_levels(site)["rpp-a"]
    assert "ups-a" not in input_levels(site)
    assert ("ups-a",) == unknown_levels(site)
    view = View(site, bench.plan(site, []))
    (warning,) = power_warnings(view, PowerPlan())
    text = "voltage drop not worked out: the voltage of what feeds it is not given"
    assert f"ups-a: {text}" == warning
    # Nodes of one voltage share it: here the switch states it.
    known = bench.limited(site, "ats-a", rating=Rating(480, 250_000, 3, Fraction(1)))
    assert (480, 3) == input_levels(known)["ats-a"]


def test_nothing_is_said_where_no_conductors_are_given(bench):
    site = hall(bench, WYE)
    assert {} == drops(site, bench.plan(site, [bench.server(site, "r1", 1)]))


def test_warnings_begin_above_three_and_five_percent(bench):
    site = bench.facility()
    view = View(site, bench.plan(site, []))

    def warned(share, total):
        drop = VoltageDrop("row-1/r1:A", share, total, "loss:ups-b")
        return power_warnings(view, PowerPlan(drops=(drop,)))

    assert () == warned(0.03, 0.05)
    (branch,) = warned(0.0301, 0.05)
    assert "row-1/r1:A: voltage drop of 3.010 % when ups-b is lost, over 3 % for a branch" == branch
    (total,) = warned(0.03, 0.061)
    text = "voltage drop of 6.1 % from the source of its voltage down, over 5 % in total"
    assert f"row-1/r1:A: {text}" == total


def long_site():
    """Two racks of three servers on single-phase circuits of 400 V, 100 m of 6 AWG."""
    document = small_site(racks=2)
    for feed in row_of(document)["feeds"].values():
        feed |= {"length": "100 m", "conductor": "cu-awg-6"}
    return document


def test_a_plan_warns_of_long_circuits():
    # Three servers of 6,000 W with the other side lost: 18,000 W, 45 A at 400 V. 0.49 ohm per
    # 1,000 ft is 1.6076 ohm/km: 2 x 45 A x 0.16076 ohm = 14.468 V, 3.617 % by nominal current, and
    # (1 - sqrt(1 - 4 x 0.03617)) / 2 = 3.758 % in truth.
    result = rackplan.solve(facility_of(long_site()), workers=1)
    assert result.verdict.ok, str(result.verdict)
    plan = result.plan
    assert [f"row/r{i}:{side}" for i in (1, 2) for side in "AB"] == [
        drop.branch for drop in plan.power.drops
    ]
    assert all(drop.share == pytest.approx(0.03758, abs=1e-5) for drop in plan.power.drops)
    text = "voltage drop of 3.8 % when {} is lost, over 3 % for a branch"
    assert {
        f"row/r1:A and 1 alike: {text.format('ups-b')}",
        f"row/r1:B and 1 alike: {text.format('ups-a')}",
    } == set(plan.warnings)


def test_feeders_add_to_the_total():
    # Both racks: 36,000 W on a panel with the other side lost. 90 A at 400 V over 80 m of 2/0, 0.10
    # ohm per 1,000 ft or 0.32808 ohm/km; single phase, as the circuits are: 2 x 90 A x 0.026247
    # ohm = 4.724 V, 1.181 %. With the 3.617 % of the circuit 4.798 % by nominal current, and
    # (1 - sqrt(1 - 4 x 0.04798)) / 2 = 5.052 % in truth.
    document = long_site()
    panel = {"length": "80 m", "conductor": "cu-awg-2-0"}
    panel |= {"volts": "400 V", "amps": "200 A", "phases": 1, "standard": "iec"}
    node_of(document, "panel-[a-b]").update(panel)
    plan = rackplan.solve(facility_of(document), workers=1).plan
    found = {drop.branch: drop for drop in plan.power.drops}
    assert pytest.approx(held_power(0.01181), abs=2e-5) == found["panel-a"].share
    assert pytest.approx(0.05052, abs=5e-5) == found["row/r1:A"].total_share
    text = "voltage drop of 5.1 % from the source of its voltage down, over 5 % in total"
    assert f"row/r1:A and 3 alike: {text}" in plan.warnings
