"""The judge of plans: solver-free, from the plan and the facility alone.

It walks the site itself, in every loss state, and shares no arithmetic with the formulation: that
independence is its whole value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from rackplan.facility.model import Facility
from rackplan.plan import LimitState, Plan
from rackplan.verifier import (
    air,
    consistency,
    demand,
    fabric,
    liquid,
    nvlink,
    placement,
    power,
    space,
    water,
)
from rackplan.verifier.restated import goals, stated_limits
from rackplan.verifier.states import StateRow, state_table
from rackplan.verifier.verdict import Finding, Verdict, Violation
from rackplan.verifier.view import View

__all__ = ["CHECKS", "Check", "StateRow", "Verdict", "Violation", "state_table", "verify"]

Check = Callable[[Facility, View], Iterator[Finding]]
"""Judges one family: yields each limit with its load, and a violation after each broken one."""

CHECKS: Mapping[str, Check] = {
    "space": space.check,
    "power": power.check,
    "air": air.check,
    "liquid": liquid.check,
    "water": water.check,
    "nvlink": nvlink.check,
    "fabric": fabric.check,
    "demand": demand.check,
    "placement": placement.check,
    "plan": consistency.check,
}
"""One check per family, in the order of judging."""


def verify(facility: Facility, plan: Plan) -> Verdict:
    """Judge a plan against its site, rule by rule and loss state by loss state.

    Parameters
    ----------
    facility
        The resolved site.
    plan
        Any plan, from rackplan or not; what it says about itself is checked, not trusted.
    """
    view = View(facility, plan)
    loads: list[LimitState] = []
    violations: list[Violation] = []
    checks: Counter[str] = Counter()
    for family, check in CHECKS.items():
        for finding in check(facility, view):
            if isinstance(finding, Violation):
                violations.append(finding)
            else:
                loads.append(finding)
                checks[family] += 1
    found = {limit.id: limit for limit in loads}
    violations += stated_limits(view, found)
    violations += goals(view, found)
    checks["plan"] += len(plan.limits) + len(plan.objective)
    return Verdict(tuple(violations), dict(checks), tuple(loads))
