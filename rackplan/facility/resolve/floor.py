"""Floors, their zones, how racks stand on them, and whether things can be brought in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from rackplan.facility.fit import access_misfit, service_misfit
from rackplan.facility.floor import (
    BARE,
    FOOT_INSET_MM,
    Floor,
    FloorZone,
    Stand,
    Tiles,
    outline,
    slab_limit_g,
    zone_limit_g,
)
from rackplan.facility.model import Footprint, Rack
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.layout import racks_at
from rackplan.facility.resolve.written import WrittenRack
from rackplan.schema import site as s


def resolve_stand(written: WrittenRack, extra_g: int, policy: s.Policy, *, product: bool) -> Stand:
    """How a rack stands, yet without the zones and the slab under it."""
    rack, row = written.rack, written.row
    whole = product or policy.delivered == "filled"
    here = bool(rack.existing)
    return Stand(
        along_y=row.direction == "y",
        front_mm=written.either(rack.front_clearance, row.front_clearance),
        rear_mm=written.either(rack.rear_clearance, row.rear_clearance),
        rear_space_mm=written.either(rack.rear_space, row.rear_space) or 0,
        extra_g=extra_g,
        delivery="nothing" if here else "whole" if whole else "cabinet",
    )


def resolve_floors(
    context: Context, written: list[WrittenRack], racks: Mapping[str, Rack]
) -> tuple[dict[str, Rack], dict[str, Floor]]:
    """Racks as they stand on their floors, and the floor of each hall."""
    floors: dict[str, Floor] = {}
    named: list[tuple[str, Path]] = []
    for h, hall in enumerate(context.site.halls):
        if hall.floor is None and hall.path is None:
            continue
        zones: list[FloorZone] = []
        for i, zone in enumerate(hall.floor.zones if hall.floor else ()):
            place: Path = ("halls", h, "floor", "zones", i)
            named.append((zone.id, (*place, "id")))
            found = _zone(context, hall, zone, place, written, racks)
            zones += [found] if found is not None else []
        floors[hall.id] = replace(_floor(context, hall), zones=tuple(zones))
    context.unique("floor zone", named)
    zones_of: dict[str, list[FloorZone]] = defaultdict(list)
    for mine in (zone for floor in floors.values() for zone in floor.zones):
        for name in mine.racks:
            zones_of[name].append(mine)
    ratings = {hall.id: hall.floor.max_load if hall.floor else None for hall in context.site.halls}
    stood = {
        name: _on_slab(rack, zones_of[name], ratings[rack.hall]) for name, rack in racks.items()
    }
    _check_slabs(context, stood, floors, dict(named))
    return stood, floors


def _floor(context: Context, hall: s.Hall) -> Floor:
    floor, way = hall.floor or s.Floor(), hall.path or s.Access()
    tiles = floor.tiles
    if tiles is not None and tiles.foot_inset is None:
        text = f"feet of racks stand {FOOT_INSET_MM} mm inside their outline (estimate)"
        context.assume(f"halls.{hall.id}.floor.tiles.foot_inset", text)
    if floor.max_load is not None or floor.zones:
        allowed = [("partition", "partitions"), ("traffic", "people and equipment on clearances")]
        allowed += [("raised", "raised floor and cables")]
        parts = [
            f"{getattr(floor, key) / 1000:,.0f} kg/m2 for {what}"
            for key, what in allowed
            if key not in floor.model_fields_set
        ]
        if parts:
            text = f"the slab also carries {', '.join(parts)} (IBM's allowances)"
            context.assume(f"halls.{hall.id}.floor", text)
    rolling = [way.rolling_load, tiles.rolling_load if tiles else None]
    return Floor(
        partition_g_m2=floor.partition,
        traffic_g_m2=floor.traffic,
        raised_g_m2=floor.raised,
        tiles=None if tiles is None else _tiles(tiles),
        rolling_g=min((load for load in rolling if load is not None), default=None),
        lift_g=way.max_weight,
        door_width_mm=way.door_width,
        door_height_mm=way.door_height,
    )


def _tiles(tiles: s.FloorTiles) -> Tiles:
    inset = FOOT_INSET_MM if tiles.foot_inset is None else tiles.foot_inset
    return Tiles(tiles.size, tiles.point_load, tiles.x, tiles.y, inset)


def _zone(
    context: Context,
    hall: s.Hall,
    zone: s.FloorZone,
    path: Path,
    written: list[WrittenRack],
    racks: Mapping[str, Rack],
) -> FloorZone | None:
    """A zone with the racks in it; ``None`` when its place is not clear."""
    sides = (zone.x, zone.y, zone.width, zone.depth)
    given = [side for side in sides if side is not None]
    if given and len(given) < len(sides):
        context.problem(path, f"zone {zone.id!r} has no whole rectangle", "give x, y, width, depth")
        return None
    if (zone.area is None) == (not given):
        message = f"zone {zone.id!r} needs its area or its rectangle, one of them"
        context.problem(path, message, 'give area: "12 m2", or x, y, width and depth')
        return None
    if zone.area is not None and not zone.racks:
        context.problem(path, f"zone {zone.id!r} names no racks", "list them under racks:")
        return None
    here = [rack for rack in racks.values() if rack.hall == hall.id]
    mine = [w for w in written if w.hall.id == hall.id]
    named = set(racks_at(context, mine, zone.racks, (*path, "racks")))
    box = None if zone.area is not None else _box(zone)
    if box is not None and zone.racks:
        _check_inside(context, zone, box, [rack for rack in here if rack.id in named], path)
    if box is not None and not zone.racks:
        named = {rack.id for rack in here if _overlaps(outline(rack), box)}
        if not named:
            message = f"no rack of {hall.id} stands in zone {zone.id!r}"
            context.problem(path, message, "check x, y, width and depth against the rows")
    area = zone.area if zone.area is not None else (zone.width or 0) * (zone.depth or 0)
    inside = tuple(rack.id for rack in here if rack.id in named)
    return FloorZone(zone.id, inside, area, zone.max_load, box)


Box = tuple[int, int, int, int]


def _box(zone: s.FloorZone) -> Box:
    return (zone.x or 0, zone.y or 0, zone.width or 0, zone.depth or 0)


def _overlaps(one: Box, other: Box) -> bool:
    return all(one[i] < other[i] + other[i + 2] and other[i] < one[i] + one[i + 2] for i in (0, 1))


def _check_inside(
    context: Context, zone: s.FloorZone, box: Box, racks: Iterable[Rack], path: Path
) -> None:
    """Racks that a zone names stand wholly in its rectangle."""
    for rack in racks:
        mine = outline(rack)
        out = max(
            max(box[i] - mine[i], mine[i] + mine[i + 2] - box[i] - box[i + 2]) for i in (0, 1)
        )
        if out > 0:
            message = f"{rack.id} stands {out} mm outside the rectangle of zone {zone.id!r}"
            context.problem((*path, "racks"), message, "correct the rectangle, or leave it out")


def _on_slab(rack: Rack, zones: list[FloorZone], of_hall: int | None) -> Rack:
    """A rack with the zones it stands in and the rating under it: of its zones, else its hall's."""
    rating = min((zone.max_load_g_m2 for zone in zones), default=of_hall)
    names = tuple(zone.id for zone in zones)
    return replace(rack, stand=replace(rack.stand, slab_g_m2=rating, zones=names))


