"""What a rear door that works leaves to the room, followed as the air goes: server, door, room."""

from __future__ import annotations

import math

from rackplan.catalog.entries import AirUnit
from rackplan.facility.air import CP_AIR_J_KG_K
from rackplan.verifier.loads import SiteLoads
from rackplan.verifier.supplies import RackLoad

NOISE = 5
"""Digits of watts and liters per second that are rounded to first."""


def behind_door(loads: SiteLoads, rack: str, load: RackLoad) -> tuple[int, int]:
    """Heat [W] and need of air [L/s] that the room gets from a rack behind its working door.

    The exhaust of each server loses in a passive door what the coil takes from each liter, at most
    down to the supply temperature; what warmth is left, and the same part of the air, is the
    room's. Gear is not behind the coil. An active door leaves nothing.
    """
    place = loads.facility.racks[rack]
    model = place.door.model if place.door is not None else None
    zone = loads.facility.zones[place.zone or ""]
    if place.door is None or not isinstance(model, AirUnit) or not model.passive:
        return 0, 0
    of_servers = [sum(of_one) for of_one in zip((0, 0), *load.servers_air, strict=True)]
    heat_w, airflow = load.air_w - of_servers[0], load.airflow_l_s - of_servers[1]
    per_l_k = loads.facility.air_density * CP_AIR_J_KG_K / 1000
    for standing, (watts, room_l_s) in zip(loads.servers[rack], load.servers_air, strict=True):
        footprint = standing.footprint
        if not watts:
            airflow += room_l_s
            continue
        rise_k = footprint.air_w / (per_l_k * footprint.airflow_l_s)
        coil_w = model.capacity.value
        if place.door.water_c is not None:
            coil_w = model.capacity_at(zone.supply_c + rise_k - place.door.water_c)
        fall_k = place.door.thinned * coil_w / model.airflow.value / per_l_k
        left = max(0.0, rise_k - fall_k) / rise_k
        heat_w += math.ceil(round(left * watts, NOISE))
        airflow += math.ceil(round(left * room_l_s, NOISE))
    return heat_w, airflow
