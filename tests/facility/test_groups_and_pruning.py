"""Racks that count as one, and rules that may be left out: neither changes any answer."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model
from random_sites import sites
from small_sites import Document, facility_of, rack_of, small_site

from rackplan.facility.groups import group_racks
from rackplan.formulation import all_rules, build_instance
from rackplan.formulation.model import formulate
from rackplan.formulation.prune import without_dominated
from rackplan.formulation.rules import SiteRule


def groups(document: Document) -> list[list[str]]:
    """Names of the racks of each group."""
    return [[rack.name for rack in group.racks] for group in group_racks(facility_of(document))]


def test_equal_racks_are_one_group() -> None:
    assert [["r1", "r2", "r3", "r4"]] == groups(small_site(racks=4))


GEAR = {"name": "leaf", "u": 20, "rack_units": 1, "power": "100 W", "weight": "1 kg"}

APART: dict[str, Document] = {
    "feeds": {
        "feeds": {
            "A": {"from": "panel-b", "circuit": "circuit"},
            "B": {"from": "panel-a", "circuit": "circuit"},
        }
    },
    "one feed": {"feeds": {"A": {"from": "panel-a", "circuit": "circuit"}}},
    "model": {"model": "cabinet-48u-600x1200"},
    "profile": {"profile": {"blocked": ["20"]}},
    "starts": {"profile": {"starts": [1]}},
    "heat": {"air_limit": "9 kW"},
    "floor": {"max_total_weight": "500 kg"},
    "gear": {"gear": [GEAR]},
    "existing": {"existing": [{"server": "box8", "u": [1]}]},
}


@pytest.mark.parametrize("what", APART)
def test_a_difference_that_a_limit_can_see_sets_a_rack_apart(what: str) -> None:
    site = small_site(racks=3)
    rack_of(site, 1).update(APART[what])
    assert [["r1", "r3"], ["r2"]] == groups(site)
    rack_of(site, 2).update(APART[what])
    assert [["r1"], ["r2", "r3"]] == groups(site)


def test_pins_forbids_and_exempt_circuits_set_racks_apart() -> None:
    pinned = small_site(racks=3, placement={"pin": [{"server": "box8", "rack": "row/r2"}]})
    assert [["r1", "r3"], ["r2"]] == groups(pinned)
    forbidden = small_site(racks=3, placement={"forbid": [{"places": ["row/r2"]}]})
    assert [["r1", "r3"], ["r2"]] == groups(forbidden)
    exempt = small_site(racks=3)
    exempt["policy"]["not_survived"] = ["row/r2:A"]
    assert [["r1", "r3"], ["r2"]] == groups(exempt)


def test_cables_set_racks_apart_only_beyond_reach() -> None:
    group = {"id": "leaf", "racks": ["row"], "ports": 99, "leaf_rack": "row/r1", "reach": "4.6 m"}
    site = small_site(racks=4, fabric={"leaf_groups": [group]})
    assert [["r1", "r2"], ["r3", "r4"]] == groups(site)


def test_names_of_gear_set_nothing_apart() -> None:
    site = small_site(racks=2)
    for index, name in enumerate(("leaf-1", "leaf-2")):
        rack_of(site, index)["gear"] = [{**GEAR, "name": name}]
    assert [["r1", "r2"]] == groups(site)


def best(document: Document, *, pruned: bool) -> tuple[str, int | None, int]:
    """Status, most GPUs, and number of rules."""
    instance = build_instance(facility_of(document))
    rules = list(all_rules(instance))
    rules = list(without_dominated(rules)) if pruned else rules
    formulation = formulate(instance, rules)
    gpus = {key: instance.menu[key[1]].footprint.gpus for key in formulation.count}
    formulation.model.maximize(formulation.total(gpus))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 20
    status = solver.solve(formulation.model)
    value = round(solver.objective_value) if status == cp_model.OPTIMAL else None
    return solver.status_name(status), value, len(rules)


@settings(max_examples=25)
@given(document=sites(most_racks=5))
def test_rules_that_others_imply_may_be_left_out(document: Document) -> None:
    whole, pruned = best(document, pruned=False), best(document, pruned=True)
    assert whole[:2] == pruned[:2]
    assert whole[0] in {"OPTIMAL", "INFEASIBLE"}
    assert pruned[2] <= whole[2]


def test_loss_states_that_ask_for_less_are_left_out() -> None:
    # ups-a is hardest pressed when ups-b (or panel-b) is lost; its normal load is half of that.
    instance = build_instance(facility_of(small_site()))
    rules = [r for r in all_rules(instance) if isinstance(r, SiteRule) and r.device == "ups-a"]
    kept = [rule.id for rule in without_dominated(rules) if rule.terms]
    assert {"power/ups-a"} < {rule.id for rule in rules if rule.terms}
    assert 1 == len(kept)
    assert kept[0] in {"power/ups-a@loss:ups-b", "power/ups-a@loss:panel-b"}


def rule(name: str, high: int, **terms: int) -> SiteRule:
    """An upper bound on one device; keywords are coefficients."""
    keys = {(0, "ab".index(letter)): weight for letter, weight in terms.items()}
    return SiteRule(name, "power", keys, None, high, "", "ups", name, "W")


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ([rule("x", 10, a=2), rule("y", 10, a=3)], ["y"]),
        ([rule("x", 10, a=2), rule("y", 9, a=2)], ["y"]),
        ([rule("x", 10, a=2), rule("y", 10, a=2)], ["x"]),  # of equal ones the first
        ([rule("x", 10, a=2), rule("y", 11, a=3)], ["x", "y"]),
        ([rule("x", 10, a=2, b=1), rule("y", 10, a=3)], ["x", "y"]),
        ([rule("x", 10, a=2), rule("y", 10, a=2, b=1)], ["y"]),
        ([rule("x", -1, a=2), rule("y", 10, a=3)], ["x", "y"]),
        ([rule("x", -1, a=2), rule("y", -2, a=2)], ["y"]),
    ],
)
def test_which_rule_implies_which(rules: list[SiteRule], kept: list[str]) -> None:
    assert kept == [r.id for r in without_dominated(rules)]


@settings(max_examples=20)
@given(document=sites(most_racks=5), data=st.data())
def test_groups_do_not_depend_on_the_order_of_racks(
    document: Document, data: st.DataObject
) -> None:
    other = copy.deepcopy(document)
    for hall in other["halls"]:
        row = hall["rows"][0]
        row["racks"] = data.draw(st.permutations(row["racks"]))
    sets = [
        {frozenset(r.id for r in g.racks) for g in group_racks(facility_of(d))}
        for d in (document, other)
    ]
    if "fabric" not in document:  # cable lengths follow the order in which racks stand
        assert sets[0] == sets[1]
