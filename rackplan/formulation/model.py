"""Rules become a CP-SAT model over rack groups and patterns.

For every rack group g, pattern p and option o:

    y(g,p) = racks of g that follow pattern p          sum_p y(g,p) <= racks in g
    n(g,o) = servers of option o in g                  sum_(o of f) n(g,o) <= sum_p p(f) y(g,p)

Any n that satisfies the second line can be dealt out to single racks (``dealing``), because every
part of a pattern is admitted too. Where that does not hold of a pattern (``gravity``), racks follow
it exactly: the n are at least what such racks hold. Site rules are linear in n.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ortools.sat.python import cp_model

from rackplan.formulation.gravity import Steady, steady_patterns
from rackplan.formulation.instance import Instance
from rackplan.formulation.lines import Lines, is_shared_line
from rackplan.formulation.patterns import Pattern, maximal_patterns, wiring_of
from rackplan.formulation.rules import GravityRule, InsideRule, Rule, SiteRule, StackRule, Term

Begun = Literal["patterns", "counts"]
"""What says where the cords of servers begin: the patterns of racks, or the counts alone."""


@dataclass(frozen=True)
class Formulation:
    """A CP-SAT model with the variables that mean something.

    Attributes
    ----------
    model
        The model, without an objective.
    patterns
        Maximal patterns by rack group; first those that racks follow exactly.
    begun
        Groups in which it is decided where the cords of each server begin, and by what.
    follow
        y: racks of a group that follow a pattern, by group and pattern index.
    count
        n: servers, by group and option. A pair no pattern admits is absent.
    left_out
        Shared limits on lines that the model does not hold.
    """

    instance: Instance
    model: cp_model.CpModel
    patterns: tuple[tuple[Pattern, ...], ...]
    begun: Mapping[int, Begun]
    follow: Mapping[tuple[int, int], cp_model.IntVar]
    count: Mapping[Term, cp_model.IntVar]
    left_out: tuple[SiteRule, ...]
    _stands: dict[frozenset[Term], cp_model.IntVar] = field(default_factory=dict)

    def stands(self, terms: frozenset[Term]) -> cp_model.IntVar:
        """A variable that is 1 as soon as any of some counts is above zero."""
        if terms not in self._stands:
            variable = self.model.new_bool_var(f"stands/{len(self._stands)}")
            for term in sorted(terms & self.count.keys()):
                self.model.add(self.count[term] == 0).only_enforce_if(~variable)
            self._stands[terms] = variable
        return self._stands[terms]

    def total(self, terms: Mapping[Term, int]) -> cp_model.LinearExpr:
        """The linear expression of terms over server counts."""
        pairs = [(self.count[key], weight) for key, weight in terms.items() if key in self.count]
        return cp_model.LinearExpr.weighted_sum([v for v, _ in pairs], [w for _, w in pairs])


def formulate(instance: Instance, rules: Iterable[Rule], *, lines: bool = True) -> Formulation:
    """Build the model of an instance under rules.

    Without ``lines`` it leaves out the shared limits on lines that can be reached, and does not
    decide where cords begin: a model that is much smaller, and whose bounds hold all the same.
    """
    rules = list(rules)
    model = cp_model.CpModel()
    steady, begun, kept = _patterns(instance, rules, lines=lines)
    follow, count = _variables(instance, model, steady, begun)
    patterns = tuple(one.patterns for one in steady)
    shared = [rule for rule in kept if isinstance(rule, SiteRule) and is_shared_line(rule)]
    left_out = () if lines else tuple(shared)
    formulation = Formulation(instance, model, patterns, begun, follow, count, left_out)
    for rule in kept:
        if isinstance(rule, SiteRule) and (lines or not is_shared_line(rule)):
            _add_site_rule(formulation, rule)
    return formulation


def _patterns(
    instance: Instance, rules: list[Rule], *, lines: bool
) -> tuple[tuple[Steady, ...], Mapping[int, Begun], list[Rule]]:
    """Patterns of every group, groups in which it is decided where cords begin, and the rules.

    Rules leave out shared limits on lines that nothing can reach. Where one can be reached, the
    model decides for the racks behind it where the cords of each server begin: by patterns, or by
    counts alone, when a rack carries its servers wherever they begin. Elsewhere it is chosen rack
    by rack at the end.
    """
    by_group: list[list[InsideRule]] = [[] for _ in instance.groups]
    for rule in rules:
        if not isinstance(rule, SiteRule):
            by_group[rule.group].append(rule)
    footprints = instance.facility.footprints
    offered = {option.footprint.index for option in instance.menu}

    def admitted(index: int, *, begun: bool = False) -> Steady:
        group, of_group = instance.groups[index], by_group[index]
        maximal = maximal_patterns(group, footprints, offered, of_group, begun=begun)
        gravity = next((rule for rule in of_group if isinstance(rule, GravityRule)), None)
        # Servers that need not stack stand at no height: without that rule gravity says nothing.
        if gravity is None or not any(isinstance(rule, StackRule) for rule in of_group):
            return Steady(maximal, exact=0, must=False)
        return steady_patterns(group, footprints, maximal, gravity.most_mm)

    steady = [admitted(group.index) for group in instance.groups]
    patterns = [one.patterns for one in steady]
    shared = Lines(instance, patterns)
    kept = [rule for rule in rules if not shared.out_of_reach(rule)]
    begun: dict[int, Begun] = {}
    decided = {group for rule in kept for group in shared.groups(rule)} if lines else set()
    for index in sorted(decided):
        group, of_group = instance.groups[index], by_group[index]
        wiring = wiring_of(group, footprints, of_group)
        if all(wiring.any_way(pattern) for pattern in patterns[index]):
            begun[index] = "counts"
        else:
            begun[index] = "patterns"
            steady[index] = admitted(index, begun=True)
    return tuple(steady), begun, kept


def _variables(
    instance: Instance,
    model: cp_model.CpModel,
    steady: tuple[Steady, ...],
    begun: Mapping[int, Begun],
) -> tuple[dict[tuple[int, int], cp_model.IntVar], dict[Term, cp_model.IntVar]]:
    follow: dict[tuple[int, int], cp_model.IntVar] = {}
    count: dict[Term, cp_model.IntVar] = {}
    for group in instance.groups:
        of_group, exact = steady[group.index].patterns, steady[group.index].exact
        if not of_group:
            model.add_bool_or([])  # what already stands in these racks breaks a rule
            continue
        for p in range(len(of_group)):
            follow[group.index, p] = model.new_int_var(0, group.size, f"follow/{group.rack.id}/{p}")
        followed = sum(follow[group.index, p] for p in range(len(of_group)))
        model.add(followed <= group.size)
        if steady[group.index].must:
            model.add(followed == group.size)
        for footprint in instance.facility.footprints:
            most = max(pattern[footprint.index] for pattern in of_group)
            by_counts = begun.get(group.index) == "counts"
            options = [o for o in instance.menu if o.column(by_counts) == footprint.index]
            if not most or not options:
                continue
            for option in options:
                label = f"count/{group.rack.id}/{option.index}"
                count[group.index, option.index] = model.new_int_var(0, most * group.size, label)
            rooms = [
                pattern[footprint.index] * follow[group.index, p]
                for p, pattern in enumerate(of_group)
            ]
            held = sum(count[group.index, o.index] for o in options)
            model.add(held <= sum(rooms))
            if exact:
                model.add(held >= sum(rooms[:exact]))
    return follow, count


def _add_site_rule(formulation: Formulation, rule: SiteRule) -> None:
    total = formulation.total(rule.terms)
    held = []
    if rule.high is not None:
        held.append(formulation.model.add(total <= rule.high))
    if rule.low is not None:
        held.append(formulation.model.add(total >= rule.low))
    if rule.when is not None:
        stands = formulation.stands(rule.when)
        for constraint in held:
            constraint.only_enforce_if(stands)
