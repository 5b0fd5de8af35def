"""Is the heat to the coolant carried off, in every loop, also when a CDU is dead?"""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.model import Facility, Rack
from rackplan.verifier.cooling import outside, pool
from rackplan.verifier.verdict import Finding, counted, none_may
from rackplan.verifier.view import Placed, View


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge heat and flow of loops, and the supply window of every liquid-cooled server."""
    for loop in facility.loops.values():
        racks = tuple(rack.id for rack in facility.racks.values() if rack.loop == loop.id)
        yield from pool(view, "liquid", loop.id, loop.cdus, racks)
    for rack, servers in view.racks():
        wet = tuple(p for p in servers if p.footprint.liquid_w or p.footprint.flow_ml_min)
        yield from _rack(facility, rack, wet)


def _rack(facility: Facility, rack: Rack, wet: tuple[Placed, ...]) -> Iterator[Finding]:
    loop = facility.loops.get(rack.loop) if rack.loop is not None else None
    if loop is None:
        message = f"{rack.id} has no loop and holds {counted(len(wet), 'liquid-cooled server')}."
        yield from none_may(f"liquid/{rack.id}/loop", rack.id, len(wet), message)
        return
    supply_c = loop.supply_c
    wrong = sum(outside(supply_c, p.footprint.supply_min_c, p.footprint.supply_max_c) for p in wet)
    few, coolant = counted(wrong, "server"), f"{supply_c:g} degC coolant of {loop.id}"
    message = f"{few} in {rack.id} may not take the {coolant}."
    yield from none_may(f"liquid/{rack.id}/supply", rack.id, wrong, message)
