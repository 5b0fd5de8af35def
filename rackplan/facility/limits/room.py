"""What racks ask of the room: all their heat and air, or what a rear door that works leaves."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rackplan.catalog.entries import AirUnit
from rackplan.facility.cooling import CoolingUnit, Zone
from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import Living, by_footprint, fixed_load, live_gear
from rackplan.facility.model import NORMAL, Facility, Footprint

NOISE = 6
"""Digits of watts and liters per second that products of shares are rounded to first."""


@dataclass(frozen=True, slots=True)
class RoomLoad:
    """What a rack group asks of the room in a state: of what stands there, and per server.

    Attributes
    ----------
    base_w, base_l_s
        Heat [W] and air [L/s] of gear and fixed servers of all its racks.
    heat_w, airflow_l_s
        The same of one more server, by footprint.
    """

    base_w: int
    base_l_s: int
    heat_w: dict[int, int]
    airflow_l_s: dict[int, int]


def room_load(facility: Facility, zone: Zone, group: RackGroup, living: Living) -> RoomLoad:
    """What the racks of a group ask of the room in a state.

    Behind an active door that works the room gets nothing. A passive one takes a share of what each
    server gives, and nothing of gear.
    """
    loss = living.state.id != NORMAL
    heat, flow = by_footprint(facility, "air", loss=loss)
    door = group.rack.door
    works = door is not None and living.works(door)
    if door is not None and works:
        left = {f.index: left_share(door, zone, f) for f in facility.footprints}
        heat = {f: _part(left[f], watts) for f, watts in heat.items()}
        flow = {f: _part(left[f], liters) for f, liters in flow.items()}
    gear = live_gear(facility, group.racks, living.state) if not works or _passive(door) else []
    return RoomLoad(
        fixed_load(group.racks, heat) + sum(item.power_w for item in gear),
        fixed_load(group.racks, flow) + sum(item.airflow_l_s for item in gear),
        heat,
        flow,
    )


def added(loads: Iterable[RoomLoad]) -> tuple[int, int]:
    """Heat [W] and air [L/s] of all that stands in some groups."""
    loads = list(loads)
    return sum(load.base_w for load in loads), sum(load.base_l_s for load in loads)


def left_share(door: CoolingUnit, zone: Zone, footprint: Footprint) -> float:
    """Share of a server's heat that a working rear door leaves to the room.

    An active door takes all of it. A passive one takes what its coil does at the difference between
    the server's exhaust and its water, for each liter that the server's fans push through: capacity
    and airflow of its rating say how much that is. At less than the rated airflow a coil takes no
    less from each liter.
    """
    model = door.model
    if not _passive(door) or not isinstance(model, AirUnit) or not footprint.air_w:
        return 0.0
    if door.water_c is None:
        capacity_w = model.capacity.value
    else:
        capacity_w = model.capacity_at(zone.supply_c + footprint.rise_k - door.water_c)
    taken_w = door.thinned * capacity_w / door.flow * footprint.airflow_l_s
    return max(0.0, 1 - taken_w / footprint.air_w)


def _passive(door: CoolingUnit | None) -> bool:
    return door is not None and isinstance(door.model, AirUnit) and door.model.passive


def _part(share: float, amount: int) -> int:
    return math.ceil(round(share * amount, NOISE))
