"""Goals as linear expressions: what is best, in whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ortools.sat.python import cp_model

from rackplan.facility.demand import Objective
from rackplan.formulation.demand import rate_terms
from rackplan.formulation.instance import Instance
from rackplan.formulation.model import Formulation
from rackplan.formulation.prune import without_dominated
from rackplan.formulation.rules import Rule, SiteRule

HEADROOM_SCALE = 1000
"""Headroom counts in thousandths of each limit's capacity."""


@dataclass(frozen=True)
class GoalExpression:
    """A goal over the model's variables: ``expression + constant``, in ``unit``.

    ``constant`` is what fixed servers contribute.
    """

    objective: Objective
    expression: cp_model.LinearExprT
    constant: int
    unit: str


def goal_expression(
    formulation: Formulation, rules: tuple[Rule, ...], objective: Objective
) -> GoalExpression:
    """Express one goal over all rules; ``headroom`` adds a variable and its rules to the model."""
    build = {
        "throughput": _throughput,
        "servers": _servers,
        "gpus": _gpus,
        "racks": _racks,
        "power": _power,
    }
    if objective.name == "headroom":
        return _headroom(formulation, rules, objective)
    return build[objective.name](formulation, objective)


def _throughput(formulation: Formulation, objective: Objective) -> GoalExpression:
    instance = formulation.instance
    terms = rate_terms(instance, objective.workload)
    names = [objective.workload] if objective.workload else list(instance.facility.workloads)
    fixed = sum(instance.fixed_rates[name] for name in names)
    unit = instance.facility.workloads[names[0]].unit
    return GoalExpression(objective, formulation.total(terms), fixed, f"milli-{unit}")


def _servers(formulation: Formulation, objective: Objective) -> GoalExpression:
    terms = dict.fromkeys(formulation.count, 1)
    fixed = sum(len(rack.fixed) for rack in formulation.instance.facility.racks.values())
    return GoalExpression(objective, formulation.total(terms), fixed, "servers")


def _gpus(formulation: Formulation, objective: Objective) -> GoalExpression:
    instance = formulation.instance
    terms = {key: instance.menu[key[1]].footprint.gpus for key in formulation.count}
    footprints = instance.facility.footprints
    racks = instance.facility.racks.values()
    fixed = sum(footprints[s.footprint].gpus for rack in racks for s in rack.fixed)
    return GoalExpression(objective, formulation.total(terms), fixed, "GPUs")


def _racks(formulation: Formulation, objective: Objective) -> GoalExpression:
    """Racks with servers: those that follow a pattern, and those that hold fixed servers anyway."""
    instance = formulation.instance
    held = {group.index for group in instance.groups if group.rack.fixed}
    used = [variable for (group, _), variable in formulation.follow.items() if group not in held]
    fixed = sum(group.size for group in instance.groups if group.index in held)
    return GoalExpression(objective, cp_model.LinearExpr.sum(used), fixed, "racks")


def _power(formulation: Formulation, objective: Objective) -> GoalExpression:
    instance = formulation.instance
    terms = {key: instance.menu[key[1]].footprint.draw_w for key in formulation.count}
    return GoalExpression(objective, formulation.total(terms), _fixed_w(instance), "W")


def _fixed_w(instance: Instance) -> int:
    """Power of what already stands in racks [W]."""
    footprints = instance.facility.footprints
    return sum(
        sum(footprints[server.footprint].draw_w for server in rack.fixed)
        + sum(gear.power_w for gear in rack.gear)
        for rack in instance.facility.racks.values()
    )


def _headroom(
    formulation: Formulation, rules: tuple[Rule, ...], objective: Objective
) -> GoalExpression:
    """Smallest free share over the shared limits of power and cooling, in every loss state."""
    model = formulation.model
    free = model.new_int_var(0, HEADROOM_SCALE, "headroom")
    for capacity, rule in _shared(formulation.instance, rules):
        if rule.high is not None:
            load = formulation.total(rule.terms)
            room = HEADROOM_SCALE * rule.high
            held = model.add(HEADROOM_SCALE * load + capacity * free <= room)
            if rule.when is not None:
                held.only_enforce_if(formulation.stands(rule.when))
    return GoalExpression(objective, free, 0, "permille")


def _shared(instance: Instance, rules: tuple[Rule, ...]) -> Iterator[tuple[int, SiteRule]]:
    """Limits that count for headroom, with their capacity.

    A rule that another implies may still have the smaller free share, when its capacity is larger:
    only rules of one capacity are compared.
    """
    capacity = {limit.id: limit.capacity for limit in instance.site_limits}
    same: dict[int, list[Rule]] = {}
    for rule in rules:
        if rule.family in {"power", "air", "liquid", "water"} and capacity.get(rule.id):
            same.setdefault(capacity[rule.id], []).append(rule)
    for amount, alike in same.items():
        for rule in without_dominated(alike):
            if isinstance(rule, SiteRule):
                yield amount, rule
