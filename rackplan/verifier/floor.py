"""Does the floor carry the racks: slab, zones, tiles, and the way by which they come in?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rackplan.facility.floor import Floor
from rackplan.facility.model import Facility, Rack
from rackplan.verifier.verdict import Finding, at_most
from rackplan.verifier.view import Placed, View

MM2 = 10**6
"""Square millimeters in a square meter."""

FARTHEST_MM = 760
"""Farthest from a rack that its weight is taken to spread [mm] (IBM)."""

ON_A_TILE = (Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(3, 4), Fraction(1))
"""Share of a rack on a tile, by its feet there: one carries up to a third (IBM)."""


@dataclass(frozen=True, slots=True)
class SlabLoad:
    """Weight of a rack over the area it is spread on.

    Attributes
    ----------
    area_m2, clear_m2
        That area, and the part of it that is clearance [m2].
    load_g_m2, limit_g_m2
        Load with its allowances, and the rating less the partition allowance [g/m2].
    """

    area_m2: Fraction
    clear_m2: Fraction
    load_g_m2: Fraction
    limit_g_m2: int


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge every position, floor zone and tile, and what is brought in as one piece."""
    weights = {rack.id: weight_g(rack, servers) for rack, servers in view.racks()}
    for rack, servers in view.racks():
        yield from _position(facility, rack, weights[rack.id])
        yield from _brought(facility, rack, servers, weights[rack.id])
    for floor, zone in ((f, zone) for f in facility.floors.values() for zone in f.zones):
        racks = [facility.racks[name] for name in zone.racks]
        area = Fraction(zone.area_mm2, MM2)
        clear = max(Fraction(0), area - sum((_under(rack) for rack in racks), Fraction(0)))
        limit = weight_limit_g(floor, zone.max_load_g_m2, area, clear)
        load = sum(weights[name] for name in zone.racks)
        yield from at_most(
            f"space/{zone.id}/floor", zone.id, load, limit, "g", before=f"floor zone {zone.id} has"
        )
    yield from _shared_tiles(facility, weights)


def weight_g(rack: Rack, servers: tuple[Placed, ...]) -> int:
    """Everything that stands on a rack's feet [g]."""
    inside = sum(placed.footprint.weight_g for placed in servers)
    inside += sum(gear.weight_g for gear in rack.gear) + rack.stand.extra_g
    return inside + rack.model.weight.whole


def _under(rack: Rack) -> Fraction:
    """Area under a rack [m2]."""
    return Fraction(rack.model.width.whole * rack.model.depth.whole, MM2)


