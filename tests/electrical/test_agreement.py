"""Solver, verifier and walks of our own agree on electrical sites of every make."""

from __future__ import annotations

import copy
import itertools
import math
from collections import defaultdict
from unittest.mock import patch

import pytest
from electrical_sites import box, circuit, demand, feeds, fits, hall, node, policy, row
from feeders import Point, solve_feeder
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_wiring import electrical_sites
from small_sites import Document, facility_of

import rackplan
from rackplan.errors import InputError
from rackplan.facility.outlets import Bank, Plug, pack
from rackplan.facility.phases import line_currents
from rackplan.formulation import build_instance, model
from rackplan.formulation.lines import Lines
from rackplan.solver import Result
from rackplan.verifier.loads import currents
from rackplan.verifier.view import View

SMALL = electrical_sites(most_racks=2, most=4)


def facility_or_none(document: Document) -> rackplan.Facility | None:
    """The site; ``None`` where a check refuses what was drawn."""
    try:
        return facility_of(document)
    except InputError:
        return None


def solved(document: Document) -> Result:
    site = facility_or_none(document)
    assume(site is not None)
    return rackplan.solve(site, workers=1, time_limit_s=20)


def value(result: Result) -> int:
    """Servers of the plan; -1 without one."""
    return -1 if result.plan is None else len(result.plan.servers)


@settings(max_examples=60)
@given(electrical_sites(most_racks=3, most=5))
def test_plans_verify_and_the_rest_is_infeasible(document):
    result = solved(document)
    assert result.status in {"OPTIMAL", "INFEASIBLE"}
    assert result.verdict is None or result.verdict.ok, str(result.verdict)


@settings(max_examples=15)
@given(SMALL)
def test_higher_ratings_never_lower_what_fits(document):
    larger = copy.deepcopy(document)
    for item in larger["power"]["nodes"]:
        for name in ("rated_power", "amps"):
            # An efficiency curve is by rating: a larger node loses more at the same load.
            if name in item and not isinstance(item.get("efficiency"), dict):
                figure, unit = item[name].split()
                item[name] = f"{int(figure) * 2} {unit}"
    assert value(solved(document)) <= value(solved(larger))


@settings(max_examples=15)
@given(st.integers(1, 6), st.integers(1, 3), st.sampled_from(["8 A", "16 A", "32 A"]))
def test_another_feed_never_lowers_what_fits(psus, sides, amps):
    # Each feed from a panel of its own, and servers that may stop when one is lost.
    def build(many):
        document = box(hall(1), psu_count=psus)
        panels = [f"panel-{k}" for k in range(many)]
        document["power"]["nodes"] = [{"id": "grid", "kind": "utility"}]
        for name in panels:
            node(document, name, kind="rpp", inputs=["grid"])
        document["catalog"]["circuits"]["own"] = circuit("400 V", amps)
        policy(document, not_survived=[*panels, "grid"])
        return feeds(document, "own", *panels)

    assert value(solved(build(sides))) <= value(solved(build(sides + 1)))


@settings(max_examples=15)
@given(SMALL)
def test_leaving_out_what_is_implied_changes_nothing(document):
    found = value(solved(document))
    with (
        patch("rackplan.solver.lexicographic.without_dominated", lambda rules: rules),
        patch("rackplan.facility.limits.power.distinct", lambda limits: limits),
        patch.object(Lines, "out_of_reach", lambda lines, rule: False),
    ):
        assert found == value(solved(document))
    assert model.Lines is Lines


@settings(max_examples=25)
@given(SMALL)
def test_every_node_carries_what_is_drawn_below_it(document):
    # Kirchhoff, from the cords of the plan: what every live cord draws goes up, with the losses of
    # every node on the way, in normal operation and with every single node lost.
    result = solved(document)
    assume(result.plan is not None)
    site, view = result.facility, View(result.facility, result.plan)
    for loss in view.loads.losses:
        if loss.kind not in {"normal", "power"}:
            continue
        dead = {n for n in site.nodes if _is_dead(site, n, set(loss.gone))}
        found = view.loads.nodes(loss, "normal" if loss.id == "normal" else "held")
        assert set(found) == set(site.nodes) - dead
        expected = _walked(site, result.plan, view, dead, loss.id == "normal")
        for name, watts in found.items():
            assert float(watts) == pytest.approx(expected[name], rel=1e-9, abs=1e-6), name


