"""The plan against the site and against itself; and plans no planner would write."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackplan.facility.demand import Objective
from rackplan.facility.model import FixedServer
from rackplan.plan import Goal, LimitState, RackSummary, Server, WorkloadSummary
from rackplan.verifier import state_table, verify


def broken(facility, plan):
    return {violation.rule for violation in verify(facility, plan).violations}


@pytest.fixture
def hall(bench):
    """An existing server at U1, a working one at U9 of r1, and a capped one in r2."""
    site = bench.with_rack(bench.facility(), "r1", fixed=(FixedServer(0, 1, None, True),))
    servers = [
        bench.server(site, "r1", 1, existing=True),
        bench.server(site, "r1", 9, work="chat"),
        bench.server(site, "r2", 1, "wet8", "reduced"),
    ]
    return site, bench.plan(site, servers)


def test_the_hall_is_sound(hall):
    assert broken(*hall) == set()


def test_a_plan_of_another_site_file(hall):
    site, plan = hall
    assert {"plan/site"} == broken(replace(site, sha256="6" * 64), plan)
    assert {"plan/site"} == broken(site, replace(plan, site={}))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": "row-1/r1/u10"}, "plan/row-1/r1/u10/id"),
        ({"hall": "hall-2"}, "plan/row-1/r1/u09/hall"),
        ({"row": "row-2"}, "plan/row-1/r1/u09/row"),
        ({"feeds": {"A": 3, "B": 1}}, "plan/row-1/r1/u09/feeds"),
        ({"feeds": {"A": 2, "B": 2, "C": 1}}, "plan/row-1/r1/u09/feeds"),
        ({"survive": "shed"}, "plan/row-1/r1/u09/survive"),
        ({"loss_draw_w": 0}, "plan/row-1/r1/u09/loss_draw_w"),
        ({"rate": 1.0}, "plan/row-1/r1/u09/rate"),
        ({"rate": float("nan")}, "plan/row-1/r1/u09/rate"),
        ({"rate_unit": "req/s"}, "plan/row-1/r1/u09/rate_unit"),
        ({"workload": "poetry"}, "plan/row-1/r1/u09/workload"),
        ({"rack": "row-9/r9"}, "plan/row-1/r1/u09"),
        ({"model": "dgx-9000"}, "plan/row-1/r1/u09"),
    ],
)
def test_a_changed_server_is_named(hall, change, rule):
    site, plan = hall
    first, second, third = plan.servers
    assert rule in broken(site, replace(plan, servers=(first, replace(second, **change), third)))


def test_idle_servers_deliver_nothing(hall):
    site, plan = hall
    third = replace(plan.servers[2], rate=5.0)
    changed = replace(plan, servers=(*plan.servers[:2], third))
    assert {"plan/row-1/r2/u01/throughput"} == broken(site, changed)


def test_a_server_listed_twice(hall):
    site, plan = hall
    twice = replace(plan, servers=(*plan.servers, plan.servers[2]))
    assert {"plan/row-1/r2/u01", "space/row-1/r2"} == broken(site, twice)


def test_existing_servers_stay(hall):
    site, plan = hall
    first, *rest = plan.servers
    assert {"plan/row-1/r1/u01/existing"} == broken(site, replace(plan, servers=tuple(rest)))
    moved = replace(first, id="row-1/r3/u01", rack="row-1/r3")
    found = broken(site, replace(plan, servers=(moved, *rest)))
    assert {"plan/row-1/r1/u01/existing", "plan/row-1/r3/u01/existing"} == found


def test_what_the_plan_says_of_loss_states_is_not_believed(bench):
    # The workload says full; a plan that calls its servers shed does not lower their loss loads.
    site = bench.limited(bench.facility(), "ups-b", limit_w=11_999)
    servers = [
        replace(bench.server(site, "r1", u, work="chat"), survive="shed", loss_draw_w=0)
        for u in (1, 9)
    ]
    assert "power/ups-b@loss:ups-a" in broken(site, bench.plan(site, servers))


def summary(**more):
    """r1 with two servers of 6,000 W: half on each feed, all on one when the other is lost."""
    values = {
        "rack": "row-1/r1",
        "servers": 2,
        "gpus": 16,
        "used_u": 16,
        "weight_g": 200_000,
        "load_w": 12_000,
        "feeds_w": {"A": 6000, "B": 6000},
        "feeds_worst_w": {"A": 12_000, "B": 12_000},
        "air_w": 12_000,
        "liquid_w": 0,
        "throughput": {},
        "binding": (),
    }
    return RackSummary(**{**values, **more})


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, None),
        ({"servers": 3}, "plan/row-1/r1/servers"),
        ({"gpus": 15}, "plan/row-1/r1/gpus"),
        ({"used_u": 15}, "plan/row-1/r1/used_u"),
        ({"weight_g": 199_999}, "plan/row-1/r1/weight_g"),
        ({"load_w": 11_999}, "plan/row-1/r1/load_w"),
        ({"feeds_w": {"A": 5999, "B": 6000}}, "plan/row-1/r1/feeds_w A"),
        ({"feeds_worst_w": {"A": 12_000, "B": 11_999}}, "plan/row-1/r1/feeds_worst_w B"),
        ({"air_w": 11_000}, "plan/row-1/r1/air_w"),
        ({"liquid_w": 1}, "plan/row-1/r1/liquid_w"),
        ({"rack": "row-1/r9"}, "plan/row-1/r9"),
    ],
)
def test_rack_figures_follow_from_the_servers(bench, change, rule):
    site = bench.facility()
    servers = [bench.server(site, "r1", u) for u in (1, 9)]
    found = broken(site, bench.plan(site, servers, racks=(summary(**change),)))
    assert (set() if rule is None else {rule}) <= found
    assert rule is not None or not found


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, None),
        ({"normal": 1.0}, "normal"),
        ({"worst_loss": 1.0}, "worst_loss"),
        ({"demand": 1.0}, "demand"),
        ({"worst_state": "loss:ups-b"}, "worst_state"),
        ({"workload": "poetry"}, ""),
    ],
)
def test_throughput_of_the_site_follows_from_the_servers(bench, change, what):
    # One server on feed A alone: it stays up without ups-b and goes down without rpp-a.
    site = bench.facility()
    a, _ = site.racks["row-1/r1"].feeds
    site = bench.with_rack(site, "r1", feeds=(a,))
    exempt = frozenset(site.nodes) - {"ups-b", "rpp-a"}
    site = replace(site, policy=replace(site.policy, not_survived=exempt))
    server = replace(bench.server(site, "r1", 1, work="chat"), feeds={"A": 4})
    values = {
        "workload": "chat",
        "unit": "tok/s",
        "demand": 0.0,
        "normal": server.rate,
        "low": 0.0,
        "high": 0.0,
        "worst_loss": 0.0,
        "worst_state": "loss:rpp-a",
        "binding": "",
        "note": "",
    }
    stated = WorkloadSummary(**{**values, **change})
    found = {
        rule
        for rule in broken(site, bench.plan(site, [server], workloads=(stated,)))
        if rule.startswith("plan/")
    }
    name = f"plan/workload {stated.workload}"
    expected = set() if what is None else {f"{name}/{what}" if what else name}
    assert expected == found


@pytest.mark.parametrize("key", ["servers", "gpus", "racks_used", "it_load_w", "air_w", "liquid_w"])
def test_totals_follow_from_the_servers(bench, key):
    site = bench.facility()
    servers = [bench.server(site, "r1", 1), bench.server(site, "r2", 1, "wet8")]
    # Two servers of 6,000 W; the wet one gives 4,500 W to the coolant.
    totals = {
        "servers": 2,
        "gpus": 16,
        "racks_used": 2,
        "it_load_w": 12_000,
        "air_w": 7500,
        "liquid_w": 4500,
    }
    assert broken(site, bench.plan(site, servers, totals=totals)) == set()
    changed = {**totals, key: totals[key] + 1}
    assert {f"plan/totals/{key}"} == broken(site, bench.plan(site, servers, totals=changed))


@pytest.mark.parametrize(
    ("goal", "status", "held"),
    [
        (Goal("servers", 2, 4, 0.5, "servers"), "FEASIBLE", True),
        (Goal("servers", 2, 4, 0.4, "servers"), "FEASIBLE", False),
        (Goal("servers", 2, 4, 0.5, "servers"), "OPTIMAL", False),
        (Goal("servers", 2, 2, 0.0, "servers"), "OPTIMAL", True),
        (Goal("servers", 3, 3, 0.0, "servers"), "OPTIMAL", False),  # there are two
        (Goal("gpus", 16, 16, 0.0, "GPUs"), "OPTIMAL", True),
        (Goal("gpus", 17, 17, 0.0, "GPUs"), "OPTIMAL", False),
        (Goal("racks", 1, 1, 0.0, "racks"), "OPTIMAL", True),
        (Goal("racks", 0, 0, 0.0, "racks"), "OPTIMAL", False),
        (Goal("power", 12_000, 12_000, 0.0, "W"), "OPTIMAL", True),
        (Goal("power", 11_999, 11_999, 0.0, "W"), "OPTIMAL", False),
        # ups-b carries 12,000 of 16,000 W when ups-a is lost: 250 permille are free.
        (Goal("headroom", 250, 250, 0.0, "permille"), "OPTIMAL", True),
        (Goal("headroom", 251, 251, 0.0, "permille"), "OPTIMAL", False),
        (Goal("beauty", 1, 1, 0.0, ""), "OPTIMAL", False),
    ],
)
def test_goals_hold_what_they_state(bench, goal, status, held):
    names = ("servers", "gpus", "racks", "power", "headroom")
    objectives = tuple(Objective(name) for name in names)
    site = replace(bench.facility(), objectives=objectives)
    site = bench.limited(site, "ups-b", limit_w=16_000)
    servers = [bench.server(site, "r1", u) for u in (1, 9)]
    found = broken(site, bench.plan(site, servers, objective=(goal,), status=status))
    assert (set() if held else {f"plan/objective/{goal.name}"}) == found


def test_stated_throughput_is_what_the_model_predicts(bench):
    site = replace(bench.facility(), objectives=(Objective("throughput", "chat"),))
    server = bench.server(site, "r1", 1, work="chat")
    milli = int(server.rate * 1000)
    for value, expected in ((milli, set()), (milli + 1, {"plan/objective/throughput/chat"})):
        goal = Goal("throughput/chat", value, value, 0.0, "milli-tok/s")
        assert expected == broken(site, bench.plan(site, [server], objective=(goal,)))


@pytest.mark.parametrize(
    ("load", "capacity", "held"),
    [
        # 12,000 W exactly; each of the two servers may be rounded up by less than a watt.
        (12_000, 20_000, True),
        (12_002, 20_000, True),
        (11_999, 20_000, False),
        (13_000, 20_000, False),
        (12_000, 20_001, False),
    ],
)
def test_stated_limits_are_recomputed(bench, load, capacity, held):
    site = bench.facility()
    name = "power/row-1/r1:A@loss:ups-b"
    limit = LimitState(name, "power", "row-1/r1:A", "loss:ups-b", "W", load, capacity)
    servers = [bench.server(site, "r1", u) for u in (1, 9)]
    found = broken(site, bench.plan(site, servers, limits=(limit,)))
    assert (set() if held else {f"plan/limit:{name}"}) == found


def test_every_limit_the_verifier_found_may_be_stated(hall):
    site, plan = hall
    loads = verify(site, plan).loads
    assert broken(site, replace(plan, limits=loads)) == set()


def test_a_limit_the_site_does_not_have(hall):
    site, plan = hall
    limit = LimitState("power/ups-z", "power", "ups-z", "normal", "W", 0, 1)
    assert {"plan/limit:power/ups-z"} == broken(site, replace(plan, limits=(limit,)))


@pytest.mark.parametrize(
    "wrong", [{"family": "liquid"}, {"device": "elsewhere"}, {"state": "loss:elsewhere"}]
)
def test_a_limit_is_said_to_be_of_its_own_device_and_state(hall, wrong):
    site, plan = hall
    limit = next(load for load in verify(site, plan).loads if load.family == "power")
    stated = replace(plan, limits=(replace(limit, **wrong),))
    assert {f"plan/limit:{limit.id}"} == broken(site, stated)


def test_an_empty_plan_of_an_unassuming_site_is_fine(bench):
    site = bench.facility()
    assert verify(site, bench.plan(site, [])).ok


NAMES = st.sampled_from(
    ["", "row-1/r1", "row-1/r2", "row-1/r1/u01", "air8", "wet8", "pod", "chat", "A", "full", "shed"]
)
NUMBERS = st.integers() | st.sampled_from([10**30, -(10**30), 10**400, 0, 1, 9])
SERVERS = st.builds(
    Server,
    id=NAMES,
    model=NAMES,
    hall=NAMES,
    row=NAMES,
    rack=NAMES,
    u=NUMBERS,
    feeds=st.dictionaries(NAMES, NUMBERS, max_size=3),
    workload=st.none() | NAMES,
    tensor_parallel=NUMBERS,
    replicas=NUMBERS,
    rate=st.floats(),
    rate_unit=NAMES,
    survive=st.sampled_from(["full", "reduced", "shed", "perhaps"]),
    loss_draw_w=NUMBERS,
    existing=st.booleans(),
    demand=st.none() | st.sampled_from(["air8-full", "wet8-shed", "nobody"]),
)
LIMITS = st.builds(
    LimitState,
    id=st.sampled_from(["power/ups-a", "space/row-1/r1", "demand/chat", "x"]),
    family=st.sampled_from(["power", "space", "demand", "air"]),
    device=NAMES,
    state=NAMES,
    quantity=st.sampled_from(["W", "U", "mtok/s"]),
    load=NUMBERS,
    capacity=NUMBERS,
)
GOALS = st.builds(Goal, NAMES, NUMBERS, NUMBERS, st.floats(), NAMES)
SUMMARIES = st.builds(
    summary, rack=NAMES, servers=NUMBERS, feeds_w=st.dictionaries(NAMES, NUMBERS, max_size=2)
)


@settings(max_examples=80, deadline=None)
@given(
    servers=st.lists(SERVERS, max_size=4),
    limits=st.lists(LIMITS, max_size=2),
    goals=st.lists(GOALS, max_size=2),
    racks=st.lists(SUMMARIES, max_size=2),
    totals=st.dictionaries(st.sampled_from(["servers", "gpus", "air_w"]), NUMBERS),
)
def test_any_plan_gets_a_verdict(bench, servers, limits, goals, racks, totals):
    site = bench.facility()
    plan = bench.plan(
        site,
        servers,
        limits=tuple(limits),
        objective=tuple(goals),
        racks=tuple(racks),
        totals=totals,
        status="OPTIMAL",
    )
    verdict = verify(site, plan)
    assert all(violation.message.endswith(".") for violation in verdict.violations)
    assert str(verdict)
    assert len(state_table(site, plan)) == 8 + 4 + 6


def test_the_order_of_servers_and_racks_does_not_matter(hall):
    site, plan = hall
    site = replace(site, racks=dict(reversed(site.racks.items())))
    turned = replace(plan, servers=plan.servers[::-1])
    assert broken(site, turned) == set()
