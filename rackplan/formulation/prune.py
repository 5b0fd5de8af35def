"""Leave out rules that another rule implies: the solver sees less, the answer stays the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from rackplan.formulation.rules import Rule, SiteRule


def without_dominated(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Drop upper bounds that another bound on the same device implies.

    A rule ``sum(a n) <= b`` is implied by ``sum(a' n) <= b'`` when ``a' >= a`` for every count and
    ``b' <= b``: counts are never negative. Loss states of one device are mostly of this kind.
    Of equal rules the first stays.
    """
    by_device: dict[tuple[str, str, str], list[SiteRule]] = defaultdict(list)
    for rule in rules:
        if isinstance(rule, SiteRule) and _bounds_always(rule):
            by_device[rule.family, rule.device, rule.quantity].append(rule)
        else:
            yield rule
    for same_device in by_device.values():
        yield from _maximal(same_device)


def _bounds_always(rule: SiteRule) -> bool:
    return rule.low is None and rule.high is not None and bool(rule.terms) and rule.when is None


def _maximal(rules: list[SiteRule]) -> Iterator[SiteRule]:
    keys = sorted({key for rule in rules for key in rule.terms})
    weights = np.array([[rule.terms.get(key, 0) for key in keys] for rule in rules])
    rooms = np.array([rule.high for rule in rules])
    sums = weights.sum(axis=1)
    for i, rule in enumerate(rules):
        # Few rules have as much weight in no more room; of equal ones the first stays.
        among = np.flatnonzero((sums >= sums[i]) & (rooms <= rooms[i]))
        stricter = (sums[among] > sums[i]) | (rooms[among] < rooms[i]) | (among < i)
        others = among[stricter]
        if not (weights[others] >= weights[i]).all(axis=1).any():
            yield rule
