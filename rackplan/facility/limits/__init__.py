"""Every limit of the site, once: what it bounds, in which state, and who loads it by how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rackplan.facility.groups import RackGroup, group_racks
from rackplan.facility.limits import (
    air,
    circuits,
    fabric,
    floor,
    liquid,
    power,
    rack_power,
    space,
    water,
)
from rackplan.facility.limits.model import RackLimit, SiteLimit, at_state
from rackplan.facility.model import Facility

__all__ = [
    "RackLimit",
    "SiteLimit",
    "at_state",
    "limit_groups",
    "rack_limits",
    "site_limits",
]


def limit_groups(facility: Facility) -> tuple[RackGroup, ...]:
    """Groups of racks that no limit can tell apart.

    A rack whose circuit loss is a state of its own is told apart by that state, one that shares a
    floor tile with a neighbor by its place: such racks stand alone.
    """
    tiled = floor.tiled_racks(facility)
    groups = group_racks(facility, tiled)
    exposed = circuits.exposed_racks(facility, groups)
    return group_racks(facility, tiled | exposed) if exposed else groups


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Limits that many racks load, family by family."""
    yield from space.site_limits(facility, groups)
    yield from power.site_limits(facility, groups)
    yield from circuits.circuit_limits(facility, groups)
    yield from air.site_limits(facility, groups)
    yield from liquid.site_limits(facility, groups)
    yield from water.site_limits(facility, groups)
    yield from fabric.site_limits(facility, groups)


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Limits inside each rack of a group, family by family."""
    yield from space.rack_limits(facility, group)
    yield from rack_power.rack_limits(facility, group)
    yield from air.rack_limits(facility, group)
    yield from liquid.rack_limits(facility, group)
    yield from fabric.rack_limits(facility, group)
