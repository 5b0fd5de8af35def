"""Power: every node and circuit in every loss state, and what PSUs can promise."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.formulation.instance import Instance
from rackplan.formulation.limit_rules import rack_limit_rules, site_limit_rules
from rackplan.formulation.rules import OutletRule, Rule

name = "power"


def rules(instance: Instance) -> Iterator[Rule]:
    """No node or circuit carries more than its rating, whatever single thing is lost.

    For every node v, rated W(v), and state s in which it lives, with K(v, s, c) the watts through v
    for one watt of circuit c and d(f, c, s) what a server of footprint f takes from c:

        sum_(g,f) n(g,f) sum_c K(v, s, c) d(f, c, s) + fixed load <= W(v)

    The same per circuit of each rack. n(g,f) = 0 where the live PSUs of f cannot keep its promise.
    """
    yield from site_limit_rules(instance, name)
    yield from rack_limit_rules(instance, name)
    for group, cords in zip(instance.groups, instance.cords, strict=True):
        if cords.banks:
            yield OutletRule(group.index, cords)
