"""Shared limits on line currents: which can be reached at all, and by which racks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from rackplan.formulation.instance import Instance
from rackplan.formulation.patterns import Pattern
from rackplan.formulation.rules import Rule, SiteRule


def is_shared_line(rule: Rule) -> bool:
    """Whether a rule bounds the current of a line that racks share."""
    return isinstance(rule, SiteRule) and rule.quantity == "mA"


class Lines:
    """Rules over lines, seen against the most that racks can hold.

    Parameters
    ----------
    instance
        The site.
    patterns
        Maximal sets of servers of every group, counted wherever their cords begin.
    """

    def __init__(self, instance: Instance, patterns: Sequence[tuple[Pattern, ...]]) -> None:
        self._instance = instance
        self._patterns = patterns

    @cached_property
    def _options(self) -> dict[int, list[int]]:
        """Menu options of every footprint."""
        found: dict[int, list[int]] = {}
        for option in self._instance.menu:
            found.setdefault(option.footprint.index, []).append(option.index)
        return found

    def groups(self, rule: Rule) -> list[int]:
        """Groups whose load on a rule depends on where the cords of their servers begin."""
        if not isinstance(rule, SiteRule) or not is_shared_line(rule):
            return []
        return [
            group.index
            for group in self._instance.groups
            if any(len(set(loads)) > 1 for loads in self._by_base(rule, group.index).values())
        ]

    def out_of_reach(self, rule: Rule) -> bool:
        """Whether a rule on lines holds however racks are filled."""
        if not isinstance(rule, SiteRule) or not is_shared_line(rule) or rule.high is None:
            return False
        most = 0
        for group in self._instance.groups:
            loads = {base: max(each) for base, each in self._by_base(rule, group.index).items()}
            fullest = max(
                (
                    sum(pattern[base] * load for base, load in loads.items())
                    for pattern in self._patterns[group.index]
                ),
                default=0,
            )
            most += group.size * fullest
        return most <= rule.high

    def _by_base(self, rule: SiteRule, group: int) -> dict[int, list[int]]:
        """Load of one server on a rule by its first footprint, for each place its cords begin."""
        found: dict[int, list[int]] = {}
        for footprint in self._instance.facility.footprints:
            options = self._options.get(footprint.index, [])
            loads = [rule.terms.get((group, option), 0) for option in options]
            if loads:
                found.setdefault(footprint.base, []).append(max(loads))
        return found
