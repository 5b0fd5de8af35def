"""Space limits: rack units, weight in the rack and on the floor, depth, and kind of position."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import fixed_load
from rackplan.facility.limits.model import RackLimit, admission
from rackplan.facility.model import NORMAL, Facility, Footprint, Rack


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Sum of rack units, weights, and servers that do not fit this kind of rack at all.

    Whether the rack units are contiguous is judged where servers are stacked, under the same id.
    """
    rack = group.rack
    height = {f.index: f.rack_units for f in facility.footprints}
    weight = {f.index: f.weight_g for f in facility.footprints}
    gear_g = sum(item.weight_g for item in rack.gear)
    fixed_g = fixed_load([rack], weight)
    gear_u = sum(item.rack_units for item in rack.gear)
    yield _limit(
        "", "U", rack.rack_units, height, len(rack.closed_u) + gear_u + fixed_load([rack], height)
    )
    yield _limit("/weight", "g", rack.model.max_load.whole, weight, gear_g + fixed_g)
    if rack.max_total_g is not None:
        own = rack.model.weight.whole
        yield _limit("/floor", "g", rack.max_total_g, weight, own + gear_g + fixed_g)
    yield admission("space", "kind", facility, group, lambda f: kind_misfit(f, rack))
    yield admission("space", "depth", facility, group, lambda f: depth_misfit(f, rack))


def _limit(what: str, unit: str, capacity: int, loads: dict[int, int], base: int) -> RackLimit:
    return RackLimit(f"space/{{rack}}{what}", "space", NORMAL, unit, capacity, base, loads, {})


def depth_misfit(footprint: Footprint, rack: Rack) -> str | None:
    """Why a server is too deep for a rack; ``None`` when it fits or the rack states no depth."""
    usable = rack.model.usable_depth
    if usable is None or footprint.depth_mm is None or footprint.depth_mm <= usable.whole:
        return None
    return (
        f"{footprint.server_id} is {footprint.depth_mm} mm deep, {rack.id} takes {usable.whole} mm"
    )


def kind_misfit(footprint: Footprint, rack: Rack) -> str | None:
    """Why a server or rack product cannot stand in this kind of position; ``None`` if it can."""
    if footprint.server.kind == rack.model.accepts:
        return None
    if footprint.server.kind == "rack":
        return (
            f"{footprint.server_id} is a whole rack and needs a bare floor position, not a cabinet"
        )
    return f"{footprint.server_id} needs a cabinet, {rack.id} is a bare floor position"
