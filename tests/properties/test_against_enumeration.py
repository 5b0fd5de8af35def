"""Solver and verifier agree: on every candidate placement of tiny sites, and on the best of them.

The verifier walks the power graph and the cooling itself and shares no arithmetic with the
formulation. Here it judges every way to fill a tiny site. Rules and judgment must say the same of
each one, and the solver's optimum must be the best that the verifier lets through.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from enumeration import Counts, candidates, choices_of, value_of
from hypothesis import given, settings
from random_sites import sites
from small_sites import Document, facility_of

from rackplan.formulation import Instance, RackRule, SiteRule, all_rules, build_instance
from rackplan.solver import Settings, solve_facility

MOST_CANDIDATES = 150
"""Sites with more ways to fill them are passed over: each one is verified."""

TINY = sites(most_racks=3, rack_units=12, most=4)


def first_broken(instance: Instance, counts: Mapping[str, Counts]) -> str | None:
    """A rule that candidate counts break; stacking is settled by how candidates are made."""
    rules = all_rules(instance)
    in_group = {g.index: [counts[rack.id] for rack in g.racks] for g in instance.groups}
    for rule in rules:
        if isinstance(rule, SiteRule):
            load = sum(
                weight * sum(rack[option] for rack in in_group[group])
                for (group, option), weight in rule.terms.items()
            )
            if rule.low is not None and load < rule.low:
                return rule.id
            if rule.high is not None and load > rule.high:
                return rule.id
        elif isinstance(rule, RackRule):
            for rack in in_group[rule.group]:
                loads = rule.limit.loads
                options = zip(instance.menu, rack, strict=True)
                if sum(loads.get(o.footprint.index, 0) * n for o, n in options) > rule.room:
                    return rule.id
    return None


@pytest.mark.slow
@settings(max_examples=60)
@given(TINY)
def test_the_optimum_is_the_best_candidate_the_verifier_lets_through(document: Document) -> None:
    site = facility_of(document)
    instance = build_instance(site)
    signs = [1 if goal.maximize else -1 for goal in site.objectives]
    best: tuple[int, ...] | None = None
    enumerated = False
    for counts, plan, verdict in candidates(site, choices_of(site), MOST_CANDIDATES):
        enumerated = True
        broken = first_broken(instance, counts)
        assert verdict.ok == (broken is None), (counts, broken, str(verdict))
        if verdict.ok:
            goals = zip(signs, site.objectives, strict=True)
            values = tuple(sign * value_of(site, goal, plan, verdict) for sign, goal in goals)
            best = values if best is None else max(best, values)
    if not enumerated:
        return
    result = solve_facility(site, Settings(workers=1, time_limit_s=20))
    if best is None:
        assert "INFEASIBLE" == result.status
        return
    assert "OPTIMAL" == result.status
    assert result.plan is not None
    found = [sign * goal.value for sign, goal in zip(signs, result.plan.objective, strict=True)]
    assert list(best) == found


def test_most_tiny_sites_are_enumerated_and_have_plans() -> None:
    seen = {"enumerated": 0, "with servers": 0, "drawn": 0}

    @settings(max_examples=25)
    @given(TINY)
    def look(document: Document) -> None:
        site = facility_of(document)
        judged = [
            bool(sum(map(sum, counts.values())))
            for counts, _, verdict in candidates(site, choices_of(site), MOST_CANDIDATES)
            if verdict.ok
        ]
        seen["drawn"] += 1
        seen["enumerated"] += bool(judged)
        seen["with servers"] += any(judged)

    look()
    assert seen["with servers"] >= seen["drawn"] // 4, seen
