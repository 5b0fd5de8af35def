"""Every site ends as expected, states its sources, and is held by more than one kind of limit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from rackplan.catalog.entries import ScaleUp
from rackplan.plan import Plan
from rackplan.solver import Result

ROOT = Path(__file__).resolve().parents[2]
SITES = sorted((ROOT / "sites").glob("*.yaml"))
NAMES = [site.stem for site in SITES]
EXPECTED = json.loads(Path(__file__).with_name("expected.json").read_text(encoding="utf-8"))
FEASIBLE = [name for name in NAMES if EXPECTED.get(name, {}).get("status") != "INFEASIBLE"]

Solved = Callable[[str], Result]

HELD_BY = {
    "h20-inference-hall": [
        r"power/ups-[a-d]@loss:",  # a UPS system when another is lost
        r"air/zone-1@loss:crah-",  # wall units of the older hall, one lost
        r"air/row-\d+/r\d+$",  # heat of a rack
    ],
    "enterprise-retrofit": [
        r"power/ups-[ab](/transfer)?@loss:",  # one UPS until servers react, and after
        r"air/near@loss:crac-",
        r"power/pdu-[ab]1/va@loss:",
        r"space/row-1/r\d+/floor",
    ],
    "h100-pod": [
        r"power/ups-[a-c]@loss:",
        r"fabric/su-1$",
        r"air/row-1/r\d+$",
    ],
    "reserve-4n3": [
        r"power/ups-[a-d]$",  # nothing is kept in reserve
        r"air/row-\d/r\d$",
    ],
    "mixed-cooling": [
        r"air/pod-aisle/airflow$",  # a contained aisle
        r"liquid/dlc-\d/pressure/",  # pressure left by the CDU in a rack
    ],
    "nvl72-liquid-hall": [
        r"power/ups-[a-d]@loss:",
        r"air/room$|air/room@loss:crah-",
        r"space/row-[1-4]/r\d$",
    ],
}
"""Limits loaded to 97 % or more, where one more server is too much: what each site shows."""


def plan_of(result: Result) -> Plan:
    assert result.plan is not None, result
    return result.plan


def test_every_site_has_an_expected_outcome() -> None:
    assert sorted(EXPECTED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_status_objective_and_totals_are_as_expected(name: str, solved: Solved) -> None:
    result = solved(name)
    expected = EXPECTED[name]
    assert expected["status"] == result.status
    if result.plan is not None:
        assert expected["objective"] == {g.name: g.value for g in result.plan.objective}
        assert expected["totals"] == result.plan.totals


@pytest.mark.parametrize("name", FEASIBLE)
def test_plans_are_verified_and_proven(name: str, solved: Solved) -> None:
    result = solved(name)
    assert result.verdict is not None
    assert result.verdict.ok, result.verdict.violations[:5]
    assert result.exit_code == 0
    gaps = {goal.name: goal.gap for goal in plan_of(result).objective}
    assert not {name: gap for name, gap in gaps.items() if gap > 0.01}


@pytest.mark.parametrize("name", FEASIBLE)
def test_demand_of_every_workload_is_met(name: str, solved: Solved) -> None:
    for work in plan_of(solved(name)).workloads:
        assert work.normal >= work.demand, work.workload


@pytest.mark.parametrize("name", sorted(HELD_BY))
def test_several_kinds_of_limit_hold_the_site(name: str, solved: Solved) -> None:
    limits = plan_of(solved(name)).limits
    tight = {x.id for x in limits if x.capacity and x.load >= 0.97 * x.capacity}
    for pattern in HELD_BY[name]:
        assert any(re.match(pattern, limit) for limit in tight), pattern


def test_every_feasible_site_shows_what_holds_it() -> None:
    assert sorted(HELD_BY) == FEASIBLE


def test_too_much_is_refused_for_the_ups_that_must_carry_the_hall_alone(solved: Solved) -> None:
    # 52 x 7.8 kW + 4 x 1.2 kW of switches = 410.4 kW on one UPS of 400 kW.
    result = solved("too-much")
    assert result.exit_code == 3
    assert result.conflict is not None
    assert result.conflict.minimal
    demand, limit = sorted(rule.id for rule in result.conflict.rules)
    assert "demand/dell-xe9680-h20/min" == demand
    assert re.match(r"power/ups-[ab]@loss:", limit)


def test_h20_image_servers_use_the_reserve_of_the_ups_systems(solved: Solved) -> None:
    # With every server at full power three systems of 400 kW could not carry the hall.
    totals = plan_of(solved("h20-inference-hall")).totals
    assert totals["it_load_w"] > 3 * 400_000


def test_row_without_a_second_feed_runs_only_what_may_stop(solved: Solved) -> None:
    row = [s for s in plan_of(solved("enterprise-retrofit")).servers if s.row == "row-4"]
    assert row
    assert {"shed"} == {server.survive for server in row}


def test_warm_half_of_the_old_hall_takes_no_500_w_gpus(solved: Solved) -> None:
    # XE8545: 28 degC - (1,600 - 900) m / 300 m/K = 25.7 degC, and the far zone supplies 27 degC.
    servers = plan_of(solved("enterprise-retrofit")).servers
    assert {"row-1", "row-2"} >= {s.row for s in servers if s.model == "dell-xe8545"}


def test_pod_racks_on_two_feeds_take_only_servers_that_may_slow_down(solved: Solved) -> None:
    # Six power supplies on two feeds leave three alive: a DGX H100 needs four for full power.
    row = [s for s in plan_of(solved("h100-pod")).servers if s.row == "row-2"]
    assert row
    assert {"reduced"} == {server.survive for server in row}


def test_pod_leaves_the_row_out_of_cable_reach_empty(solved: Solved) -> None:
    # 21.0 m across, 2.4 to 0.6 m along, and 5 m of slack are more than 20 m.
    assert not [s for s in plan_of(solved("h100-pod")).servers if s.row == "row-3"]


def test_nvl72_racks_keep_off_the_trench_and_within_each_loop(solved: Solved) -> None:
    racks = [s for s in plan_of(solved("nvl72-liquid-hall")).servers if s.model == "gb200-nvl72"]
    assert not [s for s in racks if s.rack.endswith("/r7")]  # 1,360 kg over the pipe trench
    loop_1 = [s for s in racks if s.row in {"row-1", "row-2"}]
    # One XDU1350 alone: 1,200 L/min / 110 L/min = 10.9; one MCDU-45: 853 kW / 114.84 kW = 7.4.
    assert len(loop_1) <= 10
    assert len(racks) - len(loop_1) <= 7


def test_nvl72_hall_is_cooled_by_the_cold_outside_for_a_part_of_the_year(solved: Solved) -> None:
    energy = plan_of(solved("nvl72-liquid-hall")).energy
    assert (True, 8760) == (energy.annual, energy.hours)
    assert energy.pue is not None
    assert 1.1 < energy.pue < 1.25
    for circuit in energy.circuits:
        modes = (circuit.hours_free, circuit.hours_partial, circuit.hours_mechanical)
        assert 8760 == sum(modes)
        assert min(modes) > 1000
        assert 0 == circuit.hours_warm
    # What limits count is every chiller at full power, and no hour needs all of them.
    assert all(source.hour_w < source.nameplate_w for source in energy.sources)


def test_old_hall_has_figures_of_a_design_day_only(solved: Solved) -> None:
    energy = plan_of(solved("enterprise-retrofit")).energy
    assert (False, 24, ()) == (energy.annual, energy.hours, energy.circuits)
    # Its air conditioners draw what they state all day long.
    assert energy.pue == pytest.approx(energy.worst_pue)


@pytest.mark.parametrize("site", SITES, ids=NAMES)
def test_file_begins_with_where_its_figures_come_from(site: Path) -> None:
    head = re.match(r"(?:#.*\n)+", site.read_text(encoding="utf-8"))
    assert head is not None
    assert "Where the figures come from" in head[0]


def figures(entry: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Physical figures of an entry as written: numbers, texts with a unit, and mappings."""
    for name, value in entry.items():
        if name == "scale_up":
            yield from (
                (n, v) for n, v in value.items() if n in ScaleUp.model_fields and n != "link"
            )
        elif isinstance(value, dict) or re.match(r"[\d.]", str(value)):
            yield name, value


@pytest.mark.parametrize("site", SITES, ids=NAMES)
def test_every_figure_of_a_site_states_basis_and_source(site: Path) -> None:
    catalog = YAML(typ="safe").load(site.read_text(encoding="utf-8")).get("catalog", {})
    bare = [
        f"{entry_id}.{name}"
        for entries in catalog.values()
        for entry_id, entry in entries.items()
        for name, value in figures(entry)
        if not isinstance(value, dict) or not value.get("basis") or not value.get("source")
    ]
    assert not bare
