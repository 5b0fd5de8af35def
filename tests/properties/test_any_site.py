"""For any valid site: a verified plan or a minimal conflict; more never makes it worse."""

from __future__ import annotations

import copy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from independent import can_hold_together, rules_of
from random_sites import sites
from small_sites import Document, facility_of

import rackplan
from rackplan.solver import Result


def solved(document: Document) -> Result:
    result = rackplan.solve(facility_of(document), workers=1, time_limit_s=20)
    assert result.status in {"OPTIMAL", "INFEASIBLE"}
    return result


@pytest.mark.slow
@settings(max_examples=60)
@given(sites())
def test_a_verified_plan_or_a_minimal_conflict(document: Document) -> None:
    site = facility_of(document)
    result = rackplan.solve(site, workers=1, time_limit_s=20)
    if result.status == "OPTIMAL":
        assert result.verdict is not None
        assert result.verdict.ok, str(result.verdict)
        assert 0 == result.exit_code
        return
    assert "INFEASIBLE" == result.status
    assert (None, 3) == (result.plan, result.exit_code)
    assert result.conflict is not None
    assert result.conflict.minimal
    named = rules_of(site, result.conflict)
    assert not can_hold_together(site, [rule for rules in named.values() for rule in rules])
    for left_out in named:
        rest = [rule for name, rules in named.items() if name != left_out for rule in rules]
        assert can_hold_together(site, rest), left_out


def first_value(result: Result) -> float:
    """Value of the first goal, the more the better; minus infinity without a plan."""
    if result.plan is None:
        return float("-inf")
    sign = 1 if result.facility.objectives[0].maximize else -1
    return sign * result.plan.objective[0].value


def more_ups(document: Document) -> None:
    for node in document["power"]["nodes"]:
        if node["kind"] == "ups":
            node["rated_power"] = "200 kW"
            node.pop("rated_apparent", None)


def one_more_rack(document: Document) -> None:
    racks = document["halls"][0]["rows"][0]["racks"]
    racks.append({key: value for key, value in racks[-1].items() if key in {"feeds"}} | {"id": "x"})


def one_more_air_unit(document: Document) -> None:
    document["cooling"]["zones"][0]["units"].append({"id": "extra", "model": "acu"})


def stronger_cabinets(document: Document) -> None:
    document["catalog"]["racks"]["cabinet"]["max_load"] = "2000 kg"


MORE = [more_ups, one_more_rack, one_more_air_unit, stronger_cabinets]


@pytest.mark.parametrize("add", MORE, ids=lambda add: add.__name__)
@settings(max_examples=15)
@given(document=sites(most_racks=5))
def test_more_capacity_is_never_worse(add: object, document: Document) -> None:
    # Headroom is a share of what is there, and an air unit draws power of its own.
    assume("headroom" != document["objective"][0])
    for name in ("acu", "acu-10", "acu-25"):
        document["catalog"]["air_units"][name]["power"] = "0 W"
    larger = copy.deepcopy(document)
    assert callable(add)
    add(larger)
    assert first_value(solved(larger)) >= first_value(solved(document))


@settings(max_examples=30)
@given(document=sites(most_racks=6), data=st.data())
def test_the_order_of_racks_does_not_matter(document: Document, data: st.DataObject) -> None:
    other = copy.deepcopy(document)
    for hall in other["halls"]:
        row = hall["rows"][0]
        row["racks"] = data.draw(st.permutations(row["racks"]))
    one, two = solved(document), solved(other)
    assert one.status == two.status
    assert (one.plan is None) == (two.plan is None)
    if one.plan is not None and two.plan is not None:
        values = [[goal.value for goal in plan.objective] for plan in (one.plan, two.plan)]
        assert values[0] == values[1]
