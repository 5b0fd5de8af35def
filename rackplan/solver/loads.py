"""Every limit of the facility with the load a placement puts on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rackplan.facility import RackGroup
from rackplan.facility.limits import SiteLimit
from rackplan.formulation.instance import Instance
from rackplan.plan import LimitState

RackCounts = Mapping[str, Mapping[int, int]]
"""New servers by rack id and footprint index."""


def plan_limits(instance: Instance, counts: RackCounts) -> Iterator[LimitState]:
    """Site limits in every state, then those of each rack; those that forbid are left out.

    Of several bounds of one id the one with the least room is stated: those of a current hold it
    together, and of those for certain servers the strictest holds.
    """
    stated: dict[str, LimitState] = {}
    for limit in _loaded(instance, counts):
        known = stated.get(limit.id)
        if known is None or limit.capacity - limit.load < known.capacity - known.load:
            stated[limit.id] = limit
    yield from stated.values()


def _loaded(instance: Instance, counts: RackCounts) -> Iterator[LimitState]:
    for limit in instance.site_limits:
        if not holds(instance, limit, counts):
            continue
        load = loaded(instance, limit, counts)
        yield LimitState(
            limit.id, limit.family, limit.device, limit.state, limit.quantity, load, limit.capacity
        )
    for group, limits in zip(instance.groups, instance.rack_limits, strict=True):
        for rack in group.racks:
            for rack_limit in limits:
                if rack_limit.capacity:
                    standing = counts.get(rack.id, {})
                    load = rack_limit.base + sum(
                        rack_limit.loads.get(footprint, 0) * many
                        for footprint, many in standing.items()
                    )
                    yield LimitState(
                        rack_limit.id_for(rack.id),
                        rack_limit.family,
                        rack_limit.device_for(rack.id),
                        rack_limit.state.replace("{rack}", rack.id),
                        rack_limit.quantity,
                        load,
                        rack_limit.capacity,
                    )


def loaded(instance: Instance, limit: SiteLimit, counts: RackCounts) -> int:
    """Load of a limit that racks share."""
    return limit.base + sum(
        amount * group_count(instance.groups[group], counts, footprint)
        for group, loads in limit.loads.items()
        for footprint, amount in loads.items()
    )


def holds(instance: Instance, limit: SiteLimit, counts: RackCounts) -> bool:
    """Whether a limit holds: one of the servers that call for it stands."""
    return limit.when is None or any(
        group_count(instance.groups[group], counts, footprint) for group, footprint in limit.when
    )


def group_count(group: RackGroup, counts: RackCounts, footprint: int) -> int:
    """New servers of a footprint in all racks of a group."""
    return sum(counts.get(rack.id, {}).get(footprint, 0) for rack in group.racks)
