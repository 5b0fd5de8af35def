"""Air limits: heat and airflow of zones in every state, of racks, and what each inlet allows.

For every zone z and state s, over the racks in z, with live units U(z, s):

    sum heat_air(f, s) n(g,f) + gear + losses of power nodes in the room <= sum capacity over U
    sum airflow(f, s)  n(g,f) + gear <= sum of airflow over U / provision

Where units reach their neighbors only, the same holds for every pool of racks that no other units
reach. A rack whose rear door works gives the room neither heat nor a need of air.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rackplan.catalog.entries import AirUnit
from rackplan.facility.air import humidity_misfit
from rackplan.facility.cooling import CoolingUnit, Zone
from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import (
    Living,
    by_footprint,
    fixed_load,
    limit_ids,
    unit_states,
)
from rackplan.facility.limits.inlets import inlet_limits, ride_through_limits
from rackplan.facility.limits.model import RackLimit, SiteLimit, admission, at_state
from rackplan.facility.limits.node_heat import NodeHeat
from rackplan.facility.limits.room import added, room_load
from rackplan.facility.model import NORMAL, Facility, Footprint, LossState, Rack


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Heat [W] and airflow [L/s] of every zone and its parts, in every state that changes them."""
    nodes = NodeHeat(facility, groups)
    for zone in facility.zones.values():
        members = [group for group in groups if group.rack.zone == zone.id]
        for area in _areas(zone, members):
            for living in _states(facility, area, nodes):
                yield from _area_limits(facility, zone, area, living, nodes)
        yield from inlet_limits(facility, zone, members)
        yield from ride_through_limits(facility, zone, members, nodes)


@dataclass(frozen=True, slots=True)
class _Area:
    """A zone or a part of it: racks, and what bounds their heat [W] and airflow [L/s]."""

    zone: str
    name: str
    device: str
    members: Sequence[RackGroup]
    units: tuple[CoolingUnit, ...] | None
    heat_w: int | None = None
    airflow_l_s: int | None = None


def _areas(zone: Zone, members: Sequence[RackGroup]) -> Iterator[_Area]:
    yield _Area(zone.id, zone.id, zone.id, members, zone.units)
    for pool in zone.pools:
        units = tuple(unit for unit in zone.units if unit.id in pool.units)
        inside = [group for group in members if group.rack.id in pool.racks]
        yield _Area(zone.id, f"{zone.id}/near/{pool.name}", zone.id, inside, units)
    for part in zone.containments:
        inside = [group for group in members if group.rack.id in part.racks]
        limits = part.max_heat_w, part.max_airflow_l_s
        yield _Area(zone.id, part.id, part.id, inside, None, *limits)


def _states(facility: Facility, area: _Area, nodes: NodeHeat) -> Iterator[Living]:
    """States that change what cools an area: all of them where power nodes stand in the room."""
    if area.name == area.zone and nodes.stand_in(area.zone):
        yield from (Living(facility, state) for state in facility.states)
        return
    racks = [rack for group in area.members for rack in group.racks]
    doors = [rack.door for rack in racks if rack.door is not None]
    yield from unit_states(facility, [*(area.units or ()), *doors])


