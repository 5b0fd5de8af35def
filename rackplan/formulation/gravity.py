"""A highest center of gravity, over the sets of servers that a rack admits.

Taking a server out of a rack may raise its center of gravity, so not every part of an admitted set
is admitted, which patterns say elsewhere. Sets are therefore of two kinds here: those of which
every part keeps the limit too, of which the largest stand for all, and those that only keep it as
they are. A rack follows one of the latter exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from rackplan.errors import InputError, Problem
from rackplan.facility import Footprint, Rack, RackGroup
from rackplan.facility.elevation import PER_MM, standing_moment
from rackplan.formulation.stacking import Kind, free_units, kind_of, lowest

Pattern = tuple[int, ...]

MOST_SETS = 100_000
"""Sets of servers of one rack that are looked at: some seconds, and more than any site needs."""


@dataclass(frozen=True, slots=True)
class Steady:
    """What a rack admits under a limit on its center of gravity.

    Attributes
    ----------
    patterns
        Sets of servers, those to be followed exactly first.
    exact
        How many of them are to be followed exactly.
    must
        Whether each rack must follow one: what stands there is too high without more servers.
    """

    patterns: tuple[Pattern, ...]
    exact: int
    must: bool


class Balance:
    """Judges sets of new servers in one rack, each stacked as low as it goes."""

    def __init__(self, rack: Rack, footprints: Sequence[Footprint], most_mm: int) -> None:
        self._rack = rack
        self._footprints = footprints
        self._free = free_units(rack, footprints)
        self._most = most_mm * PER_MM
        self._own = standing_moment(rack, footprints)
        self._judged: dict[tuple[Kind, ...], bool] = {}

    def keeps(self, pattern: Pattern) -> bool:
        """Whether the rack keeps the limit with these servers; one without servers always does."""
        if not any(pattern) and not self._rack.fixed:
            return True
        servers = tuple(
            kind_of(footprint)
            for footprint, count in zip(self._footprints, pattern, strict=True)
            for _ in range(count)
        )
        if servers not in self._judged:
            self._judged[servers] = self._low(servers)
        return self._judged[servers]

    def _low(self, servers: tuple[Kind, ...]) -> bool:
        stack = lowest(self._free, self._rack.starts, servers)
        if stack is None:
            return False
        weight_g, moment = self._own
        total_g = weight_g + sum(kind.weight_g for kind in servers)
        return moment + stack.moment <= self._most * total_g


def steady_patterns(
    group: RackGroup, footprints: Sequence[Footprint], patterns: Sequence[Pattern], most_mm: int
) -> Steady:
    """The sets under some maximal patterns that keep a limit on the center of gravity.

    Raises
    ------
    InputError
        There are too many of them to look at each.
    """
    sets: set[Pattern] = set()
    for pattern in patterns:
        sets.update(itertools.product(*(range(count + 1) for count in pattern)))
        if len(sets) > MOST_SETS:
            message = f"more than {MOST_SETS:,} sets of servers fit in {group.rack.id}"
            cure = "ask for fewer server models, or leave out max_center_of_gravity"
            raise InputError([Problem(message, path="policy.max_center_of_gravity", cure=cure)])
    balance = Balance(group.rack, footprints, most_mm)
    closed: set[Pattern] = set()
    exact: list[Pattern] = []
    for one in sorted(sets, key=sum):
        if not balance.keeps(one):
            continue
        if all(smaller in closed for smaller in _one_less(one)):
            closed.add(one)
        else:
            exact.append(one)
    largest = [one for one in closed if not any(more in closed for more in _one_more(one))]
    empty = (0,) * len(footprints)
    must = bool(sets) and empty not in closed
    ordered = (*sorted(exact, reverse=True), *sorted(largest, reverse=True))
    return Steady(ordered, len(exact), must)


def _one_less(pattern: Pattern) -> list[Pattern]:
    return [(*pattern[:i], n - 1, *pattern[i + 1 :]) for i, n in enumerate(pattern) if n]


def _one_more(pattern: Pattern) -> list[Pattern]:
    return [(*pattern[:i], n + 1, *pattern[i + 1 :]) for i, n in enumerate(pattern)]
