"""What a plan says: every promised key, loads the verifier finds too, the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_sites import CHAT, facility_of, node_of, rack_of, small_site, written

import rackplan
from rackplan.plan import Plan, from_json
from rackplan.solver import Result

COMMAND = "import sys; sys.argv[0] = 'rackplan'; from rackplan.cli import main; sys.exit(main())"
SITES = sorted((Path(__file__).parents[2] / "sites").glob("*.yaml"))


def rich_site():
    """Two workloads, three survive rules, gear, existing and pinned servers, and a tight UPS."""
    search = {**CHAT, "id": "search", "survive": "shed"}
    document = small_site(4, ups="24 kW", workloads=[CHAT, search], objective=["servers", "power"])
    document["demand"] = [
        {"server": "box8", "min": 1, "workloads": ["chat"], "idle": True},
        {"server": "box4", "max": 9, "workloads": ["search"]},
    ]
    node_of(document, "ups-[a-b]")["efficiency"] = 0.96
    gear = {"name": "leaf", "u": 20, "rack_units": 1, "power": "501 W", "weight": "9 kg"}
    rack_of(document, 0)["gear"] = [gear]
    rack_of(document, 1)["existing"] = [{"server": "box4", "u": [3], "workload": "search"}]
    document["placement"] = {"pin": [{"server": "box4", "rack": "row/r3", "workload": "search"}]}
    return document


@pytest.fixture(scope="module")
def result() -> Result:
    return rackplan.solve(facility_of(rich_site()), workers=1)


@pytest.fixture(scope="module")
def plan(result) -> Plan:
    assert result.verdict.ok, str(result.verdict)
    return result.plan


def test_every_promised_key_is_there(plan):
    data = json.loads(plan.to_json())
    assert "rackplan.plan/1" == data["schema"]
    assert {"name", "sha256"} <= set(data["site"])
    assert "OPTIMAL" == data["status"]
    for goal in data["objective"]:
        assert {"name", "value", "bound", "gap"} <= set(goal)
    for server in data["servers"]:
        wanted = {"id", "model", "hall", "row", "rack", "u", "feeds", "workload"}
        assert wanted <= set(server)
    for rack in data["racks"]:
        wanted = {"rack", "servers", "gpus", "load_w", "throughput", "binding"}
        assert wanted <= set(rack)
    for limit in data["limits"]:
        assert {"id", "device", "state", "quantity", "load", "capacity"} <= set(limit)
    assert {"versions", "parameters", "seed", "wall_s"} <= set(data["provenance"])
    assert data["totals"]


def test_the_site_is_named_by_its_hash(tmp_path):
    site = written(rich_site(), tmp_path / "site.yaml")
    plan = rackplan.solve(site, workers=1).plan
    assert plan is not None
    assert hashlib.sha256(site.read_bytes()).hexdigest() == plan.site["sha256"]
    assert "small" == plan.site["name"]


def test_a_plan_survives_json(plan):
    again = from_json(plan.to_json())
    assert again.to_json() == plan.to_json()


def test_totals_and_racks_add_up(plan):
    assert plan.totals["servers"] == len(plan.servers) == sum(r.servers for r in plan.racks)
    assert plan.totals["gpus"] == sum(rack.gpus for rack in plan.racks)
    assert plan.totals["it_load_w"] == sum(rack.load_w for rack in plan.racks)
    assert plan.totals["racks_used"] == sum(rack.servers > 0 for rack in plan.racks)
    for rack in plan.racks:
        # Every feed's load is rounded up to the whole watt.
        assert 0 <= sum(rack.feeds_w.values()) - rack.load_w <= len(rack.feeds_w)


def test_servers_stand_in_site_order_from_the_bottom(plan):
    order = [rack.rack for rack in plan.racks]
    places = [(order.index(server.rack), server.u) for server in plan.servers]
    assert sorted(places) == places
    assert len({server.id for server in plan.servers}) == len(plan.servers)


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_the_loads_of_a_plan_are_those_the_verifier_finds(path):
    site = rackplan.load(path)
    result = rackplan.solve(site, workers=1, time_limit_s=2)
    if result.plan is None:
        assert "too-much" == path.stem
        return
    assert result.verdict is not None
    mine = {limit.id: limit for limit in result.verdict.loads}
    gear = sum(len(rack.gear) for rack in site.racks.values())
    things = len(result.plan.servers) + gear + 1  # each is rounded up
    assert len(result.plan.limits) > 100
    for limit in result.plan.limits:
        found = mine[limit.id]
        assert (found.capacity, found.quantity) == (limit.capacity, limit.quantity)
        polygon = found.load // 200 if found.quantity == "mA" else 0
        # A watt that is rounded up is some 2 mL/min of facility water, rounded up again.
        water = 2 * things if found.family == "water" and found.quantity == "mL/min" else 0
        assert found.load <= limit.load <= found.load + things + polygon + water, limit.id
        assert limit.load <= limit.capacity, limit.id


def test_binding_limits_are_real(plan, result):
    """One more server of any model on offer breaks at least one limit that its rack names."""
    free = {limit.id: limit.capacity - limit.load for limit in plan.limits}
    bound = [rack for rack in plan.racks if rack.binding]
    assert bound
    for rack in bound:
        for rule in rack.binding:
            if rule.startswith("demand/"):
                line = rule.split("/")[1]
                placed = sum(server.demand == line for server in plan.servers)
                assert result.facility.demands[line].maximum == placed
            elif rule != f"space/{rack.rack}":  # contiguity has no figure
                assert free[rule] < 6000, rule


def test_a_rack_with_room_names_no_limit():
    document = small_site(2, demand=[{"server": "box8", "min": 1}], objective=["power"])
    plan = rackplan.solve(facility_of(document), workers=1).plan
    assert plan is not None
    assert [(1, ()), (0, ())] == [(rack.servers, rack.binding) for rack in plan.racks]


def test_what_keeps_the_next_server_out_is_named():
    # Two box8 of 6 kW on a UPS of 12 kW: it is full when the other is lost. Racks have room.
    plan = rackplan.solve(facility_of(small_site(2, ups="12 kW")), workers=1).plan
    assert plan is not None
    for rack in plan.racks:
        named = {rule.partition("@")[0] for rule in rack.binding}
        assert {"power/ups-a", "power/ups-b"} == named


def solve_in_a_process(site: Path, plan: Path, hash_seed: str, *options: str) -> bytes:
    root = str(Path(rackplan.__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": root, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", COMMAND, "solve", str(site), "-q", "-o", str(plan), *options]
    done = subprocess.run(command, env=env, capture_output=True, timeout=120, check=False)
    assert 0 == done.returncode, done.stderr
    return plan.read_bytes()


def test_one_worker_and_a_seed_give_the_same_bytes(tmp_path):
    site = written(rich_site(), tmp_path / "site.yaml")
    options = ("--workers", "1", "--seed", "7")
    one = solve_in_a_process(site, tmp_path / "1.json", "1", *options)
    two = solve_in_a_process(site, tmp_path / "2.json", "2", *options)
    assert one == two
    provenance = json.loads(one)["provenance"]
    assert (7, 1) == (provenance["seed"], provenance["parameters"]["workers"])
    assert provenance["wall_s"] is None


def test_wall_time_is_recorded_when_a_run_cannot_be_repeated():
    plan = rackplan.solve(facility_of(small_site()), workers=2, seed=3).plan
    assert plan is not None
    assert (3, 2) == (plan.provenance["seed"], plan.provenance["parameters"]["workers"])
    assert plan.provenance["wall_s"] >= 0


def test_another_seed_gives_an_equally_good_plan():
    document = rich_site()
    plans = [rackplan.solve(facility_of(document), workers=1, seed=seed).plan for seed in (0, 9)]
    values = [[goal.value for goal in plan.objective] for plan in plans if plan is not None]
    assert 2 == len(values)
    assert values[0] == values[1]
