"""What is capped and shut down when something is lost: order, number, time, throughput."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_sites import CHAT, facility_of, small_site

import rackplan
from rackplan.verifier.actions import actions
from rackplan.verifier.states import state_table
from rackplan.verifier.view import View
from rackplan.workload.capping import capped_share

OVERLOAD = {"share": 2.0, "time": "60 s"}


def hall(ups, first, second, racks=4):
    """Servers of 6,000 W in racks of three, two workloads, two UPSs: one may fail."""
    work = [
        {**CHAT, "id": "chat", **first},
        {**CHAT, "id": "batch", **second},
    ]
    document = small_site(racks=racks, ups=ups, workloads=work)
    document["policy"]["reaction_time"] = "10 s"
    document["power"]["nodes"][1]["overload"] = OVERLOAD
    pins = []
    for rack in range(racks):
        name = "chat" if rack < racks // 2 else "batch"
        pin = {"server": "box8", "rack": f"row/r{rack + 1}", "count": 1, "workload": name}
        pins.append(pin)
    document["placement"] = {"pin": pins}
    document["demand"] = [{"server": "box8", "min": racks, "max": racks}]
    document["objective"] = ["servers"]
    return document


def solved(document):
    facility = facility_of(document)
    result = rackplan.solve(facility, workers=1)
    assert result.plan is not None, result.conflict
    assert result.verdict is not None
    assert result.verdict.ok, str(result.verdict)
    return View(facility, result.plan)


def of_state(view, state):
    return [
        (a.what, a.workload, a.servers, a.relieved_w) for a in actions(view) if a.state == state
    ]


SHED = {"survive": "shed"}


def test_the_less_important_goes_first_and_only_as_many_as_it_takes():
    # Four servers of 6,000 W: 24 kW on one UPS of 20 kW. One batch server off leaves 18 kW.
    view = solved(hall("20 kW", {**SHED, "priority": 1}, {**SHED, "priority": 9}))
    assert [("shed", "batch", 1, 6000)] == of_state(view, "loss:ups-a")
    view = solved(hall("20 kW", {**SHED, "priority": 9}, {**SHED, "priority": 1}))
    assert [("shed", "chat", 1, 6000)] == of_state(view, "loss:ups-a")


def test_when_one_kind_does_not_suffice_the_next_follows():
    # 24 kW on 12 kW in a loss (12 kW a side before): two batch servers leave 12 kW.
    view = solved(hall("12 kW", {**SHED, "priority": 1}, {**SHED, "priority": 9}))
    assert [("shed", "batch", 2, 12_000)] == of_state(view, "loss:ups-a")
    # Three racks of chat, one of batch, 18 kW -> 12 kW allowed: batch first, then one chat.
    document = hall("12 kW", {**SHED, "priority": 1}, {**SHED, "priority": 9})
    document["placement"]["pin"][2]["workload"] = "chat"
    expected = [("shed", "batch", 1, 6000), ("shed", "chat", 1, 6000)]
    assert expected == of_state(solved(document), "loss:ups-a")


def test_of_equal_importance_caps_come_before_shutting_down():
    # 24 kW on 22 kW: one chat server capped by 2 kW is enough.
    capped = {"survive": {"reduced": "4 kW"}}
    view = solved(hall("22 kW", capped, SHED))
    assert [("cap", "chat", 1, 2000)] == of_state(view, "loss:ups-a")
    found = next(a for a in actions(view) if a.state == "loss:ups-a")
    assert ("ups-b", 1, 60_000, 8) == (found.device, found.order, found.within_ms, found.gpus)


def test_nothing_is_done_where_everything_is_carried():
    assert [] == of_state(solved(hall("24 kW", SHED, SHED)), "loss:ups-a")


def test_a_capped_server_keeps_what_its_cap_leaves():
    # 8 x 700 W of GPUs in 6,000 W: 400 W stay with the rest; (4,000 - 400) / 5,600 = 64.3 %.
    view = solved(hall("22 kW", {"survive": {"reduced": "4 kW"}}, SHED))
    row = next(r for r in state_table(view.facility, view.plan) if r.state == "loss:ups-a")
    rate = next(s.rate for s in view.plan.servers if s.workload == "chat")
    assert (3, 1, 0) == (row.full, row.reduced, row.shed)
    assert pytest.approx(rate * (1 + 3600 / 5600)) == row.rates["chat"]
    assert pytest.approx(rate * 2) == row.rates["batch"]


@pytest.mark.parametrize(("cap", "share"), [(6000, 1.0), (5999, 5599 / 5600), (400, 0.0), (1, 0.0)])
def test_share_of_a_cap(cap, share):
    view = solved(hall("24 kW", SHED, SHED))
    footprint = view.placed[0].footprint
    found = capped_share(footprint.server, footprint.accelerator, 6000, cap)
    assert pytest.approx(share) == found


def test_a_plan_says_what_the_worst_loss_leaves():
    view = solved(hall("20 kW", {**SHED, "priority": 1}, {**SHED, "priority": 9}))
    batch = next(w for w in view.plan.workloads if w.workload == "batch")
    assert pytest.approx(batch.normal / 2) == batch.worst_loss


def test_until_servers_react_the_overload_must_carry_them():
    # 24 kW on a UPS of 20 kW that carries 1.2 times its rating: exactly; 1.19 times: not.
    document = hall("20 kW", SHED, SHED)
    document["power"]["nodes"][1]["overload"] = {"share": 1.2, "time": "60 s"}
    solved(document)
    document["power"]["nodes"][1]["overload"] = {"share": 1.19, "time": "60 s"}
    facility = facility_of(document)
    result = rackplan.solve(facility, workers=1)
    assert "INFEASIBLE" == result.status
    assert result.conflict is not None
    assert any("/transfer@loss:" in rule.id for rule in result.conflict.rules)


def test_an_overload_shorter_than_the_reaction_is_not_counted():
    document = hall("20 kW", SHED, SHED)
    document["power"]["nodes"][1]["overload"] = {"share": 2.0, "time": "9 s"}
    facility = facility_of(document)
    assert any("no overload is counted" in warning.text for warning in facility.warnings)
    assert "INFEASIBLE" == rackplan.solve(facility, workers=1).status


def test_actions_that_are_left_out_or_changed_are_named():
    view = solved(hall("20 kW", {**SHED, "priority": 1}, {**SHED, "priority": 9}))
    power = view.plan.power
    fewer = replace(view.plan, power=replace(power, actions=power.actions[1:]))
    first = power.actions[0]
    other = replace(first, servers=first.servers + 1)
    changed = replace(view.plan, power=replace(power, actions=(other, *power.actions[1:])))
    for plan in (fewer, changed):
        (found,) = rackplan.verify(view.facility, plan).violations
        assert f"plan/{first.state}/state" == found.rule
