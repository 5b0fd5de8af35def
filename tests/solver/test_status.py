"""What is proven is said, and nothing more: status, bounds, time limits, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from enumeration import value_of
from large_sites import stubborn_site
from small_sites import facility_of, small_site, written

import rackplan
from rackplan.facility.demand import Objective
from rackplan.solver import Progress, Settings, solve_facility

COMMAND = "import sys; sys.argv[0] = 'rackplan'; from rackplan.cli import main; sys.exit(main())"


def test_proven_best():
    result = rackplan.solve(facility_of(small_site()), workers=1)
    assert ("OPTIMAL", 0) == (result.status, result.exit_code)
    assert result.plan is not None
    assert "OPTIMAL" == result.plan.status
    assert result.conflict is None


def test_proven_impossible():
    # Seven servers of 6 U do not fit two racks of 20 U.
    document = small_site(2, demand=[{"server": "box8", "min": 7}])
    result = rackplan.solve(facility_of(document), workers=1)
    assert ("INFEASIBLE", 3) == (result.status, result.exit_code)
    assert (None, None) == (result.plan, result.verdict)
    assert result.conflict is not None


def test_out_of_time_with_a_plan_is_feasible_with_its_bound():
    result = rackplan.solve(facility_of(stubborn_site()), workers=1, time_limit_s=0.3)
    assert ("FEASIBLE", 0) == (result.status, result.exit_code)
    assert result.plan is not None
    (goal,) = result.plan.objective
    assert goal.value < goal.bound
    assert (goal.bound - goal.value) / goal.bound == pytest.approx(goal.gap)


def test_out_of_time_without_a_plan_is_undecided(monkeypatch):
    # The search is given no time at all.
    monkeypatch.setattr("rackplan.solver.search.HARD_LIMIT_FACTOR", 0)
    result = rackplan.solve(facility_of(stubborn_site()), workers=1, time_limit_s=0.1)
    assert ("UNKNOWN", 4) == (result.status, result.exit_code)
    assert (None, None, None) == (result.plan, result.verdict, result.conflict)


def test_a_plan_is_optimal_only_when_every_goal_is_proven():
    # Fewest racks is proven at once: none. What most throughput is then is proven too: 0. With the
    # goals turned round the first one is the puzzle, and the second is proven for what it keeps.
    easy = stubborn_site() | {"objective": ["racks", "throughput/chat"]}
    assert "OPTIMAL" == rackplan.solve(facility_of(easy), workers=1).status
    hard = stubborn_site() | {"objective": ["throughput/chat", "power"]}
    result = rackplan.solve(facility_of(hard), workers=1, time_limit_s=0.5)
    assert "FEASIBLE" == result.status
    assert result.plan is not None
    assert result.plan.objective[0].value < result.plan.objective[0].bound


def test_goals_nobody_had_time_for_state_what_the_plan_gives():
    goals = ["throughput/chat", "power", "headroom", "gpus", "racks"]
    document = stubborn_site() | {"objective": goals}
    result = rackplan.solve(facility_of(document), workers=1, time_limit_s=0.2)
    assert ("FEASIBLE", 0) == (result.status, result.exit_code)
    assert result.plan is not None
    found = {goal.name: goal for goal in result.plan.objective}
    assert goals == list(found)
    assert found["power"].value == result.plan.totals["it_load_w"]
    assert found["gpus"].value == result.plan.totals["gpus"]
    assert found["power"].bound <= found["power"].value
    assert found["racks"].bound <= found["racks"].value
    assert result.verdict is not None
    headroom = value_of(result.facility, Objective("headroom"), result.plan, result.verdict)
    assert headroom == found["headroom"].value <= found["headroom"].bound
    assert found["gpus"].bound >= found["gpus"].value > 0


@pytest.mark.parametrize("limit_s", [0.1, 0.5, 20])
def test_no_bound_is_below_what_can_be_had(limit_s):
    # Three racks hold nine box8 (see test_goals): no bound may say that fewer is all there is.
    told: list[Progress] = []
    settings = Settings(time_limit_s=limit_s, workers=1, on_progress=told.append)
    result = solve_facility(facility_of(small_site(3)), settings)
    assert result.plan is not None
    (goal,) = result.plan.objective
    assert goal.value <= 9 <= goal.bound
    assert all(news.value <= 9 <= news.bound for news in told if news.value is not None)


def test_bounds_are_those_of_the_goal_with_what_stands_there():
    # Two racks used at least: the ones that hold servers already.
    document = small_site(4, demand=[{"server": "box4", "min": 1}], objective=["racks"])
    for rack in document["halls"][0]["rows"][0]["racks"][:2]:
        rack["existing"] = [{"server": "box4", "u": [1]}]
    told: list[Progress] = []
    result = solve_facility(facility_of(document), Settings(workers=1, on_progress=told.append))
    assert result.plan is not None
    assert [(2, 2)] == [(goal.value, goal.bound) for goal in result.plan.objective]
    assert all(news.bound <= 2 for news in told)


def test_the_time_limit_holds_on_the_wall_clock():
    site = facility_of(stubborn_site())
    solve_facility(site, Settings(time_limit_s=0.1, workers=2))  # imports and patterns are warm
    started = time.monotonic()
    result = solve_facility(site, Settings(time_limit_s=2, workers=2))
    spent_s = time.monotonic() - started
    assert "FEASIBLE" == result.status
    assert 1.5 < spent_s < 8  # the rest is building the model, and other work on the machine


def test_progress_is_told_goal_by_goal_in_order():
    told: list[Progress] = []
    document = small_site(3, objective=["servers", "power"])
    solve_facility(facility_of(document), Settings(workers=1, on_progress=told.append))
    goals = [news.goal for news in told]
    assert sorted(goals, key=["servers", "power"].index) == goals
    assert {"servers", "power"} == set(goals)
    assert all(one.seconds <= two.seconds for one, two in pairwise(told))


def start(site: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "solve", str(site), *options],
        env={**os.environ, "PYTHONPATH": str(Path(rackplan.__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_keeps_the_best_plan(tmp_path):
    site = written(stubborn_site(), tmp_path / "site.yaml")
    plan = tmp_path / "plan.json"
    process = start(site, "-o", str(plan), "--workers", "2", "--time-limit", "300")
    assert process.stderr is not None
    assert "best" in process.stderr.readline()
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    shown, told = process.communicate(timeout=60)
    assert time.monotonic() - started < 30
    assert 0 == process.returncode, told[-3000:]
    assert "Traceback" not in told
    assert f"wrote the plan to {plan}" in told
    kept = json.loads(plan.read_text())
    assert "FEASIBLE" == kept["status"]
    (goal,) = kept["objective"]
    assert goal["value"] < goal["bound"]
    assert "gap" in shown
    assert rackplan.verify(site, plan).ok
