"""Heights in a rack: where its units lie above the floor, and the weight that always hangs there.

Heights are counted in fortieths of a millimeter: half a rack unit (44.45 mm, EIA-310) is 889.
"""

from __future__ import annotations

from collections.abc import Sequence

from rackplan.facility.model import Footprint, Rack

BASE_MM = 80
"""Lower edge of rack unit 1 above the floor [mm]: feet or casters and the frame (estimate; a 42U
cabinet is some 125 mm higher than its units)."""

PER_MM = 40
HALF_UNIT = 889

Moment = tuple[int, int]
"""Weight [g], and weight times height above the floor [g, fortieths of a millimeter]."""


def center(u: int, units: int) -> int:
    """Height of the middle of some rack units above the floor [fortieths of a millimeter]."""
    return BASE_MM * PER_MM + HALF_UNIT * (2 * (u - 1) + units)


def standing_moment(rack: Rack, footprints: Sequence[Footprint]) -> Moment:
    """Moment of a rack without new servers.

    The cabinet and what hangs on it count at the middle of its rack units (estimate), gear and
    servers at the middle of their own; a manifold weighs nothing beside its server.
    """
    parts = [(rack.model.weight.whole + rack.stand.extra_g, center(1, rack.rack_units))]
    parts += [(item.weight_g, center(item.u, item.rack_units)) for item in rack.gear]
    for server in rack.fixed:
        footprint = footprints[server.footprint]
        parts.append((footprint.weight_g, center(server.u, footprint.own_u)))
    return sum(weight for weight, _ in parts), sum(weight * height for weight, height in parts)
