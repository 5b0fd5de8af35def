"""Whether rules can hold together, worked out without patterns, groups or pruning of the solver.

Every rack has its own count of every option, and every rule is stated for each rack it is about.
"""

from __future__ import annotations

from collections.abc import Sequence

from enumeration import choices_of, stackings
from ortools.sat.python import cp_model

from rackplan.facility import Facility
from rackplan.formulation import Instance, RackRule, Rule, SiteRule, all_rules, build_instance
from rackplan.plan import Conflict

MANY = 10_000
"""More servers than any rule under test asks of one rack."""


def rules_of(site: Facility, conflict: Conflict) -> dict[str, list[Rule]]:
    """The rules that a conflict names, by the id it names them with."""
    found: dict[str, list[Rule]] = {}
    instance = build_instance(site)
    for named in conflict.rules:
        alike = [
            rule
            for rule in all_rules(instance)
            if named.id == rule.id.replace("{rack}", "<rack>") or named.id in _ids(instance, rule)
        ]
        assert alike, f"{named.id} is no rule of the site"
        found[named.id] = alike
    return found


def _ids(instance: Instance, rule: Rule) -> set[str]:
    if isinstance(rule, SiteRule):
        return set()
    racks = instance.groups[rule.group].racks
    return {rule.id.replace("{rack}", rack.id) for rack in racks}


def can_hold_together(site: Facility, rules: Sequence[Rule]) -> bool:
    """Whether some placement keeps all these rules."""
    instance = build_instance(site)
    model = cp_model.CpModel()
    count = {
        (rack.id, option.index): model.new_int_var(0, MANY, "")
        for rack in site.racks.values()
        for option in instance.menu
    }
    for rule in rules:
        if isinstance(rule, SiteRule):
            total = [
                weight * count[rack.id, option]
                for (group, option), weight in rule.terms.items()
                for rack in instance.groups[group].racks
            ]
            low = -(2**60) if rule.low is None else rule.low
            high = 2**60 if rule.high is None else rule.high
            held = model.add_linear_constraint(cp_model.LinearExpr.sum(total), low, high)
            if rule.when is not None:
                called = model.new_bool_var("")
                for group, option in rule.when:
                    for rack in instance.groups[group].racks:
                        model.add(count[rack.id, option] == 0).only_enforce_if(~called)
                held.only_enforce_if(called)
        elif isinstance(rule, RackRule):
            for rack in instance.groups[rule.group].racks:
                load = [
                    rule.limit.loads.get(option.footprint.index, 0) * count[rack.id, option.index]
                    for option in instance.menu
                ]
                model.add_linear_constraint(cp_model.LinearExpr.sum(load), -(2**60), rule.room)
        else:
            for rack in instance.groups[rule.group].racks:
                counts = [count[rack.id, option.index] for option in instance.menu]
                standing = stackings(site, rack, choices_of(site))
                model.add_allowed_assignments(counts, sorted(standing))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 20
    status = solver.solve(model)
    assert status in {cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE}
    return status != cp_model.INFEASIBLE