def _is_dead(site, name, gone):
    inputs = site.nodes[name].inputs
    return name in gone or (bool(inputs) and all(_is_dead(site, i, gone) for i in inputs))


def _walked(site, plan, view, dead, normal):
    """What leaves every live node [W]."""
    drawn: dict[str, float] = defaultdict(float)
    for placed in view.placed:
        rack, footprint = placed.rack, placed.footprint
        source = {feed.side: feed.source for feed in rack.feeds}
        live = [c for c in placed.server.cords if source[c.feed] not in dead]
        watts = footprint.draw_w if normal else footprint.loss_draw_w
        for cord in live:
            drawn[source[cord.feed]] += watts / len(live)
    for rack in site.racks.values():
        for item in rack.gear:
            live = [f for f in rack.feeds if f.side in item.feeds and f.source not in dead]
            for feed in live:
                drawn[feed.source] += item.power_w / len(live)
    carried: dict[str, float] = defaultdict(float)

    def on_generator(name):
        node = site.nodes[name]
        live = [i for i in node.inputs if i not in dead]
        fed = live if node.parallel else live[:1]
        return node.kind == "generator" or any(on_generator(i) for i in fed)

    def up(name, watts):
        node = site.nodes[name]
        carried[name] += watts
        live = [i for i in node.inputs if i not in dead]
        fed = live if node.parallel else live[:1]
        for above in fed:
            up(above, watts / float(node.efficiency) / len(fed))

    for name, node_ in site.nodes.items():
        if name in dead:
            continue
        started = on_generator(name)
        up(name, drawn[name] + (max(node_.fixed_w, node_.start_w) if started else node_.fixed_w))
        own = node_.idle_w + (node_.recharge_w if started else 0)
        live = [i for i in node_.inputs if i not in dead]
        fed = live if node_.parallel else live[:1]
        for above in fed:
            up(above, own / len(fed))
    return carried


def test_the_lines_of_a_solved_panel_are_those_of_pandapower():
    pytest.importorskip("pandapower", reason="pandapower is not installed")
    # Five boxes of three cords each, on 208 V pairs and on 120 V lines of one panel.
    document = box(hall(5, power_factor=0.95), max_draw="900 W", psu_count=3)
    circuits = document["catalog"]["circuits"]
    circuits["low"] = circuit("120 V", "30 A", 1, "single", "nec")
    feeds(document, "delta", "panel-a")
    racks = row(document)["racks"]
    for rack, name in zip(racks, ("low", "pair", "delta", "low", "delta"), strict=True):
        rack["feeds"] = {"A": {"from": "panel-a", "circuit": name}}
    node(document, "panel-a", volts="208 V", amps="100 A", phases=3, standard="iec")
    node(document, "panel-b", spare=True)
    node(document, "ups-b", spare=True)
    policy(document, not_survived=["grid", "ups-a", "panel-a"])
    result = fits(demand(document, 14))
    loads = View(result.facility, result.plan).loads
    normal = loads.losses[0]
    carried = loads.nodes(normal, "normal")
    ours = loads.lines(normal, "normal", carried)["panel-a"]
    star, delta = (
        dict.fromkeys(("L1", "L2", "L3"), 0.0),
        dict.fromkeys(("L1-L2", "L2-L3", "L3-L1"), 0.0),
    )
    for server in result.plan.servers:
        for cord in server.cords:
            at = delta if "-" in cord.position else star
            at[cord.position] += 300
    points = [Point("panel", star_w=tuple(star.values()), delta_w=tuple(delta.values()))]
    assert 0 < min(ours) < max(ours)
    assert any(star.values())
    assert any(delta.values())
    assert ours == pytest.approx(solve_feeder(points, 208, 0.95).line_amps("panel"), rel=5e-3)


