"""Nothing but whole numbers enters the model: CP-SAT would take a float objective in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_sites import CHAT, facility_of, rack_of, small_site

import rackplan
from rackplan.facility.demand import Objective
from rackplan.formulation import RackRule, SiteRule, all_rules, build_instance
from rackplan.formulation.model import formulate
from rackplan.solver.goals import goal_expression

SITES = sorted((Path(__file__).parents[2] / "sites").glob("*.yaml"))
GOALS = ("throughput", "servers", "gpus", "racks", "power", "headroom")


def fractional_site():
    """Efficiencies, power factors and rates that are anything but round."""
    document = small_site(3, workloads=[CHAT])
    document["policy"]["power_factor"] = 0.93
    document["power"]["nodes"][1] |= {"efficiency": 0.957, "rated_apparent": "99.9 kVA"}
    gear = {"name": "leaf", "u": 20, "rack_units": 1, "power": "333 W", "weight": "9.5 kg"}
    rack_of(document, 0)["gear"] = [gear]
    return facility_of(document)


@pytest.fixture(scope="module", params=["fractional", *(path.stem for path in SITES)])
def site(request):
    if request.param == "fractional":
        return fractional_site()
    return rackplan.load(next(path for path in SITES if path.stem == request.param))


def test_rules_hold_whole_numbers(site):
    for rule in all_rules(build_instance(site)):
        figures = []
        if isinstance(rule, SiteRule):
            figures = [*rule.terms.values(), rule.low, rule.high]
        elif isinstance(rule, RackRule):
            limit = rule.limit
            figures = [*limit.loads.values(), limit.capacity, limit.base]
        assert {int} >= {type(figure) for figure in figures if figure is not None}, rule.id


def test_no_goal_is_a_float(site):
    instance = build_instance(site)
    rules = tuple(all_rules(instance))
    formulation = formulate(instance, rules)
    model = formulation.model
    units = {work.unit for work in site.workloads.values()}
    for name in GOALS if len(units) == 1 else GOALS[1:]:  # throughput of all is in one unit
        goal = goal_expression(formulation, rules, Objective(name))
        if goal.objective.maximize:
            model.maximize(goal.expression)
        else:
            model.minimize(goal.expression)
        assert not model.proto.has_floating_point_objective(), name
        assert all(isinstance(weight, int) for weight in model.proto.objective.coeffs), name
        assert isinstance(goal.constant, int), name
    assert "" == model.validate()


def test_a_float_objective_would_be_seen():
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    model.maximize(1.5 * model.new_int_var(0, 1, "x"))
    assert model.proto.has_floating_point_objective()
