"""Limits of the facility as rules: the same for every family."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.limits import SiteLimit
from rackplan.formulation.instance import Instance
from rackplan.formulation.rules import RackRule, SiteRule, Term


def site_limit_rules(instance: Instance, family: str) -> Iterator[SiteRule]:
    """One rule for each site limit of a family: base + sum(load x servers) <= capacity."""
    for limit in instance.site_limits:
        if limit.family == family:
            yield SiteRule(
                id=limit.id,
                family=family,
                terms=_terms(instance, limit),
                low=None,
                high=limit.capacity - limit.base,
                text=f"at most {limit.capacity} {limit.quantity}, {limit.base} already taken",
                device=limit.device,
                state=limit.state,
                quantity=limit.quantity,
                when=_when(instance, limit),
            )


def _when(instance: Instance, limit: SiteLimit) -> frozenset[Term] | None:
    """Counts of which one must be above zero for a limit to hold."""
    if limit.when is None:
        return None
    return frozenset(
        (group, option.index)
        for group, footprint in limit.when
        for option in instance.menu
        if option.footprint.index == footprint
    )


def _terms(instance: Instance, limit: SiteLimit) -> dict[Term, int]:
    return {
        (group, option.index): load
        for group, loads in limit.loads.items()
        for option in instance.menu
        if (load := loads.get(option.footprint.index, 0))
    }


def rack_limit_rules(instance: Instance, family: str) -> Iterator[RackRule]:
    """One rule for each rack limit of a family and rack group."""
    for group, limits in zip(instance.groups, instance.rack_limits, strict=True):
        for limit in limits:
            if limit.family == family:
                yield RackRule(group.index, limit)
