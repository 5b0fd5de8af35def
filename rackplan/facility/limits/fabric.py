"""Fabric limits: leaf ports of a group of racks, and cable reach to its leaf switches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import fixed_load
from rackplan.facility.limits.model import RackLimit, SiteLimit, admission
from rackplan.facility.model import NORMAL, Facility, Footprint


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Leaf ports every leaf group has for servers."""
    ports = {f.index: f.ports for f in facility.footprints}
    for leaf_group in facility.leaf_groups.values():
        members = [group for group in groups if group.rack.leaf_group == leaf_group.id]
        racks = [rack for group in members for rack in group.racks]
        yield SiteLimit(
            id=f"fabric/{leaf_group.id}",
            family="fabric",
            device=leaf_group.id,
            state=NORMAL,
            quantity="ports",
            capacity=leaf_group.ports,
            base=fixed_load(racks, ports),
            loads={group.index: ports for group in members},
        )


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Servers with network ports stay within cable reach of their leaf switches."""
    rack = group.rack
    leaf_group = facility.leaf_groups.get(rack.leaf_group or "")
    if leaf_group is None or leaf_group.reach_mm is None or rack.cable_mm is None:
        return
    cable, reach = rack.cable_mm, leaf_group.reach_mm

    def misfit(footprint: Footprint) -> str | None:
        if not footprint.ports or cable <= reach:
            return None
        run = f"cable of {cable / 1000:.1f} m to {leaf_group.leaf_rack}"
        return f"{run}, reach is {reach / 1000:.1f} m"

    yield admission("fabric", "reach", facility, group, misfit)