@given(
    st.lists(st.integers(0, 5000), min_size=3, max_size=3),
    st.lists(st.integers(0, 5000), min_size=3, max_size=3),
)
def test_line_currents_are_sums_of_phasors(star, delta):
    def unit(degrees):
        return complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))

    to_neutral = [unit(-120 * k) for k in range(3)]
    between = [to_neutral[k] - to_neutral[(k + 1) % 3] for k in range(3)]
    pairs = [amps * volts / abs(volts) for amps, volts in zip(delta, between, strict=True)]
    exact = [abs(star[k] * to_neutral[k] + pairs[k] - pairs[(k + 2) % 3]) for k in range(3)]
    assert line_currents(star, delta) == pytest.approx(exact, rel=1e-9, abs=1e-6)
    assert currents({}, 400, 1.0) == (0, 0, 0)


def by_brute_force(banks, plugs):
    """Whether some assignment of plugs to outlets is within every bank."""
    from rackplan.catalog.connectors import accepts

    outlets = [
        (bank, connector)
        for bank in banks
        for connector, n in bank.outlets.items()
        for _ in range(n)
    ]
    for chosen in itertools.permutations(range(len(outlets)), len(plugs)):
        load: dict[str, list[int]] = {}
        good = True
        for plug, index in zip(plugs, chosen, strict=True):
            bank, connector = outlets[index]
            most = bank.outlet_ma[connector]
            good &= bank.position == plug.position
            good &= not plug.inlet or accepts(connector, plug.inlet)
            good &= most is None or max(plug.currents_ma) <= most
            have = load.setdefault(bank.id, [0] * len(plug.currents_ma))
            load[bank.id] = [a + b for a, b in zip(have, plug.currents_ma, strict=True)]
        if good and all(
            bank.limit_ma is None or max(load.get(bank.id, [0])) <= bank.limit_ma for bank in banks
        ):
            return True
    return False


@st.composite
def trays(draw):
    outlet_ma = {"C13": 10_000, "C19": 16_000, "C39": 16_000}
    banks = [
        Bank(
            str(k),
            draw(st.integers(0, 1)),
            draw(st.sampled_from([None, 8000, 12_000, 16_000])),
            draw(
                st.dictionaries(st.sampled_from(sorted(outlet_ma)), st.integers(1, 2), min_size=1)
            ),
            outlet_ma,
        )
        for k in range(draw(st.integers(1, 2)))
    ]
    plug = st.builds(
        Plug,
        st.sampled_from(["", "C14", "C20"]),
        st.integers(0, 1),
        st.tuples(*[st.sampled_from([0, 3000, 5000, 8000, 11_000])] * 2),
    )
    return banks, draw(st.lists(plug, max_size=4))


@settings(max_examples=150)
@given(trays())
def test_outlets_are_found_whenever_there_is_a_way(tray):
    banks, plugs = tray
    outlets = sum(sum(bank.outlets.values()) for bank in banks)
    assume(outlets <= 7)
    assert by_brute_force(banks, plugs) == (pack(banks, plugs) is not None)


@settings(max_examples=25)
@given(electrical_sites(most_racks=1, most=4), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_wiring_is_found_whenever_there_is_a_way(document, wanted):
    # Every server of a rack may begin at each of its lines: all ways, against `arranged`.
    from rackplan.formulation import all_rules
    from rackplan.formulation.patterns import wiring_of
    from rackplan.formulation.rules import SiteRule

    site = facility_or_none(document)
    assume(site is not None)
    instance = build_instance(site)
    rules = [rule for rule in all_rules(instance) if not isinstance(rule, SiteRule)]
    wiring = wiring_of(instance.groups[0], site.footprints, rules)
    bases = [f.index for f in site.footprints if f.base == f.index]
    counts = [0] * len(site.footprints)
    for base, many in zip(bases, wanted, strict=False):
        counts[base] = many
    servers = [f for f, many in enumerate(counts) for _ in range(many)]
    choices = [[f.index for f in site.footprints if f.base == base] for base in servers]
    assume(math.prod(map(len, choices)) <= 3**6)

    def admitted(way):
        return wiring.admits(tuple(way.count(f.index) for f in site.footprints))

    exists = any(admitted(way) for way in itertools.product(*choices))
    assert exists == (wiring.arranged(tuple(counts)) is not None)
