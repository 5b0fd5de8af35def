"""The circuit schedule, loads of nodes, and stranded capacity: by hand, and against tampering."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from small_sites import facility_of, node_of, small_site

import rackplan
from rackplan.facility.electrical import Rating
from rackplan.plan import RackSummary
from rackplan.plan.power import PowerPlan
from rackplan.verifier import verify
from rackplan.verifier.power_side import power_plan, power_warnings
from rackplan.verifier.schedules import circuit_loads, node_loads
from rackplan.verifier.stranded import bound_of, stranded
from rackplan.verifier.view import View

WYE = {
    "rating": Rating(400, 32_000, 3, Fraction(1)),
    "positions": ("L1", "L2", "L3"),
    "cord_v": 400 / math.sqrt(3),
    "line_ma": 32_000,
    "short_ma": 32_000,
}
DELTA = {
    "rating": Rating(208, 60_000, 3, Fraction(4, 5)),
    "positions": ("L1-L2", "L2-L3", "L3-L1"),
    "cord_v": 208.0,
    "line_ma": 48_000,
    "short_ma": 60_000,
}
BETWEEN = {
    "rating": Rating(208, 30_000, 1, Fraction(4, 5)),
    "positions": ("L2-L3",),
    "cord_v": 208.0,
    "line_ma": 24_000,
    "short_ma": 30_000,
}
NEUTRAL = BETWEEN | {"rating": Rating(240, 30_000, 1, Fraction(4, 5)), "positions": ("L3",)}


def wired(bench, circuit, site=None):
    """The hall with that circuit on both sides of r1, at a power factor of 1."""
    site = site or bench.facility()
    feeds = tuple(replace(feed, **circuit) for feed in site.racks["row-1/r1"].feeds)
    site = replace(site, policy=replace(site.policy, power_factor=Fraction(1)))
    return bench.with_rack(site, "r1", feeds=feeds)


def circuits(site, plan):
    return {circuit.feed: circuit for circuit in circuit_loads(View(site, plan))}


def nodes(site, plan):
    return {node.node: node for node in node_loads(View(site, plan))}


def one_server(bench, site, survive="full"):
    return bench.plan(site, [bench.server(site, "r1", 1, survive=survive)])


def test_lines_of_a_wye_circuit(bench):
    # 6,000 W over two cords a side, the first on L1: 1,500 W on L1 and on L2 of each circuit; with
    # B lost all of it on A, 3,000 W on each. Power factor 1: as many VA. Mean of the lines 1,000
    # VA: L3 is 1,000 VA off.
    site = wired(bench, WYE)
    found = circuits(site, one_server(bench, site))["row-1/r1:A"]
    assert {"L1": 1500, "L2": 1500, "L3": 0} == found.normal_va
    assert {"L1": 3000, "L2": 3000, "L3": 0} == found.worst_va
    assert pytest.approx(1.0) == found.imbalance
    assert (3000, 6000, "loss:ups-b") == (found.normal_w, found.worst_w, found.worst_state)
    assert (400, 3, 32_000, 32_000) == (
        found.volts,
        found.phases,
        found.breaker_ma,
        found.line_limit_ma,
    )


def test_lines_of_a_delta_circuit(bench):
    # 1,500 W on L1-L2 and on L2-L3: 7.212 A each. On L1 and L3 that is all: 7.212 A x 208 V /
    # sqrt(3) = 866.03 VA. On L2 the two are 60 degrees apart: sqrt(3) x 7.212 A = 12.491 A; that
    # is 1,500 VA.
    # Mean (866.03 + 1,500 + 866.03) / 3 = 1,077.35; (1,500 - 1,077.35) / 1,077.35 = 0.3923.
    site = wired(bench, DELTA)
    found = circuits(site, one_server(bench, site))["row-1/r1:B"]
    assert {"L1": 867, "L2": 1500, "L3": 867} == found.normal_va
    assert {"L1": 1733, "L2": 3000, "L3": 1733} == found.worst_va
    assert pytest.approx(0.3923, abs=1e-4) == found.imbalance
    assert 60_000 == found.breaker_ma


@pytest.mark.parametrize(
    ("circuit", "normal", "worst"),
    [
        # Between two lines: 3,000 VA are half on each; 6,000 VA when the other side is lost.
        (BETWEEN, {"L2": 1500, "L3": 1500}, {"L2": 3000, "L3": 3000}),
        # From a line to neutral: all on that line.
        (NEUTRAL, {"L3": 3000}, {"L3": 6000}),
    ],
)
def test_a_single_phase_circuit_loads_the_lines_it_sits_on(bench, circuit, normal, worst):
    site = wired(bench, circuit)
    found = circuits(site, one_server(bench, site))["row-1/r1:A"]
    assert (normal, worst, 0.0) == (found.normal_va, found.worst_va, found.imbalance)
    assert 1 == found.phases


def test_apparent_power_is_over_the_power_factor(bench):
    # 3,000 W / 0.95 = 3,157.9 VA.
    site = wired(bench, NEUTRAL | {"power_factor": Fraction(19, 20)})
    assert {"L3": 3158} == circuits(site, one_server(bench, site))["row-1/r1:A"].normal_va


def test_an_electrical_peak_is_short(bench):
    # Peaks of 9,000 W, which two live supplies of 5,000 W give: 9,000 W on one side, 9,000 / 0.8 =
    # 11,250 W at the grid. What lasts stays 6,000 W, 7,500 W at the grid.
    site = bench.facility()
    peaks = {"peak_w": 9000, "loss_peak_w": 9000, "psu_rating_w": 5000}
    site = replace(site, footprints=tuple(replace(f, **peaks) for f in site.footprints))
    plan = one_server(bench, site)
    circuit, found = circuits(site, plan)["row-1/r1:A"], nodes(site, plan)
    assert (3000, 6000, 9000) == (circuit.normal_w, circuit.worst_w, circuit.peak_w)
    ups, grid = found["ups-a"], found["grid"]
    assert (3000, 6000, "loss:ups-b") == (ups.normal_w, ups.worst_w, ups.worst_state)
    assert (9000, "loss:ups-b") == (ups.peak_w, ups.peak_state)
    assert (7500, "normal", 11_250, "normal") == (
        grid.worst_w,
        grid.worst_state,
        grid.peak_w,
        grid.peak_state,
    )


def test_what_flows_before_servers_react_is_short(bench):
    # Capped to 4,000 W when a side is lost: 4,000 W last, 6,000 W flow until then. A shed server
    # puts most on a side in normal operation.
    site = bench.facility()
    ups = nodes(site, one_server(bench, site, "reduced"))["ups-a"]
    assert (3000, 4000, 6000) == (ups.normal_w, ups.worst_w, ups.peak_w)
    shed = nodes(site, one_server(bench, site, "shed"))["ups-a"]
    assert (3000, 3000, "normal") == (shed.normal_w, shed.worst_w, shed.worst_state)
    assert (6000, "loss:ups-b") == (shed.peak_w, shed.peak_state)


def test_a_generator_is_loaded_when_the_grid_is_lost(bench):
    site = bench.facility()
    found = nodes(site, one_server(bench, site))["genset"]
    assert (0, 7500, "loss:grid") == (found.normal_w, found.worst_w, found.worst_state)


def test_sources_count_by_their_own_basis(bench):
    # Sources count 7,000 W a server, what hangs on them 6,000 W.
    site = bench.facility()
    site = replace(site, footprints=tuple(replace(f, source_w=7000) for f in site.footprints))
    found = nodes(site, one_server(bench, site))
    assert (3500, 7000) == (found["ups-a"].normal_w, found["ups-a"].worst_w)
    assert (3000, 6000) == (found["rpp-a"].normal_w, found["rpp-a"].worst_w)


def test_an_oversubscribed_node_counts_what_is_drawn_at_the_same_time(bench):
    # Servers count 5,000 W there, of which 90 % are drawn together: 2,250 W, and 4,500 W with ups-b
    # lost, beside a fixed load of 1,000 W. Until they are capped servers may draw all of 6,000 W.
    # Capped to 5,500 W, which is a limit of its own, they leave 13,500 W of 20,000 W.
    basis = {"counted_w": 5000, "capped_w": 5500}
    site = bench.facility()
    site = replace(site, footprints=tuple(replace(f, **basis) for f in site.footprints))
    over = {"oversubscribed": True, "diversity": Fraction(9, 10), "fixed_w": 1000}
    site = bench.limited(site, "ups-a", limit_w=20_000, **over)
    plan = one_server(bench, site)
    found = nodes(site, plan)["ups-a"]
    assert (3250, 5500, "loss:ups-b") == (found.normal_w, found.worst_w, found.worst_state)
    assert (7000, "loss:ups-b") == (found.peak_w, found.peak_state)
    racks = [summary(rack, "space/row-1/r1") for rack in site.racks]
    assert 13_500 == stranded(View(site, plan), racks)[0].free_w


def test_what_servers_are_capped_to_is_a_limit_and_no_load(bench):
    # No server may be held back, and none draws more than the 5,000 W counted: with ups-b lost
    # ups-a carries that, although a cap of 5,500 W leaves no more than 14,500 W of 20,000 W.
    site = bench.facility()
    full = [f for f in site.footprints if f.survive.kind == "full"]
    basis = {"counted_w": 5000, "capped_w": 5500, "draw_w": 5000}
    site = replace(site, footprints=tuple(replace(f, **basis) for f in full))
    site = bench.limited(site, "ups-a", limit_w=20_000, oversubscribed=True)
    plan = one_server(bench, site)
    found = nodes(site, plan)["ups-a"]
    assert (5000, 5000) == (found.worst_w, found.peak_w)
    racks = [summary(rack, "space/row-1/r1") for rack in site.racks]
    assert 14_500 == stranded(View(site, plan), racks)[0].free_w


def test_the_schedule_is_in_the_order_of_poles(bench):
    site = bench.facility()
    for name, pole in (("r1", 7), ("r2", 1)):
        a, b = site.racks[f"row-1/{name}"].feeds
        poles = (pole, pole + 2, pole + 4)
        site = bench.with_rack(site, name, feeds=(replace(a, poles=poles), b))
    found = [c.feed for c in circuit_loads(View(site, bench.plan(site, [])))]
    on_a = ["row-1/r2:A", "row-1/r1:A", "row-1/r3:A"]  # r3 has no poles
    assert [*on_a, "row-1/r1:B", "row-1/r2:B", "row-1/r3:B"] == found


def test_lines_of_a_panel_add_up_its_circuits(bench):
    # r1 and r2: L1 and L2 of each circuit carry 1,500 W; together 3,000 W on L1 and L2 of rpp-a,
    # and 6,000 W on each with the other side lost.
    site = wired(bench, WYE, bench.limited(bench.facility(), "rpp-a", rating=WYE["rating"]))
    site = bench.with_rack(
        site, "r2", feeds=tuple(replace(feed, **WYE) for feed in site.racks["row-1/r2"].feeds)
    )
    plan = bench.plan(site, [bench.server(site, place, 1) for place in ("r1", "r2")])
    found = nodes(site, plan)
    assert {"L1": 3000, "L2": 3000, "L3": 0} == found["rpp-a"].normal_va
    assert {"L1": 6000, "L2": 6000, "L3": 0} == found["rpp-a"].worst_va
    assert (32_000, pytest.approx(1.0)) == (
        found["rpp-a"].line_limit_ma,
        found["rpp-a"].imbalance,
    )
    assert ({}, None) == (found["rpp-b"].normal_va, found["rpp-b"].line_limit_ma)


def panel_site(**panel):
    document = small_site(racks=3)
    document["catalog"]["circuits"]["circuit"] |= {"phases": 3, "wiring": "wye"}
    node_of(document, "panel-[a-b]").update(panel)
    return document


def test_poles_of_a_panel():
    # A three-pole breaker takes every other pole: 1, 3, 5 on the left, then 2, 4, 6 on the right,
    # then 7, 9, 11; panel by panel.
    site = facility_of(panel_site(poles=42))
    plan = rackplan.solve(site, workers=1).plan
    rows = [(c.panel, c.feed, c.poles) for c in plan.power.circuits]
    expected = [
        (f"panel-{side}", f"row/r{rack}:{side.upper()}", poles)
        for side in "ab"
        for rack, poles in ((1, (1, 3, 5)), (2, (2, 4, 6)), (3, (7, 9, 11)))
    ]
    assert expected == rows
    found = {node.node: (node.poles, node.poles_used) for node in plan.power.nodes}
    assert ((42, 9), (None, 0)) == (found["panel-a"], found["ups-a"])


def test_taps_of_a_busway():
    site = facility_of(panel_site(kind="busway", taps=10))
    plan = rackplan.solve(site, workers=1).plan
    on_a = [c.poles for c in plan.power.circuits if c.panel == "panel-a"]
    assert [(1,), (2,), (3,)] == on_a
    used = {node.node: (node.poles, node.poles_used) for node in plan.power.nodes}
    assert (10, 3) == used["panel-a"]


# ---- Stranded capacity ----


def summary(rack, *binding):
    return RackSummary(rack, 0, 0, 0, 0, 0, {}, {}, 0, 0, {}, binding)


def strands(bench, *bindings, node="ups-a", **limits):
    """What is stranded of a node, with the limits that r1, r2 and r3 name."""
    site = bench.limited(bench.facility(), node, **(limits or {"limit_w": 20_000}))
    view = View(site, one_server(bench, site))
    named = bindings * 3 if len(bindings) == 1 else bindings
    racks = [summary(rack, *binding) for rack, binding in zip(site.racks, named, strict=True)]
    return {item.node: item for item in stranded(view, racks)}


@pytest.mark.parametrize(
    ("binding", "mechanism", "text"),
    [
        (("power/ups-b@loss:ups-a",), "reserve", "ups-b is full when ups-a is lost"),
        (
            ("power/ups-b/va/transfer@loss:ups-a", "power/rpp-b/L2/transfer@loss:ups-a"),
            "reserve",
            "line L2 of rpp-b and ups-b are full until servers react when ups-a is lost",
        ),
        (
            ("power/ups-a@loss:ups-b",),
            "quantized",
            "less than one more server takes when ups-b is lost",
        ),
        (
            ("power/ups-a/peak@loss:ups-b",),
            "quantized",
            "ups-a is full at the short peak when ups-b is lost",
        ),
        (
            ("power/row-1/r1:B/L3@loss:ups-a",),
            "quantized",
            "the circuits of the racks have less left than one more server takes",
        ),
        (("space/row-1/r1",), "space", "no room for one more server"),
        (("space/row-1/r1/depth",), "space", "no room for one more server"),
        (("fabric/leaf-1",), "space", "no leaf ports or cable reach for one more server"),
        (("space/row-1/r1/weight",), "weight", "racks or floor bear no further server"),
        (("space/row-1/r1/floor",), "weight", "racks or floor bear no further server"),
        (("air/zone-1@loss:acu-1",), "cooling", "zone-1 can cool no more when acu-1 is lost"),
        (("liquid/loop-1",), "cooling", "loop-1 can cool no more in normal operation"),
        (("air/row-1/r1",), "cooling", "the cooling of the racks takes no further server"),
        (
            ("power/row-1/r1/psu@loss:ups-a",),
            "supply",
            "power supplies, voltage or connectors keep further servers out",
        ),
        (
            ("power/row-1/r1/supply",),
            "supply",
            "power supplies, voltage or connectors keep further servers out",
        ),
        (("demand/air8-full/max",), "demand", "no more servers are asked for"),
    ],
)
def test_why_capacity_is_stranded(bench, binding, mechanism, text):
    # One server: 6,000 W on ups-a with ups-b lost, of 20,000 W.
    found = strands(bench, binding)["ups-a"]
    assert (14_000, mechanism, 3) == (found.free_w, found.mechanism, found.racks)
    assert f"14 kW: {text} (3 racks)" == found.text


def test_the_mechanism_most_racks_name(bench):
    cooling, space = ("air/zone-1", "air/row-1/r1"), ("space/row-1/r2",)
    found = strands(bench, cooling, space, space)["ups-a"]
    assert ("space", 2) == (found.mechanism, found.racks)
    assert found.text.endswith("(2 of 3 racks)")
    # A rack that names a mechanism twice counts once: one each, and the first in order is taken.
    found = strands(bench, cooling, space, ("demand/air8-full/max",))["ups-a"]
    assert ("space", 1) == (found.mechanism, found.racks)


def test_where_one_more_server_fits_nothing_is_stranded(bench):
    assert {} == strands(bench, ())
    assert {} == strands(bench, (), (), ("space/row-1/r3",))
    assert 2 == strands(bench, (), ("space/row-1/r2",), ("space/row-1/r3",))["ups-a"].racks


def test_what_is_free_is_free_in_the_tightest_state(bench):
    space = ("space/row-1/r1",)
    # A module of four lost leaves 15,000 W, of which 3,000 W are drawn.
    modular = strands(bench, space, limit_w=20_000, modules=4)
    assert 12_000 == modular["ups-a"].free_w
    # 20,000 VA at a power factor of 0.95: 19,000 W.
    assert 13_000 == strands(bench, space, limit_va=20_000)["ups-a"].free_w
    # A generator carries 6,000 / 0.8 = 7,500 W when the grid is lost; it stands idle else.
    generator = strands(bench, space, node="genset", limit_w=10_000)
    assert 2500 == generator["genset"].free_w
    # What has no rating, or nothing free, strands nothing.
    assert ["ups-a"] == list(strands(bench, space))
    assert {} == strands(bench, space, limit_w=6000)


def test_ids_of_limits_are_taken_apart():
    known = {"row-1/r1", "row-1/r1:A"}
    bound = bound_of("power/row-1/r1:A/L2/peak@loss:ups-a", known)
    parts = (bound.family, bound.device, bound.what, bound.state)
    assert ("power", "row-1/r1:A", ("L2", "peak"), "loss:ups-a") == parts
    assert ("row-1/r1", ("psu",)) == (
        bound_of("power/row-1/r1/psu", known).device,
        bound_of("power/row-1/r1/psu", known).what,
    )
    assert ("ups-a", ("va",)) == (
        bound_of("power/ups-a/va", known).device,
        bound_of("power/ups-a/va", known).what,
    )


# ---- Warnings of imbalance, and what a plan restates ----


def test_imbalance_is_warned_of_where_there_is_load(bench):
    site = wired(bench, WYE)
    view = View(site, one_server(bench, site))
    warnings = power_warnings(view, power_plan(view, ()))
    text = (
        "a line is 100 % off the mean of the lines in normal operation (target 10 %); "
        "1 more over 15 %: see the circuit schedule"
    )
    assert (f"row-1/r1:A: {text}",) == warnings
    # 3,000 W of 30,001 W are less than a tenth: its balance does not matter.
    idle = wired(bench, WYE | {"limit_w": 30_001})
    view = View(idle, one_server(bench, idle))
    assert () == power_warnings(view, power_plan(view, ()))


@pytest.fixture(scope="module")
def solved():
    """A site with a panel rated by current, and its plan."""
    rating = {"volts": "400 V", "amps": "250 A", "phases": 3, "standard": "iec"}
    document = panel_site(poles=42, **rating)
    document["halls"][0]["rows"][0]["feeds"]["A"] |= {"length": "20 m", "conductor": "cu-10mm2"}
    site = facility_of(document)
    return site, rackplan.solve(site, workers=1).plan


def test_a_true_plan_and_one_without_a_power_side_are_fine(solved):
    site, plan = solved
    assert (6, 5, 3) == (len(plan.power.circuits), len(plan.power.nodes), len(plan.power.drops))
    assert plan.power.stranded
    for power in (plan.power, PowerPlan()):
        verdict = verify(site, replace(plan, power=power))
        assert verdict.ok, str(verdict)


def test_the_schedule_says_what_the_limits_are_judged_by(solved):
    site, plan = solved
    loads = {limit.id: limit.load for limit in verify(site, plan).loads}

    def worst(name):
        return max(load for rule, load in loads.items() if rule.partition("@")[0] == name)

    for circuit in plan.power.circuits:
        assert circuit.worst_w == worst(f"power/{circuit.feed}")
        assert circuit.normal_w == loads[f"power/{circuit.feed}"]
        for line, va in circuit.worst_va.items():
            amps = worst(f"power/{circuit.feed}/{line}") / 1000
            assert pytest.approx(amps * 400 / math.sqrt(3), abs=1) == va
    for node in plan.power.nodes:
        if node.limit_w is not None:
            assert node.worst_w == worst(f"power/{node.node}")


def tampered(plan, table, **changes):
    rows = getattr(plan.power, table)
    changed = (replace(rows[0], **changes), *rows[1:])
    return replace(plan, power=replace(plan.power, **{table: changed}))


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("circuits", {"poles": (1, 3, 7)}, "plan/row/r1:A/poles"),
        ("circuits", {"breaker_ma": 63_000}, "plan/row/r1:A/breaker_ma"),
        ("circuits", {"normal_w": 8998}, "plan/row/r1:A/normal_w"),
        ("circuits", {"worst_w": 17_998}, "plan/row/r1:A/worst_w"),
        ("circuits", {"worst_state": "normal"}, "plan/row/r1:A/worst_state"),
        ("circuits", {"peak_w": 30_000}, "plan/row/r1:A/peak_w"),
        ("circuits", {"normal_va": {"L1": 3000}}, "plan/row/r1:A/normal_va"),
        ("circuits", {"worst_va": {"L1": 6000, "L2": 6000, "L3": 9}}, "plan/row/r1:A/worst_va"),
        ("circuits", {"imbalance": 0.5}, "plan/row/r1:A/imbalance"),
        ("nodes", {"limit_w": 1}, "plan/grid/limit_w"),
        ("nodes", {"normal_w": 10**30}, "plan/grid/normal_w"),
        ("nodes", {"worst_state": "loss:nothing"}, "plan/grid/worst_state"),
        ("nodes", {"poles_used": 3}, "plan/grid/poles_used"),
        ("stranded", {"free_w": 10}, "free_w"),
        ("drops", {"share": 0.5}, "plan/row/r1:A/share"),
        ("drops", {"total_share": 0.5}, "plan/row/r1:A/total_share"),
    ],
)
def test_a_wrong_figure_is_named(solved, table, change, rule):
    site, plan = solved
    rules = [v.rule for v in verify(site, tampered(plan, table, **change)).violations]
    assert 1 == len(rules)
    assert rules[0].endswith(rule)


def test_rounding_and_equally_bad_states_are_no_mistake(solved):
    site, plan = solved
    circuit = plan.power.circuits[0]
    assert "loss:ups-b" == circuit.worst_state
    for change in ({"normal_w": circuit.normal_w + 1}, {"worst_state": "loss:panel-b"}):
        assert verify(site, tampered(plan, "circuits", **change)).ok


def test_rows_that_are_missing_doubled_or_made_up(solved):
    site, plan = solved
    rows = plan.power.circuits
    made_up = replace(rows[0], feed="row/r9:A")
    for changed, rule in (
        (rows[1:], "plan/row/r1:A"),
        ((*rows, rows[0]), "plan/row/r1:A"),
        ((*rows, made_up), "plan/row/r9:A"),
    ):
        power = replace(plan.power, circuits=changed)
        verdict = verify(site, replace(plan, power=power))
        assert [rule] == [violation.rule for violation in verdict.violations]
