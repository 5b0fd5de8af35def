"""Tables for structural engineers and installers: floor loads, zones, tiles, fronts of racks."""

from __future__ import annotations

from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.plan.floor import RackFloor
from rackplan.report.device_tables import percent
from rackplan.report.table import Cell, Column, Table, clean
from rackplan.report.wording import counted


def loads(plan: Plan, facility: Facility) -> Table:
    """How each rack bears on the floor, and how high its center of gravity is."""
    rows = tuple(_load_row(floor, facility) for floor in plan.floor.racks)
    columns = (
        Column("rack", "Rack"),
        Column("mass", "Weight", "kg", "whole"),
        Column("position", "Weight limit", "kg", "whole"),
        Column("slab", "Slab load", "kg/m2", "whole"),
        Column("slab_limit", "Slab limit", "kg/m2", "whole"),
        Column("tile", "Fullest tile", "kg", "whole"),
        Column("tile_limit", "Point load", "kg", "whole"),
        Column("wheel", "Wheel on the way in", "kg", "whole"),
        Column("wheel_limit", "Rolling load", "kg", "whole"),
        Column("use", "Fullest", "%", "percent"),
        Column("center", "Center of gravity", "mm", "count"),
    )
    note = (
        "Weight: cabinet, servers, gear and what hangs on the rack. Slab: weight over the rack and "
        "half of its clearances (up to 760 mm), with traffic and raised floor; the limit is the "
        "rating less partitions. Tile: a third of a rack for one foot, half for two. Wheel: half "
        "of what comes in as one piece. Center of gravity: above the floor."
    )
    optional = ("position", "slab", "slab_limit", "tile", "tile_limit", "wheel", "wheel_limit")
    table = Table("floor-loads", "Floor loads", columns, rows, note)
    return table.without_empty(*optional, "use")


def _load_row(floor: RackFloor, facility: Facility) -> tuple[Cell, ...]:
    rack = facility.racks.get(floor.rack)
    position_g = rack.max_total_g if rack else None
    pairs = (
        (floor.weight_g, position_g),
        (floor.slab_g_m2, floor.slab_limit_g_m2),
        (floor.tile_g, floor.tile_limit_g),
        (floor.wheel_g, floor.wheel_limit_g),
    )
    shares = [percent(load, most) for load, most in pairs if load is not None and most is not None]
    figures = [_kilo(value) for pair in pairs for value in pair]
    return (clean(floor.rack), *figures, max(shares, default=None), floor.center_mm)


def _kilo(value: int | None) -> float | None:
    return None if value is None else value / 1000


def zones(plan: Plan) -> Table:
    """Load of each floor zone."""
    rows = tuple(
        (
            clean(zone.zone),
            clean(zone.hall),
            zone.racks,
            zone.area_mm2 / 1e6,
            _kilo(zone.weight_g),
            _kilo(zone.load_g_m2),
            _kilo(zone.limit_g_m2),
            percent(zone.load_g_m2, zone.limit_g_m2),
        )
        for zone in plan.floor.zones
    )
    columns = (
        Column("zone", "Floor zone"),
        Column("hall", "Hall"),
        Column("racks", "Racks", kind="count"),
        Column("area", "Area", "m2", "tenths"),
        Column("mass", "Weight of racks", "kg", "whole"),
        Column("load", "Load", "kg/m2", "whole"),
        Column("limit", "Limit", "kg/m2", "whole"),
        Column("use", "Used", "%", "percent"),
    )
    note = "Load: racks over the area of the zone, with traffic between them and the raised floor."
    return Table("floor-zones", "Floor zones", columns, rows, note)


def tiles(plan: Plan) -> Table:
    """Tiles that several racks stand on, the fullest first."""
    ordered = sorted(plan.floor.tiles, key=lambda tile: -tile.load_g / max(1, tile.limit_g))
    rows = tuple(
        (
            clean(" + ".join(tile.racks)),
            clean(tile.hall),
            f"{tile.column}, {tile.row}",
            _kilo(tile.load_g),
            _kilo(tile.limit_g),
            percent(tile.load_g, tile.limit_g),
        )
        for tile in ordered
    )
    columns = (
        Column("racks", "Racks"),
        Column("hall", "Hall"),
        Column("tile", "Tile (column, row)"),
        Column("load", "Load", "kg", "whole"),
        Column("limit", "Point load", "kg", "whole"),
        Column("use", "Used", "%", "percent"),
    )
    note = "Of tiles under the same feet the first is listed. Columns and rows count from 0."
    return Table("floor-tiles", "Floor tiles under several racks", columns, rows, note)


def fronts(plan: Plan) -> Table:
    """Blanking panels, manifolds and air gaps of each rack."""
    filled = {server.rack for server in plan.servers}
    rows = tuple(
        (
            clean(front.rack),
            front.blanking_u,
            " ".join(front.blanking),
            " ".join(front.manifolds),
            " ".join(front.air_gaps),
        )
        for front in plan.floor.fronts
    )
    columns = (
        Column("rack", "Rack"),
        Column("count", "Blanking panels", "U", "count"),
        Column("blanking", "Blanking panels at"),
        Column("manifolds", "Manifolds at"),
        Column("gaps", "Open for air"),
    )
    total = sum(front.blanking_u for front in plan.floor.fronts)
    empty = sum(front.blanking_u for front in plan.floor.fronts if front.rack not in filled)
    note = f"{total:,} U of blanking panels in all"
    note += f", {empty:,} U of them in racks without servers." if empty else "."
    table = Table("fronts", "Blanking panels", columns, rows, note)
    return table.without_empty("manifolds", "gaps")


def floor_text(plan: Plan, facility: Facility) -> str:
    """The floor in a line: the heaviest rack, what is fullest, and the highest center."""
    racks = plan.floor.racks
    if not racks:
        return ""
    heavy = max(racks, key=lambda floor: floor.weight_g)
    parts = [f"heaviest rack {heavy.weight_g / 1000:,.0f} kg ({clean(heavy.rack)})"]
    table = loads(plan, facility)
    used = [r for r in table.records() if isinstance(r.get("use"), float)]
    if used:
        fullest = max(used, key=lambda record: float(record["use"] or 0))
        parts.append(f"fullest floor {fullest['use']:.0f} % ({fullest['rack']})")
    if plan.floor.zones:
        zone = max(plan.floor.zones, key=lambda one: percent(one.load_g_m2, one.limit_g_m2))
        use = percent(zone.load_g_m2, zone.limit_g_m2)
        parts.append(f"fullest zone {use:.0f} % ({clean(zone.zone)})")
    filled = {server.rack for server in plan.servers}
    centers = [(f.center_mm, f.rack) for f in racks if f.rack in filled and f.center_mm is not None]
    if centers:
        high_mm, rack = max(centers, key=lambda center: center[0])
        parts.append(f"center of gravity up to {high_mm:,} mm ({clean(rack)})")
    return "; ".join(parts)


def blanking_text(plan: Plan) -> str:
    """Blanking panels in a line: ``312 U in 18 racks``."""
    fronts = [front for front in plan.floor.fronts if front.blanking_u]
    if not fronts:
        return ""
    total = sum(front.blanking_u for front in fronts)
    return f"{total:,} U in {counted(len(fronts), 'rack')}"
