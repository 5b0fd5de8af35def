"""Every limit of the facility with the load a placement puts on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rackplan.facility import RackGroup
from rackplan.formulation.instance import Instance
from rackplan.plan import LimitState

RackCounts = Mapping[str, Mapping[int, int]]
"""New servers by rack id and footprint index."""


def plan_limits(instance: Instance, counts: RackCounts) -> Iterator[LimitState]:
    """Site limits in every state, then those of each rack; those that forbid are left out.

    Several bounds of one id hold one current together: the highest load of them is stated.
    """
    stated: dict[str, LimitState] = {}
    for limit in _loaded(instance, counts):
        known = stated.get(limit.id)
        if known is None or known.load < limit.load:
            stated[limit.id] = limit
    yield from stated.values()


def _loaded(instance: Instance, counts: RackCounts) -> Iterator[LimitState]:
    for limit in instance.site_limits:
        load = limit.base + sum(
            amount * group_count(instance.groups[group], counts, footprint)
            for group, loads in limit.loads.items()
            for footprint, amount in loads.items()
        )
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


def group_count(group: RackGroup, counts: RackCounts, footprint: int) -> int:
    """New servers of a footprint in all racks of a group."""
    return sum(counts.get(rack.id, {}).get(footprint, 0) for rack in group.racks)
