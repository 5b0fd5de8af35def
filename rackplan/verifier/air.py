"""Is the heat to the room air carried off in every rack and zone, also when an air unit is dead?"""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.model import NORMAL, CoolingUnit, Facility, Rack, Zone
from rackplan.verifier import inlets
from rackplan.verifier.cooling import pools
from rackplan.verifier.doors import behind_door
from rackplan.verifier.reach import reach
from rackplan.verifier.verdict import Finding, at_most, counted, none_may
from rackplan.verifier.view import Placed, View
from rackplan.verifier.walk import Loss, runs


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge heat and airflow of zones, heat of racks, and what every server breathes."""
    yield from pools(view, "air")
    for zone in facility.zones.values():
        yield from reach(view, zone)
        yield from inlets.rises(view, zone)
        yield from inlets.ride_through(view, zone)
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
        yield from _suits(facility, zone, rack, servers)
    normal = Loss(NORMAL, "normal", "")
    heat_w, airflow = view.loads.heat((rack.id,), normal, "normal")[:2]
    rule = f"air/{rack.id}"
    if rack.tiles_l_s is not None:
        before = f"the tiles in front of {rack.id} let through"
        yield from at_most(f"{rule}/tiles", rack.id, airflow, rack.tiles_l_s, "L/s", before=before)
    if rack.door is None:
        if rack.air_limit_w is not None:
            before, most_w = f"{rack.id} heats the air by", rack.air_limit_w
            yield from at_most(rule, rack.id, heat_w, most_w, "W", before=before, after="allowed")
    else:
        yield from _door(view, rack, rack.door, heat_w, airflow)


def _door(
    view: View, rack: Rack, door: CoolingUnit, heat_w: int, airflow: int
) -> Iterator[Finding]:
    """What a door carries; and what the position can take beside it and without it."""
    rule = f"air/{rack.id}"
    yield from at_most(f"{rule}/door-airflow", rack.id, airflow, door.flow, "L/s")
    if not getattr(door.model, "passive", False):
        yield from at_most(f"{rule}/door", rack.id, heat_w, door.capacity_w, "W")
    if rack.air_limit_w is None:
        return
    before, most_w = f"{rack.id} heats the air by", rack.air_limit_w
    left_w = behind_door(view.loads, rack.id, view.loads.rack(rack.id, frozenset(), "normal"))[0]
    yield from at_most(rule, rack.id, left_w, most_w, "W", before=before, after="allowed")
    for lost in view.loads.losses:
        if not runs(door, lost):
            heat_w = view.loads.heat((rack.id,), lost, "held")[0]
            yield from at_most(rule, rack.id, heat_w, most_w, "W", before=before, state=lost.id)


def _suits(
    facility: Facility, zone: Zone, rack: Rack, servers: tuple[Placed, ...]
) -> Iterator[Finding]:
    """Temperature and moisture of what servers take in and give back."""
    hot = [placed for placed in servers if inlets.too_warm_or_cold(facility, zone, rack, placed)]
    allowed = f" ({hot[0].footprint.id} allows {_window(hot[0])})" if hot else ""
    few, air = counted(len(hot), "server"), f"{zone.supply_c:g} degC air of {zone.id}"
    message = f"{few} in {rack.id} may not breathe the {air}{allowed}."
    yield from none_may(f"air/{rack.id}/inlet", rack.id, len(hot), message)
    back = [placed for placed in servers if inlets.returns_too_warm(facility, zone, rack, placed)]
    message = f"{counted(len(back), 'server')} in {rack.id} send air back warmer than units take."
    yield from none_may(f"air/{rack.id}/return", rack.id, len(back), message)
    wrong = [placed for placed in servers if inlets.wrong_moisture(facility, zone, rack, placed)]
    message = f"the air of {zone.id} is too dry or too moist for {counted(len(wrong), 'server')}."
    yield from none_may(f"air/{rack.id}/humidity", rack.id, len(wrong), message)


def _window(placed: Placed) -> str:
    low, high = placed.footprint.inlet_min_c, placed.footprint.inlet_max_c
    start = "" if low is None else f"from {low:g} degC"
    end = "" if high is None else f"up to {high:g} degC"
    return " ".join(part for part in (start, end) if part)
