"""Liquid: heat and flow of coolant loops in every loss state, supply windows."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.formulation.instance import Instance
from rackplan.formulation.limit_rules import rack_limit_rules, site_limit_rules
from rackplan.formulation.rules import Rule

name = "liquid"


def rules(instance: Instance) -> Iterator[Rule]:
    """The live CDUs of a loop carry the captured heat and move the coolant.

    For every loop l and state s, with live CDUs C(l, s):

        sum heat_liquid(f, s) n(g,f) <= sum of capacity over C(l, s)          [W]
        sum flow(f, s)        n(g,f) <= sum of flow     over C(l, s)          [mL/min]

    n(f) = 0 where the loop's supply is outside the window of f, or the rack is on no loop.
    """
    yield from site_limit_rules(instance, name)
    yield from rack_limit_rules(instance, name)
