"""Why a site does not fit: a small set of rules that cannot hold together.

QuickXplain [Junker 2004] over units of rules, four times: which families, which devices of those,
which rules of those, and in which racks. A set is tested by building a model of just its rules,
never by switching rules off inside one (solver cores and guards proved slow or wrong). A test that
does not end in time counts as "may hold together", so a rule is only ever left out on proof.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from rackplan.explain.relief import find_reliefs
from rackplan.explain.units import Unit, by_device, by_family, by_racks, by_rule
from rackplan.explain.wording import conflict_rules, sentence
from rackplan.facility import Facility
from rackplan.formulation import Instance, Rule, SiteRule, all_rules, build_instance
from rackplan.formulation.model import formulate
from rackplan.formulation.prune import without_dominated
from rackplan.plan import Conflict

TEST_LIMIT_S = 5.0
"""Time for one test [s]."""

TRY_LIMIT_S = 1.0
"""Time for a test whose outcome only saves others [s]."""

ASKED = ("demand", "placement")
"""Families that ask for servers: without them nothing is impossible."""


def find_conflict(facility: Facility, time_limit_s: float = 60.0, seed: int = 0) -> Conflict | None:
    """A minimal set of rules of an infeasible site that cannot hold together.

    Returns ``None`` when the rules can hold together, or when that could not be decided in time.
    """
    instance = build_instance(facility)
    tests = _Tests(instance, time_limit_s, seed)
    everything = _worth_naming(all_rules(instance))
    rules = _of_one_family(tests, everything) or everything
    if rules is everything and not tests.exclude_each_other(everything):
        return None
    for split in (by_family, by_device, by_rule):
        units = _quickxplain(tests, [], False, split(rules))
        rules = _flat(units)
    rules = _in_fewest_racks(tests, rules)
    named = conflict_rules(instance, rules)
    families = tuple(dict.fromkeys(rule.family for rule in named))
    reliefs = find_reliefs(instance, everything, rules, tests.ends, seed)
    return Conflict(sentence(instance, rules), families, named, tests.decided, reliefs)


def _of_one_family(tests: _Tests, rules: list[Rule]) -> list[Rule] | None:
    """What is asked for, with the rules of one family that alone make it impossible, if one does.

    Most shortages are of one kind, and a test of the rules of one family is many times faster than
    one of all. The families most worth naming are tried first.
    """
    by_kind = {next(iter(unit)).family: list(unit) for unit in by_family(rules)}
    asked = [rule for family in ASKED for rule in by_kind.pop(family, [])]
    for of_family in by_kind.values():
        if tests.exclude_each_other([*asked, *of_family], only_try=True):
            return [*asked, *of_family]
    return None


def _worth_naming(rules: Iterable[Rule]) -> list[Rule]:
    """Rules without those that another implies, which make every test slow.

    Limits of normal operation stay: a shortage there is best called by its name.
    """
    rules = list(rules)
    kept = {id(rule) for rule in without_dominated(rules)}
    return [rule for rule in rules if id(rule) in kept or "@" not in rule.id]


def _quickxplain(
    tests: _Tests, background: list[Rule], grown: bool, units: Sequence[Unit]
) -> list[Unit]:
    """A minimal selection of units that is infeasible together with the background."""
    if grown and tests.exclude_each_other(background):
        return []
    if len(units) <= 1:
        return list(units)
    half = len(units) // 2
    first, second = units[:half], units[half:]
    from_second = _quickxplain(tests, [*background, *_flat(first)], True, second)
    from_first = _quickxplain(tests, [*background, *_flat(from_second)], bool(from_second), first)
    return [*from_first, *from_second]


def _in_fewest_racks(tests: _Tests, rules: Sequence[Rule]) -> list[Rule]:
    """The rules with those inside racks left to the racks it takes: a pin is about one rack."""
    shared: list[Rule] = [rule for rule in rules if isinstance(rule, SiteRule)]
    inside = by_racks(rules)
    if len(inside) < 2:
        return list(rules)
    return [*shared, *_flat(_quickxplain(tests, shared, bool(shared), inside))]


def _flat(units: Sequence[Unit]) -> list[Rule]:
    return [rule for unit in units for rule in unit]


class _Tests:
    """Tests sets of rules, within a time limit for all of them."""

    def __init__(self, instance: Instance, time_limit_s: float, seed: int) -> None:
        self._instance = instance
        self.ends = time.monotonic() + time_limit_s
        self._seed = seed
        self.decided = True
        """Whether every test so far was decided."""

    def exclude_each_other(self, rules: Sequence[Rule], *, only_try: bool = False) -> bool:
        """Whether the rules are proven infeasible together; soon, or not, where it is a try."""
        left_s = self.ends - time.monotonic()
        if left_s <= 0:
            self.decided = False
            return False
        model = formulate(self._instance, rules).model
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False  # Ctrl-C ends the explanation, not one test
        solver.parameters.random_seed = self._seed
        most_s = TRY_LIMIT_S if only_try else TEST_LIMIT_S
        solver.parameters.max_time_in_seconds = min(most_s, left_s)
        status = solver.solve(model)
        if status == cp_model.UNKNOWN and not only_try:
            self.decided = False
        return status == cp_model.INFEASIBLE
