"""Air limits: heat and airflow of every zone in every state, heat per rack, inlet temperature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import fixed_load, pool_limits
from rackplan.facility.limits.model import RackLimit, SiteLimit, admission
from rackplan.facility.model import NORMAL, Facility, Footprint, Rack, Zone


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Heat [W] and airflow [L/s] of every zone, in normal operation and with units dead."""
    for zone in facility.zones.values():
        members = [group for group in groups if group.rack.zone == zone.id]
        yield from pool_limits(facility, "air", zone.id, zone.units, members)


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Heat to air at the rack's position, and servers that its zone's air does not suit."""
    rack = group.rack
    if rack.air_limit_w is not None:
        heat = {f.index: f.air_w for f in facility.footprints}
        yield RackLimit(
            template="air/{rack}",
            family="air",
            state=NORMAL,
            quantity="W",
            capacity=rack.air_limit_w,
            base=fixed_load([rack], heat) + sum(item.power_w for item in rack.gear),
            loads=heat,
            reason={},
        )
    zone = facility.zones.get(rack.zone or "")
    if zone is None:
        yield admission("air", "zone", facility, group, lambda f: zone_misfit(f, rack))
    else:
        yield admission("air", "inlet", facility, group, lambda f: inlet_misfit(f, zone))


def zone_misfit(footprint: Footprint, rack: Rack) -> str | None:
    """Why a server cannot do without a cooling zone; ``None`` when it needs no air at all."""
    needs_air = footprint.air_w or footprint.airflow_l_s
    return f"{rack.id} stands in no cooling zone" if needs_air else None


def inlet_misfit(footprint: Footprint, zone: Zone) -> str | None:
    """Why a zone's supply air does not suit a server; ``None`` when it does."""
    supply, low, high = zone.supply_c, footprint.inlet_min_c, footprint.inlet_max_c
    if high is not None and supply > high:
        most = f"{footprint.server_id} takes at most {high:.1f} degC here"
        return f"{most}; {zone.id} supplies {supply:.1f}"
    if low is not None and supply < low:
        return (
            f"{footprint.server_id} takes at least {low:.1f} degC; {zone.id} supplies {supply:.1f}"
        )
    return None
