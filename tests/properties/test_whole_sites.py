"""Sites with everything at once: a verified plan or a minimal conflict, and worse is never more."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from independent import can_hold_together, rules_of
from small_sites import Document, facility_of
from whole_sites import Drawn, whole_sites

import rackplan
from rackplan.errors import InputError
from rackplan.facility import Facility
from rackplan.solver import Result

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def resolved(found: Drawn) -> Facility:
    """The site; one that is refused with a reason is no example."""
    try:
        return facility_of(*found)
    except InputError:
        reject()


def solved(site: Facility) -> Result:
    result = rackplan.solve(site, workers=1, time_limit_s=20)
    assert result.status in {"OPTIMAL", "INFEASIBLE"}
    if result.status == "OPTIMAL":
        assert result.verdict is not None
        assert result.verdict.ok, str(result.verdict)
    return result


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(whole_sites())
def test_a_verified_plan_or_a_minimal_conflict(found: Drawn) -> None:
    site = resolved(found)
    result = solved(site)
    if result.status == "INFEASIBLE":
        assert result.conflict is not None
        assert result.conflict.minimal
        named = rules_of(site, result.conflict)
        assert not can_hold_together(site, [rule for rules in named.values() for rule in rules])


def smaller(document: Document) -> None:
    """Units, doors, CDUs and rejectors of four fifths."""
    catalog = document["catalog"]
    for kind in ("air_units", "cdus", "rejectors"):
        for entry in catalog.get(kind, {}).values():
            entry["capacity"] = scaled(entry["capacity"], 0.8)


def less_stored(document: Document) -> None:
    cooling = document["cooling"]
    for part in (*cooling["zones"], *cooling["loops"], *cooling.get("water", ())):
        for key in ("air_volume", "volume", "storage"):
            if key in part:
                part[key] = scaled(part[key], 0.6)


def later(document: Document) -> None:
    cooling = document["cooling"]
    for part in (*cooling["zones"], *cooling["loops"], *cooling.get("water", ())):
        if "restart" in part:
            part["restart"] = "90 s"


def more_losses(document: Document) -> None:
    for node in document["power"]["nodes"]:
        if "no_load_loss" in node:
            node["no_load_loss"] = "1500 W"


def scaled(text: str, factor: float) -> str:
    number, _, unit = text.partition(" ")
    return f"{factor * float(number):.3f} {unit}"


@pytest.mark.slow
@pytest.mark.parametrize("worse", [smaller, less_stored, later, more_losses])
@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(found=whole_sites())
def test_worse_never_takes_more(worse: Callable[[Document], None], found: Drawn) -> None:
    document, files = found
    document["objective"] = ["servers"]
    changed = copy.deepcopy(document)
    worse(changed)
    assume(changed != document)
    first = solved(resolved((document, files)))
    second = solved(resolved((changed, files)))
    if second.plan is not None:
        assert first.plan is not None
        assert len(second.plan.servers) <= len(first.plan.servers)