def _check_slabs(
    context: Context,
    racks: Mapping[str, Rack],
    floors: Mapping[str, Floor],
    places: Mapping[str, Path],
) -> None:
    """Ratings are above what the allowances take, zones have room for their racks."""
    for floor, zone in ((one, zone) for one in floors.values() for zone in one.zones):
        inside = [racks[name] for name in zone.racks]
        taken = sum(rack.model.width.whole * rack.model.depth.whole for rack in inside)
        path = places[zone.id][:-1]
        if taken > zone.area_mm2:
            message = (
                f"the racks of zone {zone.id!r} stand on {taken / 1e6:,.2f} m2, "
                f"more than its {zone.area_mm2 / 1e6:,.2f} m2"
            )
            context.problem(path, message, "give the area with its aisles")
        elif zone_limit_g(floor, zone, inside) <= 0:
            context.problem((*path, "max_load"), *_nothing_left(zone.max_load_g_m2))
    halls = {hall.id: h for h, hall in enumerate(context.site.halls)}
    spread = {rack.hall: rack for rack in racks.values() if not rack.stand.zones}
    for rack in spread.values():
        limit = slab_limit_g(floors.get(rack.hall, BARE), rack)
        if limit is not None and limit <= 0:
            path = ("halls", halls[rack.hall], "floor", "max_load")
            context.problem(path, *_nothing_left(rack.stand.slab_g_m2 or 0))
    bare = [
        rack.id
        for rack in racks.values()
        if rack.stand.slab_g_m2 is not None
        and rack.stand.front_mm is None
        and rack.stand.rear_mm is None
    ]
    if bare:
        text = f"{len(bare)} racks ({bare[0]}, ...) state no clearances: their weight is taken to "
        context.assume("halls", f"{text}stand on their outline alone")


