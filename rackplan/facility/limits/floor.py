"""Limits of the floor: slab, zones, tiles that one or several racks stand on, and the way in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from rackplan.facility.floor import (
    MOVING,
    SHARES,
    Tile,
    feet,
    heaviest_g,
    part_g,
    slab_limit_g,
    standing_g,
    tile_share,
    zone_limit_g,
)
from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import fixed_load
from rackplan.facility.limits.model import RackLimit, SiteLimit
from rackplan.facility.model import NORMAL, Facility, Rack

WHOLE = Fraction(1)


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """What the floor under one rack carries, and the way to it.

    With w the weight of the rack with all that is in it:

        w <= what the position carries; w <= what the slab carries under it and its clearances
        share w <= point load of a tile, for its feet on the tile that takes most of them; left out
            where the rack can never weigh that much
        w / 2 <= rolling load, w <= lift, of what is brought in as one piece
    """
    rack, floor = group.rack, facility.floor(group.rack)
    own = standing_g(rack)
    if rack.max_total_g is not None:
        yield _limit(facility, rack, "floor", rack.max_total_g, own, WHOLE)
    slab_g = slab_limit_g(floor, rack)
    if slab_g is not None:
        yield _limit(facility, rack, "slab", slab_g, own, WHOLE)
    share = tile_share(facility, rack)
    if floor.tiles is not None and share is not None:
        yield _limit(facility, rack, "tile", floor.tiles.point_g, own, share)
    if rack.stand.delivery == "nothing":
        return
    for what, capacity, share in (
        ("rolling", floor.rolling_g, MOVING),
        ("lift", floor.lift_g, WHOLE),
    ):
        if capacity is not None:
            yield _moved(facility, rack, what, capacity, share)


def _limit(
    facility: Facility, rack: Rack, what: str, capacity: int, own_g: int, share: Fraction
) -> RackLimit:
    """A share of the weight of a rack and its servers against a capacity [g]."""
    loads = {f.index: part_g(f.weight_g, share) for f in facility.footprints}
    base = part_g(own_g, share) + fixed_load([rack], loads)
    template = f"space/{{rack}}/{what}"
    return RackLimit(template, "space", NORMAL, "g", capacity, base, loads, {})


def _moved(facility: Facility, rack: Rack, what: str, capacity: int, share: Fraction) -> RackLimit:
    """The same for what is brought in: a rack product, a filled cabinet, or an empty one."""
    if rack.stand.delivery == "whole":
        product = rack.model.accepts == "rack"  # what hangs on it comes later
        own = rack.model.weight.whole if product else standing_g(rack)
        return _limit(facility, rack, what, capacity, own, share)
    empty = part_g(rack.model.weight.whole, share)
    return RackLimit(f"space/{{rack}}/{what}", "space", NORMAL, "g", capacity, empty, {}, {})


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Floor zones, and tiles that several racks stand on."""
    group_of = {rack.id: group for group in groups for rack in group.racks}
    weight = {f.index: f.weight_g for f in facility.footprints}
    for floor, zone in ((f, zone) for f in facility.floors.values() for zone in f.zones):
        inside = [facility.racks[name] for name in zone.racks]
        base = sum(standing_g(rack) for rack in inside) + fixed_load(inside, weight)
        members = {group_of[rack.id].index: weight for rack in inside}
        capacity = zone_limit_g(floor, zone, inside)
        yield SiteLimit(
            f"space/{zone.id}/floor", "space", zone.id, NORMAL, "g", capacity, base, members
        )
    for hall, tile, stood in binding_tiles(facility):
        shares = {name: SHARES[count] for name, count in stood.items()}
        parts = {
            name: {f.index: part_g(f.weight_g, share) for f in facility.footprints}
            for name, share in shares.items()
        }
        base = sum(
            part_g(standing_g(facility.racks[name]), share)
            + fixed_load([facility.racks[name]], parts[name])
            for name, share in shares.items()
        )
        tiles = facility.floors[hall].tiles
        device = f"{hall}/tile-{tile[0]}.{tile[1]}"
        yield SiteLimit(
            id=f"space/{device}/tile",
            family="space",
            device=device,
            state=NORMAL,
            quantity="g",
            capacity=tiles.point_g if tiles else 0,
            base=base,
            loads={group_of[name].index: load for name, load in parts.items()},
        )


SharedTile = tuple[str, Tile, Mapping[str, int]]
"""Hall, tile, and the feet of each rack on it."""


def binding_tiles(facility: Facility) -> Iterator[SharedTile]:
    """Tiles under feet of several racks that could carry too much, one for each set of feet."""
    seen: set[tuple[tuple[str, int], ...]] = set()
    for hall, floor in facility.floors.items():
        stood: dict[Tile, dict[str, int]] = defaultdict(dict)
        racks = {r.id: r for r in facility.racks.values() if r.hall == hall}
        if floor.tiles is None:
            continue
        for rack in racks.values():
            for tile, count in feet(floor.tiles, rack).items():
                stood[tile][rack.id] = count
        most = {name: heaviest_g(facility, rack) for name, rack in racks.items()}
        for tile, on_it in sorted(stood.items()):
            worst = sum(SHARES[count] * most[name] for name, count in on_it.items())
            key = tuple(on_it.items())
            if len(on_it) > 1 and worst > floor.tiles.point_g - len(on_it) and key not in seen:
                seen.add(key)
                yield hall, tile, on_it


def tiled_racks(facility: Facility) -> frozenset[str]:
    """Racks on tiles that could carry too much: where each of them stands matters."""
    return frozenset(name for _, _, stood in binding_tiles(facility) for name in stood)
