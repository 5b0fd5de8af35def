"""How much is missing: the smallest change of one limit that makes the whole site fit."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

from ortools.sat.python import cp_model

from rackplan.explain.wording import shown
from rackplan.formulation import Instance, Rule, SiteRule
from rackplan.formulation.model import formulate
from rackplan.plan import Relief

TEST_LIMIT_S = 5.0
"""Time for one device [s]."""

LARGEST = 10**12
"""Most a limit may be moved, in its base unit."""


def find_reliefs(
    instance: Instance, rules: Sequence[Rule], conflict: Sequence[Rule], ends: float, seed: int
) -> tuple[Relief, ...]:
    """For each device of a conflict, the smallest change of it alone that makes everything fit.

    A device's limit moves by the same amount in every loss state. Devices that do not help alone,
    and devices for which that was not decided before ``ends``, are left out.

    Parameters
    ----------
    instance
        The site.
    rules
        Every rule of it.
    conflict
        Rules that cannot hold together.
    ends
        When to stop, on the monotonic clock [s].
    seed
        Random seed.
    """
    return tuple(_reliefs(instance, rules, conflict, ends, seed))


def _reliefs(
    instance: Instance, rules: Sequence[Rule], conflict: Sequence[Rule], ends: float, seed: int
) -> Iterator[Relief]:
    movable = [rule for rule in conflict if isinstance(rule, SiteRule) and rule.terms]
    for key in dict.fromkeys(_key(rule) for rule in movable):
        left_s = ends - time.monotonic()
        if left_s <= 0:
            return
        moved = [rule for rule in rules if isinstance(rule, SiteRule) and _key(rule) == key]
        others = [rule for rule in rules if rule not in moved]
        found = _smallest(instance, others, moved, min(TEST_LIMIT_S, left_s), seed)
        if found is not None:
            yield _relief(moved[0], *found)


def _key(rule: SiteRule) -> tuple[str, str, str, bool]:
    return rule.family, rule.device, rule.quantity, rule.low is not None


def _smallest(
    instance: Instance,
    others: Sequence[Rule],
    moved: Sequence[SiteRule],
    time_limit_s: float,
    seed: int,
) -> tuple[int, bool] | None:
    """Smallest common move of some rules that makes all rules hold, and whether it is proven."""
    formulation = formulate(instance, others)
    step = formulation.model.new_int_var(0, LARGEST, "step")
    for rule in moved:
        total = formulation.total(rule.terms)
        if rule.high is not None:
            formulation.model.add(total - step <= rule.high)
        if rule.low is not None:
            formulation.model.add(total + step >= rule.low)
    formulation.model.minimize(step)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.linearization_level = 2
    solver.parameters.max_time_in_seconds = time_limit_s
    status = solver.solve(formulation.model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    return math.ceil(solver.objective_value - 1e-6), status == cp_model.OPTIMAL


def _relief(rule: SiteRule, amount: int, proven: bool) -> Relief:
    quantity = rule.quantity
    if rule.low is None:
        text = f"{rule.device}: {shown(amount, quantity)} more"
    elif quantity == "servers":
        text = f"{rule.device}: {amount} fewer"
    else:
        text = f"{rule.device}: {shown(amount, quantity)} less"
    return Relief(rule.family, rule.device, quantity, amount, proven, text)
