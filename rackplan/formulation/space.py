"""Space: rack units, contiguity, weight, depth, kind of position."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.formulation.instance import Instance
from rackplan.formulation.limit_rules import rack_limit_rules, site_limit_rules
from rackplan.formulation.rules import GravityRule, Rule, StackRule

name = "space"


def rules(instance: Instance) -> Iterator[Rule]:
    """Every rack holds what it is rated for, and its servers stack.

    For every rack r, with n(f) servers of footprint f, height u(f) and weight g(f):

        sum_f u(f) n(f) + units taken <= height of r
        sum_f g(f) n(f) + weight inside <= rating of r; the same with the cabinet for the floor,
            over slab, tiles and zones, and for the way in
        the servers stack on contiguous free units, at allowed starts
        stacked as low as they go, their center of gravity with the cabinet's is not too high
        n(f) = 0 where f is too deep, of the wrong kind, or cannot be brought in or served
    """
    yield from site_limit_rules(instance, name)
    yield from rack_limit_rules(instance, name)
    most_mm = instance.facility.policy.max_center_mm
    for group in instance.groups:
        yield StackRule(group.index)
        if most_mm is not None:
            yield GravityRule(group.index, most_mm)
