"""How racks stand on the floor, and what the floor of a hall carries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rackplan.facility.model import Facility, Rack

SPREAD_MM = 760
"""Farthest from a rack that its weight is taken to spread over the slab [mm] (IBM, Site and
hardware planning, floor construction and floor loading)."""

FOOT_INSET_MM = 75
"""How far inside the outline of a rack its feet stand, where nobody says it [mm] (estimate)."""

SHARES = {1: Fraction(1, 3), 2: Fraction(1, 2), 3: Fraction(3, 4), 4: Fraction(1)}
"""Share of a rack's weight on a tile, by the number of its feet there. One foot of four carries up
to a third (IBM, as above), for floors are not level. Two feet carry half, three three quarters."""

MOVING = Fraction(1, 2)
"""Share of a rack's weight on one wheel while it is moved (IBM, as above)."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How a rack stands.

    Attributes
    ----------
    along_y
        Whether its row runs along y: its width then lies along y.
    front_mm, rear_mm
        Free floor in front of it and behind it [mm]; ``None`` where not given.
    rear_space_mm
        Depth kept free behind its servers [mm].
    extra_g
        What hangs on it beside gear and servers: vertical rack PDUs, a rear door, coolant [g].
    slab_g_m2
        Rating of the slab under it [g/m2]; ``None`` where not given.
    zones
        Ids of the floor zones it stands in.
    delivery
        What of it comes in by the hall's way: the ``whole``, the ``cabinet`` alone, or ``nothing``
        where it stands already.
    """

    along_y: bool = False
    front_mm: int | None = None
    rear_mm: int | None = None
    rear_space_mm: int = 0
    extra_g: int = 0
    slab_g_m2: int | None = None
    zones: tuple[str, ...] = ()
    delivery: Literal["whole", "cabinet", "nothing"] = "cabinet"


ON_ITS_OWN = Stand()
"""A rack of whose surroundings nothing is known."""


@dataclass(frozen=True, slots=True)
class FloorZone:
    """A part of a floor with a rating of its own: its racks, area [mm2] and rating [g/m2].

    ``box`` is its rectangle in the hall: x, y and extents along both [mm]; ``None`` where the site
    file gives its area alone.
    """

    id: str
    racks: tuple[str, ...]
    area_mm2: int
    max_load_g_m2: int
    box: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Tiles:
    """Square tiles: edge [mm], a corner of some tile [mm], point load [g], inset of feet [mm]."""

    size_mm: int
    point_g: int
    x_mm: int
    y_mm: int
    inset_mm: int


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor of a hall and the way to it.

    Attributes
    ----------
    zones
        Its parts with a rating of their own.
    partition_g_m2, traffic_g_m2, raised_g_m2
        What the rating of the slab must carry beside racks [g/m2]: partitions; people and
        equipment, on clearances; raised floor and cables, everywhere.
    tiles
        Tiles of a raised floor; ``None`` on a bare slab.
    rolling_g
        Load of a wheel that the weakest floor on the way carries [g].
    lift_g
        Most that a lift or ramp on the way carries [g].
    door_width_mm, door_height_mm
        The narrowest and the lowest door on the way [mm].
    """

    zones: tuple[FloorZone, ...] = ()
    partition_g_m2: int = 0
    traffic_g_m2: int = 0
    raised_g_m2: int = 0
    tiles: Tiles | None = None
    rolling_g: int | None = None
    lift_g: int | None = None
    door_width_mm: int | None = None
    door_height_mm: int | None = None


BARE = Floor()
"""A floor of which nothing is known."""


def outline(rack: Rack) -> tuple[int, int, int, int]:
    """x, y and extents along x and y of a rack, seen from above [mm]."""
    width, depth = rack.model.width.whole, rack.model.depth.whole
    across = (depth, width) if rack.stand.along_y else (width, depth)
    return (rack.x_mm, rack.y_mm, *across)


def standing_g(rack: Rack) -> int:
    """What a rack weighs without its servers [g]: cabinet, gear, and what hangs on it."""
    return rack.model.weight.whole + rack.stand.extra_g + sum(item.weight_g for item in rack.gear)


