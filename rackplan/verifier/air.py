"""Is the heat to the room air carried off in every rack and zone, also when an air unit is dead?"""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.model import NORMAL, Facility, Rack, Zone
from rackplan.verifier.cooling import outside, pool
from rackplan.verifier.verdict import Finding, at_most, counted, none_may
from rackplan.verifier.view import Placed, View
from rackplan.verifier.walk import Loss


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge heat and airflow of zones, heat of racks, and the inlet window of every server."""
    for zone in facility.zones.values():
        racks = tuple(rack.id for rack in facility.racks.values() if rack.zone == zone.id)
        yield from pool(view, "air", zone.id, zone.units, racks)
    for rack, servers in view.racks():
        yield from _rack(facility, view, rack, servers)


def _rack(
    facility: Facility, view: View, rack: Rack, servers: tuple[Placed, ...]
) -> Iterator[Finding]:
    zone = facility.zones.get(rack.zone) if rack.zone is not None else None
    if zone is None:
        warm = sum(p.footprint.air_w > 0 or p.footprint.airflow_l_s > 0 for p in servers)
        message = f"{rack.id} stands in no air zone and holds {counted(warm, 'server')}."
        yield from none_may(f"air/{rack.id}/zone", rack.id, warm, message)
    else:
        yield from _inlet(zone, rack, servers)
    if rack.air_limit_w is not None:
        heat_w = view.loads.heat((rack.id,), Loss(NORMAL, "normal", ""), "normal")[0]
        rule = f"air/{rack.id}"
        before = f"{rack.id} heats the air by"
        limit_w = rack.air_limit_w
        yield from at_most(rule, rack.id, heat_w, limit_w, "W", before=before, after="allowed")


def _inlet(zone: Zone, rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    hot = [
        placed
        for placed in servers
        if outside(zone.supply_c, placed.footprint.inlet_min_c, placed.footprint.inlet_max_c)
    ]
    allowed = f" ({hot[0].footprint.id} allows {_window(hot[0])})" if hot else ""
    few, air = counted(len(hot), "server"), f"{zone.supply_c:g} degC air of {zone.id}"
    message = f"{few} in {rack.id} may not breathe the {air}{allowed}."
    yield from none_may(f"air/{rack.id}/inlet", rack.id, len(hot), message)


def _window(placed: Placed) -> str:
    low, high = placed.footprint.inlet_min_c, placed.footprint.inlet_max_c
    start = "" if low is None else f"from {low:g} degC"
    end = "" if high is None else f"up to {high:g} degC"
    return " ".join(part for part in (start, end) if part)
