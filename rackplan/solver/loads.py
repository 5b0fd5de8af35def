"""Every limit of the facility with the load a placement puts on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rackplan.facility.limits import SiteLimit
from rackplan.formulation.instance import Instance
from rackplan.plan import LimitState

RackCounts = Mapping[str, Mapping[int, int]]
"""New servers by rack id and footprint index."""

Placed = Mapping[tuple[int, int], int]
"""New servers by rack group index and footprint index."""


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
    placed = by_group(instance, counts)
    for limit in instance.site_limits:
        if not holds(limit, placed):
            continue
        load = loaded(limit, placed)
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


def by_group(instance: Instance, counts: RackCounts) -> Placed:
    """New servers of each rack group, by footprint."""
    placed: dict[tuple[int, int], int] = {}
    for group in instance.groups:
        for rack in group.racks:
            for footprint, many in counts.get(rack.id, {}).items():
                key = (group.index, footprint)
                placed[key] = placed.get(key, 0) + many
    return placed


def loaded(limit: SiteLimit, placed: Placed) -> int:
    """Load of a limit that racks share."""
    return limit.base + sum(
        many * of_group.get(footprint, 0)
        for (group, footprint), many in placed.items()
        if (of_group := limit.loads.get(group)) is not None
    )


def holds(limit: SiteLimit, placed: Placed) -> bool:
    """Whether a limit holds: one of the servers that call for it stands."""
    return limit.when is None or any(placed.get(key) for key in limit.when)