def _nothing_left(rating: int) -> tuple[str, str]:
    message = f"a floor of {rating / 1000:,.0f} kg/m2 carries its allowances alone, no racks"
    return message, "check max_load, and partition, traffic and raised of the floor"


def check_fit(
    context: Context,
    written: list[WrittenRack],
    racks: Mapping[str, Rack],
    floors: Mapping[str, Floor],
    footprints: tuple[Footprint, ...],
) -> None:
    """Cabinets come in, servers can be served: where they stand, and somewhere at all."""
    for place in written:
        if place.id in racks:
            _check_rack(context, place, racks[place.id], floors, footprints)
    first = {f.server_id: f for f in reversed(footprints)}
    for i, line in enumerate(context.site.demand):
        if line.server in first:
            _check_line(context, first[line.server], racks, floors, ("demand", i, "server"))


def _check_rack(
    context: Context,
    place: WrittenRack,
    rack: Rack,
    floors: Mapping[str, Floor],
    footprints: tuple[Footprint, ...],
) -> None:
    floor = floors.get(rack.hall, BARE)
    for server in rack.fixed:
        why = service_misfit(footprints[server.footprint], rack)
        if why is not None:
            path: Path = place.path if server.existing else ("placement", "pin")
            context.problem(path, why, "correct the clearance, or move the server")
    if rack.model.accepts == "server" and rack.stand.delivery != "nothing":
        _check_cabinet(context, place, rack, floor)
    width = rack.model.width.whole
    for side, clear in (("front", rack.stand.front_mm), ("rear", rack.stand.rear_mm)):
        if rack.model.accepts == "server" and clear is not None and clear < width:
            own = getattr(place.rack, f"{side}_clearance") is not None
            where = (*(place.path if own else place.path[:4]), f"{side}_clearance")
            text = (
                f"{clear} mm is less than the {width} mm that a full-width door swings: it takes "
            )
            context.warn(where, f"{text}a split or a sliding door")


def _check_cabinet(context: Context, place: WrittenRack, rack: Rack, floor: Floor) -> None:
    model = rack.model
    path: Path = (*place.path[:2], "path")
    if floor.door_width_mm is not None and model.width.whole > floor.door_width_mm:
        message = (
            f"a {rack.model_id} is {model.width.whole} mm wide, "
            f"the narrowest door on its way {floor.door_width_mm} mm"
        )
        context.problem((*path, "door_width"), message, "choose another cabinet, or another way")
    if floor.door_height_mm is None:
        return
    if model.height is None:
        text = f"no source gives the height of {rack.model_id}: not compared with doors"
        context.assume("catalog.racks", text)
    elif model.height.whole > floor.door_height_mm:
        message = (
            f"a {rack.model_id} is {model.height.whole} mm high, "
            f"the lowest door on its way {floor.door_height_mm} mm"
        )
        context.problem((*path, "door_height"), message, "choose another cabinet, or another way")


def _check_line(
    context: Context,
    footprint: Footprint,
    racks: Mapping[str, Rack],
    floors: Mapping[str, Floor],
    path: Path,
) -> None:
    """Some rack lets a server that is asked for in, and be served."""
    fitting = [rack for rack in racks.values() if rack.model.accepts == footprint.server.kind]
    _need_sizes(context, footprint, [floors[r.hall] for r in fitting if r.hall in floors], path)
    cleared = any(rack.stand.front_mm is not None for rack in fitting)
    if cleared and footprint.server.front_clearance is None:
        text = "servers are drawn out to their depth where no source gives their clearance"
        if footprint.server.kind == "rack":
            name = footprint.server_id
            text = f"no source gives the clearance of {name}: what is there is taken as enough"
        context.assume("catalog.servers", text)
    reasons = [
        service_misfit(footprint, rack)
        or access_misfit(footprint, rack, floors.get(rack.hall, BARE))
        for rack in fitting
    ]
    if reasons and all(reasons):
        told = list(dict.fromkeys(filter(None, reasons)))
        message = f"no rack can take {footprint.server_id}: {'; '.join(told[:2])}"
        context.problem(path, message, "correct the clearances and the way, or ask for another")


def _need_sizes(context: Context, footprint: Footprint, ways: Iterable[Floor], path: Path) -> None:
    """A rack product has the sizes that doors on its way are compared with."""
    if footprint.server.kind != "rack":
        return
    for way in ways:
        for name, door_mm in (("width", way.door_width_mm), ("height", way.door_height_mm)):
            if door_mm is not None:
                context.figure(
                    footprint.server, name, "a door on its way", path, footprint.server_id
                )