def _area_limits(
    facility: Facility, zone: Zone, area: _Area, living: Living, nodes: NodeHeat
) -> Iterator[SiteLimit]:
    state = living.state
    asked = {group.index: room_load(facility, zone, group, living) for group in area.members}
    base_w, base_l_s = added(asked.values())
    of_nodes = nodes.of(zone.id, state) if area.name == zone.id else None
    heat = {index: load.heat_w for index, load in asked.items()}
    if of_nodes is not None:
        base_w, heat = base_w + of_nodes.base_w, of_nodes.added_to(heat)
    flow = {index: load.airflow_l_s for index, load in asked.items()}
    most_w, most_l_s = area.heat_w, area.airflow_l_s
    if area.units is not None:
        most_w = living.capacity_w(area.units)
        most_l_s = zone.usable(living.flow(area.units))
    for name, what, unit in limit_ids("air", area.name, state):
        each = (most_w, base_w, heat) if what == "heat" else (most_l_s, base_l_s, flow)
        capacity, base, loads = each
        if capacity is not None:
            yield SiteLimit(name, "air", area.device, state.id, unit, capacity, base, loads)


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Heat and airflow at the rack's position, and servers that its zone's air does not suit."""
    rack = group.rack
    heat, flow = by_footprint(facility, "air", loss=False)
    zone = facility.zones.get(rack.zone or "")
    if rack.tiles_l_s is not None:
        yield _rack_limit(rack, "/tiles", "L/s", rack.tiles_l_s, flow)
    if zone is None or rack.door is None:
        if rack.air_limit_w is not None:
            yield _rack_limit(rack, "", "W", rack.air_limit_w, heat)
    else:
        yield from _door_limits(facility, group, zone, rack.door)
    if zone is None:  # then nothing it may hold needs air
        return
    yield admission("air", "inlet", facility, group, lambda f: inlet_misfit(f, zone, rack))
    yield admission("air", "return", facility, group, lambda f: return_misfit(f, zone, rack))
    yield admission("air", "humidity", facility, group, lambda f: moisture_misfit(f, zone, rack))


def _door_limits(
    facility: Facility, group: RackGroup, zone: Zone, door: CoolingUnit
) -> Iterator[RackLimit]:
    """What a rear door carries, and what it leaves to the room: nearly all when it is lost."""
    rack = group.rack
    heat, flow = by_footprint(facility, "air", loss=False)
    yield _rack_limit(rack, "/door-airflow", "L/s", door.flow, flow)
    if not (isinstance(door.model, AirUnit) and door.model.passive):
        yield _rack_limit(rack, "/door", "W", door.capacity_w, heat)
    if rack.air_limit_w is None:
        return
    alone = replace(group, racks=(rack,))
    # Whatever stops the door, its own loss or that of what drives it.
    stopped = [s for s in facility.states if not Living(facility, s).works(door)]
    for state in (LossState(NORMAL, "normal"), *stopped):
        left = room_load(facility, zone, alone, Living(facility, state))
        yield RackLimit(
            at_state("air/{rack}", state.id.replace(door.id, "{rack}/door")),
            *("air", state.id, "W", rack.air_limit_w, left.base_w, left.heat_w, {}),
        )


def _rack_limit(
    rack: Rack, what: str, unit: str, capacity: int, loads: dict[int, int]
) -> RackLimit:
    of_gear = sum(item.power_w if unit == "W" else item.airflow_l_s for item in rack.gear)
    base = fixed_load([rack], loads) + of_gear
    return RackLimit(f"air/{{rack}}{what}", "air", NORMAL, unit, capacity, base, loads, {})


def inlet_misfit(footprint: Footprint, zone: Zone, rack: Rack) -> str | None:
    """Why the air at a rack's inlet does not suit a server; ``None`` when it does."""
    low, high = footprint.inlet_min_c, footprint.inlet_max_c
    inlet_c = zone.inlet_c(rack.id, footprint.rise_k)
    back = f", {inlet_c:.1f} with exhaust air come back" if inlet_c > zone.supply_c else ""
    if high is not None and inlet_c > high:
        most = f"{footprint.server_id} takes at most {high:.1f} degC here"
        return f"{most}; {zone.id} supplies {zone.supply_c:.1f}{back}"
    if low is not None and zone.supply_c < low:
        least = f"{footprint.server_id} takes at least {low:.1f} degC"
        return f"{least}; {zone.id} supplies {zone.supply_c:.1f}"
    return None


def return_misfit(footprint: Footprint, zone: Zone, rack: Rack) -> str | None:
    """Why a server's exhaust is too warm for the units of its zone; ``None`` when it is not."""
    high, who = zone.return_max_c, f"units of {zone.id}"
    back_c = zone.return_c(footprint.rise_k)
    if rack.door is not None:  # its exhaust meets the door before any bypass
        high, who = rack.door.return_max_c, "its rear door"
        back_c = zone.inlet_c(rack.id, footprint.rise_k) + footprint.rise_k
    if high is None or back_c <= high:
        return None
    return (
        f"air comes back from {footprint.server_id} at {back_c:.1f} degC "
        f"({footprint.rise_k:.1f} K warmer); {who} take at most {high:.1f}"
    )


def moisture_misfit(footprint: Footprint, zone: Zone, rack: Rack) -> str | None:
    """Why the moisture of a zone's air does not suit a server; ``None`` when it does."""
    inlet_c = zone.inlet_c(rack.id, footprint.rise_k)
    # Moist air is moistest where it is coldest, dry air driest where it is warmest.
    for dew_c, at_c in ((zone.dew_max_c, zone.supply_c), (zone.dew_min_c, inlet_c)):
        if dew_c is not None:
            why = humidity_misfit(footprint.humidity, at_c, dew_c)
            if why is not None:
                return f"{footprint.server_id} takes {why}, in {zone.id}"
    return None
