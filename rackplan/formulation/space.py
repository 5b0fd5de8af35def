"""Space: rack units, contiguity, weight, depth, kind of position."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.formulation.instance import Instance
from rackplan.formulation.limit_rules import rack_limit_rules
from rackplan.formulation.rules import Rule, StackRule

name = "space"


def rules(instance: Instance) -> Iterator[Rule]:
    """Every rack holds what it is rated for, and its servers stack.

    For every rack r, with n(f) servers of footprint f, height u(f) and weight g(f):

        sum_f u(f) n(f) + units taken <= height of r
        sum_f g(f) n(f) + weight inside <= rating of r; the same with the cabinet for the floor
        the servers stack on contiguous free units, at allowed starts
        n(f) = 0 where f is too deep or of the wrong kind
    """
    yield from rack_limit_rules(instance, name)
    for group in instance.groups:
        yield StackRule(group.index)
