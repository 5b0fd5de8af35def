"""NVLink, fabric, demand and placement at their limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rackplan.facility.demand import Forbid, Pin
from rackplan.facility.model import FixedServer, LeafGroup
from rackplan.verifier import verify
from rackplan.workload import predict


def broken(facility, plan):
    return {violation.rule: violation.amount for violation in verify(facility, plan).violations}


def with_workload(bench, **more):
    return replace(bench.facility(), workloads={"chat": bench.parts.workload(**more)})


def with_domain(site, gpus):
    """The site with servers whose 8 GPUs form NVLink domains of ``gpus``."""
    model = site.footprints[0].server
    figure = model.scale_up.domain_gpus.model_copy(update={"value": gpus})
    scale_up = model.scale_up.model_copy(update={"domain_gpus": figure})
    smaller = model.model_copy(update={"scale_up": scale_up})
    return replace(site, footprints=tuple(replace(f, server=smaller) for f in site.footprints))


@pytest.mark.parametrize(
    ("parallel", "replicas", "held"), [(8, 1, True), (4, 2, True), (8, 2, False)]
)
def test_replicas_fit_the_server(bench, parallel, replicas, held):
    site = with_workload(bench, tensor_parallel=parallel)
    server = replace(
        bench.server(site, "r1", 1, work="chat"), tensor_parallel=parallel, replicas=replicas
    )
    expected = {} if held else {"nvlink/chat/air8": 1.0}
    assert expected == broken(site, bench.plan(site, [server]))


def test_a_group_does_not_leave_its_domain(bench):
    # Domains of 4: a group of 4 is inside, a group of 8 is not, whatever the server holds.
    site = with_domain(with_workload(bench, tensor_parallel=4), 4)
    server = bench.server(site, "r1", 1, work="chat")
    assert (4, 2) == (server.tensor_parallel, server.replicas)
    assert broken(site, bench.plan(site, [server])) == {}
    wide = replace(server, tensor_parallel=8, replicas=1)
    assert {"nvlink/chat/air8": 4.0} == broken(site, bench.plan(site, [wide]))


def test_another_layout_than_the_predicted_one_is_named(bench):
    site = with_workload(bench, tensor_parallel=4)
    server = replace(bench.server(site, "r1", 1, work="chat"), tensor_parallel=2, replicas=4)
    assert {"workload/chat/air8": 1.0} == broken(site, bench.plan(site, [server]))


def test_a_workload_that_cannot_run_says_why(bench):
    site = with_workload(bench)
    server = bench.server(site, "r1", 1, work="chat")
    hopeless = with_workload(bench, tpot_s=1e-9)
    (violation,) = verify(hopeless, bench.plan(hopeless, [server])).violations
    assert "workload/chat/air8" == violation.rule
    assert "chat cannot run on air8" in violation.message


def test_leaf_ports_hold_and_not_one_more(bench):
    # Two servers of 8 ports each.
    site = bench.facility()
    servers = [bench.server(site, place, 1) for place in ("r1", "r2")]
    for ports, expected in ((16, {}), (15, {"fabric/leaf-1": 1.0})):
        leaf = LeafGroup("leaf-1", ports, "row-1/r1", 30_000)
        changed = replace(site, leaf_groups={"leaf-1": leaf})
        assert expected == broken(changed, bench.plan(changed, servers))


def test_cable_reach(bench):
    for cable_mm, expected in ((30_000, {}), (30_001, {"fabric/row-1/r1/reach": 1.0})):
        site = bench.with_rack(bench.facility(), "r1", cable_mm=cable_mm)
        assert expected == broken(site, bench.plan(site, [bench.server(site, "r1", 1)]))


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [
        (2, 2, {}),
        (3, None, {"demand/air8-full/min": 1.0}),
        (0, 1, {"demand/air8-full/max": 1.0}),
    ],
)
def test_a_line_gets_as_many_new_servers_as_it_asks_for(bench, minimum, maximum, expected):
    site = bench.facility()
    line = replace(site.demands["air8-full"], minimum=minimum, maximum=maximum)
    site = replace(site, demands={**site.demands, "air8-full": line})
    servers = [bench.server(site, "r1", u) for u in (1, 9)]
    assert expected == broken(site, bench.plan(site, servers))


def test_servers_are_what_their_line_asks_for(bench):
    site = bench.facility()
    line = replace(site.demands["air8-full"], idle_allowed=False)
    site = replace(site, demands={**site.demands, "air8-full": line})
    idle = bench.server(site, "r1", 1)
    assert {"demand/air8-full": 1.0} == broken(site, bench.plan(site, [idle]))
    stray = replace(bench.server(site, "r1", 1, work="chat"), demand="nobody")
    assert {"demand/none": 1.0} == broken(site, bench.plan(site, [stray]))


def test_predicted_throughput_meets_the_demand_and_stated_throughput_does_not_count(bench):
    base = bench.facility()
    entry = base.footprints[0]
    rate = predict(entry.server, entry.accelerator, base.workloads["chat"]).rate
    # Two servers deliver exactly twice the rate of one; one thousandth more is not there.
    enough = with_workload(bench, demand=int(2000 * rate) / 1000)
    servers = [bench.server(enough, "r1", u, work="chat") for u in (1, 9)]
    assert broken(enough, bench.plan(enough, servers)) == {}
    more = with_workload(bench, demand=int(2000 * rate + 1) / 1000)
    boasting = [replace(server, rate=server.rate * 2) for server in servers]
    found = broken(more, bench.plan(more, boasting))
    assert "demand/chat" in found
    assert 0 < found["demand/chat"] <= 1
    assert {"plan/row-1/r1/u01/rate", "plan/row-1/r1/u09/rate"} < set(found)


def test_pins_take_servers_of_their_own(bench):
    site = bench.facility()
    pins = (Pin("p1", "air8", "row-1/r1", 1, "chat"), Pin("p2", "air8", "row-1/r1", 1, None))
    site = replace(site, pins=pins)
    work, idle = bench.server(site, "r1", 1, work="chat"), bench.server(site, "r1", 9)
    assert broken(site, bench.plan(site, [work, idle])) == {}
    assert {"placement/pin:p2": 1.0} == broken(site, bench.plan(site, [work]))
    assert {"placement/pin:p1": 1.0} == broken(site, bench.plan(site, [idle]))
    elsewhere = [work, bench.server(site, "r2", 1)]
    assert {"placement/pin:p2": 1.0} == broken(site, bench.plan(site, elsewhere))


def test_a_pinned_rack_unit_holds_its_server(bench):
    fixed = FixedServer(0, 9, None, False)
    site = bench.with_rack(bench.facility(), "r1", fixed=(fixed,))
    assert broken(site, bench.plan(site, [bench.server(site, "r1", 9)])) == {}
    found = broken(site, bench.plan(site, [bench.server(site, "r1", 10)]))
    assert {"placement/pin:row-1/r1/u09": 1.0} == found


def test_forbidden_places_stay_free_of_the_named_models(bench):
    site = bench.facility()
    servers = [bench.server(site, "r1", 1), bench.server(site, "r1", 9, "wet8")]
    for named, amount in ((frozenset({"air8"}), 1.0), (frozenset(), 2.0)):
        forbid = Forbid("f1", frozenset({"row-1/r1"}), named, "under the leaking pipe")
        changed = replace(site, forbids=(forbid,))
        (violation,) = verify(changed, bench.plan(changed, servers)).violations
        assert ("placement/forbid:f1", amount) == (violation.rule, violation.amount)
        assert "under the leaking pipe" in violation.message


def test_existing_servers_may_stand_in_forbidden_places(bench):
    forbid = Forbid("f1", frozenset({"row-1/r1"}), frozenset(), "")
    fixed = FixedServer(0, 1, None, True)
    site = replace(bench.with_rack(bench.facility(), "r1", fixed=(fixed,)), forbids=(forbid,))
    standing = bench.server(site, "r1", 1, existing=True)
    assert broken(site, bench.plan(site, [standing])) == {}