def slab_load(floor: Floor, rack: Rack, total_g: int) -> SlabLoad | None:
    """Load of a rack on the slab; ``None`` where nobody says what that carries."""
    rating = rack.stand.slab_g_m2
    if rating is None:
        return None
    reach = [min((mm or 0) // 2, FARTHEST_MM) for mm in (rack.stand.front_mm, rack.stand.rear_mm)]
    clear = Fraction(rack.model.width.whole * sum(reach), MM2)
    area = _under(rack) + clear
    load = (total_g + floor.traffic_g_m2 * clear) / area + floor.raised_g_m2
    return SlabLoad(area, clear, load, rating - floor.partition_g_m2)


def weight_limit_g(floor: Floor, rating: int, area: Fraction, clear: Fraction) -> int:
    """What racks on an area [m2] may weigh together, rounded down [g]."""
    left = (rating - floor.partition_g_m2 - floor.raised_g_m2) * area
    return int((left - floor.traffic_g_m2 * clear) // 1)


def _position(facility: Facility, rack: Rack, total_g: int) -> Iterator[Finding]:
    floor, name = facility.floor(rack), rack.id
    if rack.max_total_g is not None:
        yield from at_most(
            f"space/{name}/floor",
            name,
            total_g,
            rack.max_total_g,
            "g",
            before=f"the floor under {name} carries",
        )
    slab = slab_load(floor, rack, total_g)
    if slab is not None:
        most = weight_limit_g(floor, rack.stand.slab_g_m2 or 0, slab.area_m2, slab.clear_m2)
        yield from at_most(
            f"space/{name}/slab",
            name,
            total_g,
            most,
            "g",
            before=f"the slab under {name} and its clearances carries",
            after="of rack beside its allowances",
        )
    if floor.tiles is not None:
        most_feet = max(feet_on_tiles(floor, rack).values())
        yield from at_most(
            f"space/{name}/tile",
            name,
            ON_A_TILE[most_feet] * total_g,
            floor.tiles.point_g,
            "g",
            before=f"a tile under {name} carries",
        )


def brought_g(rack: Rack, servers: tuple[Placed, ...], total_g: int) -> int | None:
    """What comes in as one piece [g]; ``None`` where everything stands already."""
    if rack.stand.delivery == "nothing":
        return None
    own_g = rack.model.weight.whole
    if rack.stand.delivery == "cabinet":
        return own_g
    if rack.model.accepts == "rack":
        return own_g + sum(placed.footprint.weight_g for placed in servers)
    return total_g


def _brought(
    facility: Facility, rack: Rack, servers: tuple[Placed, ...], total_g: int
) -> Iterator[Finding]:
    floor, moved_g = facility.floor(rack), brought_g(rack, servers, total_g)
    if moved_g is None:
        return
    if floor.rolling_g is not None:
        yield from at_most(
            f"space/{rack.id}/rolling",
            rack.id,
            Fraction(moved_g, 2),
            floor.rolling_g,
            "g",
            before=f"a wheel of {rack.id} puts on the floor of its way in",
        )
    if floor.lift_g is not None:
        yield from at_most(
            f"space/{rack.id}/lift",
            rack.id,
            moved_g,
            floor.lift_g,
            "g",
            before=f"on its way in {rack.id} weighs",
        )


def feet_on_tiles(floor: Floor, rack: Rack) -> Mapping[tuple[int, int], int]:
    """Feet of a rack by the tile they stand on; none on a bare slab."""
    tiles = floor.tiles
    if tiles is None:
        return {}
    size = [rack.model.width.whole, rack.model.depth.whole]
    if rack.stand.along_y:
        size.reverse()
    found: dict[tuple[int, int], int] = {}
    for right in (False, True):
        for back in (False, True):
            x = rack.x_mm + (size[0] - tiles.inset_mm if right else tiles.inset_mm)
            y = rack.y_mm + (size[1] - tiles.inset_mm if back else tiles.inset_mm)
            tile = ((x - tiles.x_mm) // tiles.size_mm, (y - tiles.y_mm) // tiles.size_mm)
            found[tile] = found.get(tile, 0) + 1
    return found


def tile_loads(
    facility: Facility, weights: Mapping[str, int]
) -> Iterator[tuple[str, tuple[int, int], Mapping[str, int], Fraction]]:
    """Every tile under a foot: hall, tile, feet on it by rack, and its load [g]."""
    stood: dict[tuple[str, tuple[int, int]], dict[str, int]] = defaultdict(dict)
    for rack in facility.racks.values():
        for tile, count in feet_on_tiles(facility.floor(rack), rack).items():
            stood[rack.hall, tile][rack.id] = count
    for (hall, tile), on_it in sorted(stood.items()):
        load = sum((ON_A_TILE[n] * weights[name] for name, n in on_it.items()), Fraction(0))
        yield hall, tile, on_it, load


def _shared_tiles(facility: Facility, weights: Mapping[str, int]) -> Iterator[Finding]:
    for hall, tile, on_it, load in tile_loads(facility, weights):
        tiles = facility.floors[hall].tiles
        if len(on_it) < 2 or tiles is None:
            continue
        device = f"{hall}/tile-{tile[0]}.{tile[1]}"
        yield from at_most(
            f"space/{device}/tile",
            device,
            load,
            tiles.point_g,
            "g",
            before=f"the tile under {' and '.join(on_it)} carries",
        )
