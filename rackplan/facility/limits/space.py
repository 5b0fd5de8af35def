"""Space limits: rack units, weight in the rack and on the floor, and servers that do not suit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rackplan.facility.fit import access_misfit, depth_misfit, kind_misfit, service_misfit
from rackplan.facility.groups import RackGroup
from rackplan.facility.limits import floor
from rackplan.facility.limits.heat import fixed_load
from rackplan.facility.limits.model import RackLimit, SiteLimit, admission
from rackplan.facility.model import NORMAL, Facility


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """What the floor carries of several racks together."""
    yield from floor.site_limits(facility, groups)


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Sum of rack units, weights, and servers that do not fit this kind of rack at all.

    Whether the rack units are contiguous, and how high the center of gravity gets, is judged where
    servers are stacked.
    """
    rack = group.rack
    height = {f.index: f.rack_units for f in facility.footprints}
    weight = {f.index: f.weight_g for f in facility.footprints}
    inside_g = rack.stand.extra_g + sum(item.weight_g for item in rack.gear)
    taken_u = len(rack.closed_u) + len(rack.gear_u) + fixed_load([rack], height)
    yield _limit("", "U", rack.rack_units, height, taken_u)
    own_g = inside_g + fixed_load([rack], weight)
    yield _limit("/weight", "g", rack.model.max_load.whole, weight, own_g)
    yield from floor.rack_limits(facility, group)
    yield admission("space", "kind", facility, group, lambda f: kind_misfit(f, rack))
    yield admission("space", "depth", facility, group, lambda f: depth_misfit(f, rack))
    if rack.stand.front_mm is not None or rack.stand.rear_mm is not None:
        yield admission("space", "service", facility, group, lambda f: service_misfit(f, rack))
    way = facility.floor(rack)
    if way.door_width_mm is not None or way.door_height_mm is not None:
        yield admission("space", "door", facility, group, lambda f: access_misfit(f, rack, way))


def _limit(what: str, unit: str, capacity: int, loads: dict[int, int], base: int) -> RackLimit:
    return RackLimit(f"space/{{rack}}{what}", "space", NORMAL, unit, capacity, base, loads, {})
