"""Goals one after the other: the best of the first, then the best of the second among those."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from rackplan.facility.demand import Objective
from rackplan.formulation import Instance, Rule, all_rules
from rackplan.formulation.dealing import Placed, deal
from rackplan.formulation.model import formulate
from rackplan.formulation.prune import without_dominated
from rackplan.plan import Goal, Status
from rackplan.solver.goals import GoalExpression, goal_expression
from rackplan.solver.search import Found, search
from rackplan.solver.settings import Progress, Settings, relative_gap

FIRST_SHARE = 0.7
"""Share of the time left that a goal may take while others wait."""

LEAST_S = 1.0
"""Time for the whole model, when the smaller one took all of it [s]."""

KEEP_LIMIT_S = 5.0
"""Time to read off the value of a goal nobody had time for, from the plan as it stands [s]."""


@dataclass(frozen=True)
class Answer:
    """A placement that satisfies every rule, with what is proven about it.

    ``placed`` is empty when the status is INFEASIBLE or UNKNOWN.
    """

    status: Status
    goals: tuple[Goal, ...]
    placed: tuple[Placed, ...]


def solve_goals(instance: Instance, settings: Settings) -> Answer:
    """Solve an instance for its goals in order.

    The status is OPTIMAL only when every goal is proven best. A goal that runs out of time keeps
    its best value as a floor for the goals after it.

    Limits on lines that racks share are left out at first: a plan of the smaller model, whose cords
    can be begun so that they hold, is a plan of the whole one, and as good as it says. Where no way
    is found the whole model is solved.
    """
    rules = tuple(all_rules(instance))
    whole = any(objective.name == "headroom" for objective in instance.facility.objectives)
    run = _Run(instance, settings, rules, settings.time_limit_s, lines=whole)
    answer = run.pursue_all()
    if answer is None:
        run = _Run(instance, settings, rules, max(run.left_s, LEAST_S), lines=True)
        answer = run.pursue_all()
    if answer is None:
        raise AssertionError("a plan of the whole model cannot be dealt out")
    return answer


class _Run:
    """The goals reached so far, the best solution, and the time left."""

    def __init__(
        self,
        instance: Instance,
        settings: Settings,
        rules: tuple[Rule, ...],
        time_limit_s: float,
        *,
        lines: bool,
    ) -> None:
        self._objectives = instance.facility.objectives
        self._settings = settings
        self._started = time.monotonic()
        self.left_s = time_limit_s
        self._rules = rules
        self._goals: list[Goal] = []
        self.formulation = formulate(instance, without_dominated(rules), lines=lines)
        self.best: Found | None = None
        self.status: Status = "OPTIMAL"

    def pursue_all(self) -> Answer | None:
        """Work on every goal; ``None`` when cords cannot be begun so that shared lines hold."""
        for i, objective in enumerate(self._objectives):
            waiting = i + 1 < len(self._objectives)
            self.pursue(objective, FIRST_SHARE if waiting else 1.0)
            if self.best is None:
                return Answer(self.status, (), ())
        return self.answer()

    def pursue(self, objective: Objective, share: float) -> None:
        """Work on one goal with a share of the time left, then hold what it reached."""
        goal = goal_expression(self.formulation, self._rules, objective)
        model = self.formulation.model
        if objective.maximize:
            model.maximize(goal.expression)
        else:
            model.minimize(goal.expression)
        found = self._search(goal, share)
        if not found.values and self.best is not None:
            found = self._keep(goal)
        if not found.values:
            self.status = found.status
            return
        if found.status != "OPTIMAL":
            self.status = "FEASIBLE"
        self.best = found
        value, bound = found.value + goal.constant, found.bound + goal.constant
        gap = round(relative_gap(value, bound), 9)
        self._goals.append(Goal(str(objective), value, bound, gap, goal.unit))
        hold = (
            goal.expression >= found.value if objective.maximize else goal.expression <= found.value
        )
        model.add(hold)

    def _search(self, goal: GoalExpression, share: float) -> Found:
        if self.best is not None and self.left_s <= 0:
            return self._keep(goal)
        _hint(self.formulation.model, self.best)
        found = search(
            self.formulation.model,
            self._settings,
            max(self.left_s * share, 0.01),
            maximize=goal.objective.maximize,
            tell=lambda value, bound: self._tell(goal, value, bound),
        )
        self.left_s = 0.0 if found.interrupted else self.left_s - found.spent_s
        return found

    def _keep(self, goal: GoalExpression) -> Found:
        """The goal's value in the plan as it stands; its variables' ranges are the only bound."""
        model = self.formulation.model
        _hint(model, self.best)
        kept = search(
            model,
            self._settings,
            KEEP_LIMIT_S,
            maximize=goal.objective.maximize,
            tell=lambda value, bound: None,
            only_hint=True,
        )
        bound = _range_bound(model, maximize=goal.objective.maximize)
        return replace(kept, status="FEASIBLE" if kept.values else "UNKNOWN", bound=bound)

    def _tell(self, goal: GoalExpression, value: int | None, bound: int) -> None:
        if self._settings.on_progress is not None:
            self._settings.on_progress(
                Progress(
                    goal=str(goal.objective),
                    value=None if value is None else value + goal.constant,
                    bound=bound + goal.constant,
                    unit=goal.unit,
                    seconds=time.monotonic() - self._started,
                )
            )

    def answer(self) -> Answer | None:
        """The best solution, dealt out to racks."""
        values = self.best.values if self.best else ()
        follow = {key: values[variable.index] for key, variable in self.formulation.follow.items()}
        count = {key: values[variable.index] for key, variable in self.formulation.count.items()}
        placed = deal(self.formulation, follow, count)
        return None if placed is None else Answer(self.status, tuple(self._goals), placed)


def _hint(model: cp_model.CpModel, best: Found | None) -> None:
    model.clear_hints()  # type: ignore[no-untyped-call]
    if best is not None:
        for index, value in enumerate(best.values):
            model.add_hint(model.get_int_var_from_proto_index(index), value)


def _range_bound(model: cp_model.CpModel, *, maximize: bool) -> int:
    """What the objective cannot exceed, from the ranges of its variables alone."""
    objective = model.proto.objective
    sign = -1 if objective.scaling_factor < 0 else 1
    total = 0
    for index, coefficient in zip(objective.vars, objective.coeffs, strict=True):
        domain = list(model.proto.variables[index].domain)  # the field itself takes no index of -1
        ends = (sign * coefficient * domain[0], sign * coefficient * domain[-1])
        total += max(ends) if maximize else min(ends)
    return total + round(sign * objective.offset)