def spread_mm2(rack: Rack) -> int:
    """Clearance over which the weight of a rack spreads beside its outline [mm2].

    Half of the clearance in front and behind, for what stands across the aisle has the other half;
    no farther than 760 mm. Racks of a row stand side by side and share nothing there.
    """
    halves = [
        min((clear or 0) // 2, SPREAD_MM) for clear in (rack.stand.front_mm, rack.stand.rear_mm)
    ]
    return rack.model.width.whole * sum(halves)


def slab_limit_g(floor: Floor, rack: Rack) -> int | None:
    """Most a rack may weigh for the slab under it [g]; ``None`` where its rating is not given.

    With the area A it spreads over, of which C is clearance:

        weight + traffic C + raised A <= (rating - partition) A
    """
    rating = rack.stand.slab_g_m2
    if rating is None:
        return None
    clear = spread_mm2(rack)
    area = rack.model.width.whole * rack.model.depth.whole + clear
    return area_limit_g(floor, rating, area, clear)


def zone_limit_g(floor: Floor, zone: FloorZone, racks: Iterable[Rack]) -> int:
    """Most that all racks of a zone may weigh together [g]."""
    taken = sum(rack.model.width.whole * rack.model.depth.whole for rack in racks)
    return area_limit_g(floor, zone.max_load_g_m2, zone.area_mm2, max(0, zone.area_mm2 - taken))


def area_limit_g(floor: Floor, rating: int, area: int, clear: int) -> int:
    """Weight that an area [mm2] carries beside the allowances; ``clear`` of it is walked on [g]."""
    room = (rating - floor.partition_g_m2 - floor.raised_g_m2) * area - floor.traffic_g_m2 * clear
    return room // 10**6


Tile = tuple[int, int]
"""Place of a tile in the grid of its hall: column along x, row along y."""


def feet(tiles: Tiles, rack: Rack) -> Mapping[Tile, int]:
    """How many feet of a rack stand on each tile."""
    x, y, long_x, long_y = outline(rack)
    inset, count = tiles.inset_mm, defaultdict[Tile, int](int)
    for foot_x in (x + inset, x + long_x - inset):
        for foot_y in (y + inset, y + long_y - inset):
            column = (foot_x - tiles.x_mm) // tiles.size_mm
            count[column, (foot_y - tiles.y_mm) // tiles.size_mm] += 1
    return count


def most_feet(tiles: Tiles, rack: Rack) -> int:
    """Feet of a rack on the tile that takes most of them."""
    return max(feet(tiles, rack).values())


def heaviest_g(facility: Facility, rack: Rack) -> int:
    """A bound on what a rack may ever weigh [g]: by its rating, its units, and its own floor."""
    fixed = [facility.footprints[server.footprint] for server in rack.fixed]
    now_g = standing_g(rack) + sum(footprint.weight_g for footprint in fixed)
    free_u = rack.rack_units - len(rack.closed_u) - len(rack.gear_u)
    free_u -= sum(footprint.rack_units for footprint in fixed)
    fitting = [f for f in facility.footprints if f.server.kind == rack.model.accepts]
    new_g = max((-(-f.weight_g * free_u // f.rack_units) for f in fitting), default=0)
    rating_g = rack.model.weight.whole + rack.model.max_load.whole
    limits = [rack.max_total_g, slab_limit_g(facility.floor(rack), rack)]
    bounds = [now_g + new_g, max(now_g, rating_g)]
    return min([*bounds, *(limit for limit in limits if limit is not None)])


def tile_share(facility: Facility, rack: Rack) -> Fraction | None:
    """Share of a rack on the tile under most of its feet.

    ``None`` on a bare slab, and where no tile can get too much of it, however it is filled.
    """
    tiles = facility.floor(rack).tiles
    if tiles is None:
        return None
    share = SHARES[most_feet(tiles, rack)]
    rounding_g = rack.rack_units + 1  # the part of every server may be rounded up
    return None if heaviest_g(facility, rack) * share <= tiles.point_g - rounding_g else share


def part_g(weight_g: int, share: Fraction) -> int:
    """A share of a weight, rounded up [g]."""
    return math.ceil(weight_g * share)
