"""Floor plan of each hall: where racks stand, to scale, and how full their circuits are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rackplan.facility.floor import BARE, Floor, Tiles
from rackplan.facility.model import Facility, Rack
from rackplan.report.table import Cell, Table, clean

LEVELS = ((50.0, "under 50 %"), (75.0, "50 to 75 %"), (90.0, "75 to 90 %"), (100.0, "90 to 100 %"))
"""Upper end of each band of load [%], and its name."""

EMPTY, OVER = 0, len(LEVELS) + 1

_SCHEMATIC_GAP_MM = 1_800


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the hall [mm]."""

    x: int
    y: int
    width: int
    height: int

    def meets(self, other: Box) -> bool:
        """Whether the two share floor."""
        apart_x = self.x + self.width <= other.x or other.x + other.width <= self.x
        apart_y = self.y + self.height <= other.y or other.y + other.height <= self.y
        return not (apart_x or apart_y)


@dataclass(frozen=True, slots=True)
class RackShape:
    """A rack on the floor.

    Attributes
    ----------
    index
        Its place in the rack table, for links.
    box
        Its footprint.
    name, use
        Labels: the rack's name and the load of its fullest feed, empty without servers.
    level
        0 without servers, 1 to 4 by ``LEVELS``, 5 over the limit.
    title
        Everything about it in a sentence.
    """

    index: int
    box: Box
    name: str
    use: str
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class RowLabel:
    """Name of a row, where its first rack stands [mm]."""

    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class ZoneShape:
    """A floor zone with a rectangle of its own, and what it is called."""

    box: Box
    text: str


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """A hall. ``to_scale`` is False where the site file gives rows no positions of their own.

    Then it shows neither the tiles of a raised floor (``None`` without them) nor floor zones.
    """

    hall: str
    bounds: Box
    racks: tuple[RackShape, ...]
    rows: tuple[RowLabel, ...]
    to_scale: bool
    bar_mm: int
    tiles: Tiles | None
    zones: tuple[ZoneShape, ...]


def floor_plans(facility: Facility, racks: Table) -> Iterator[FloorPlan]:
    """A floor plan for every hall, with loads from the rack table."""
    use = {str(record["rack"]): record["use"] for record in racks.records()}
    shown = {cells["rack"]: cells for cells in racks.shown()}
    index = {rack: place for place, rack in enumerate(shown)}
    halls: dict[str, dict[str, list[Rack]]] = {}
    for rack in facility.racks.values():
        if clean(rack.id) in shown:
            halls.setdefault(rack.hall, {}).setdefault(rack.row, []).append(rack)
    for hall, rows in halls.items():
        boxes = {rack.id: box for row in rows.values() for rack, box in _footprints(row)}
        to_scale = not _overlap([_bounds([boxes[r.id] for r in row]) for row in rows.values()])
        if not to_scale:
            boxes = _schematic(list(rows.values()))
        named = [(rack, clean(rack.id)) for row in rows.values() for rack in row]
        shapes = tuple(
            _shape(rack, index[name], boxes[rack.id], use[name], shown[name])
            for rack, name in named
        )
        labels = tuple(_label(name, [boxes[r.id] for r in row]) for name, row in rows.items())
        floor = facility.floors.get(hall, BARE) if to_scale else BARE
        zones = tuple(_zones(floor))
        bounds = _bounds([*boxes.values(), *(zone.box for zone in zones)])
        bar_mm = _bar(bounds)
        yield FloorPlan(clean(hall), bounds, shapes, labels, to_scale, bar_mm, floor.tiles, zones)


def _zones(floor: Floor) -> Iterator[ZoneShape]:
    for zone in floor.zones:
        if zone.box is not None:
            rating = zone.max_load_g_m2 / 1000
            yield ZoneShape(Box(*zone.box), f"{clean(zone.id)[:40]}, {rating:,.0f} kg/m2")


def _footprints(row: Sequence[Rack]) -> Iterator[tuple[Rack, Box]]:
    """Racks of a row along its direction, which follows from where they stand."""
    along_y = any(rack.stand.along_y for rack in row)
    along_y |= len({rack.x_mm for rack in row}) == 1 and len({rack.y_mm for rack in row}) > 1
    for rack in row:
        width, depth = rack.model.width.whole, rack.model.depth.whole
        size = (depth, width) if along_y else (width, depth)
        yield rack, Box(rack.x_mm, rack.y_mm, *size)


def _schematic(rows: Sequence[Sequence[Rack]]) -> dict[str, Box]:
    """Rows one under another: positions of the site file overlap, so they say nothing."""
    boxes: dict[str, Box] = {}
    y = 0
    for row in rows:
        x = 0
        for rack in row:
            boxes[rack.id] = Box(x, y, rack.model.width.whole, rack.model.depth.whole)
            x += rack.model.width.whole
        y += max(rack.model.depth.whole for rack in row) + _SCHEMATIC_GAP_MM
    return boxes


def _overlap(rows: Sequence[Box]) -> bool:
    return any(one.meets(other) for one, other in combinations(rows, 2))


def _bounds(boxes: Sequence[Box]) -> Box:
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    return Box(x, y, right - x, bottom - y)


def _bar(bounds: Box) -> int:
    """Length of the scale bar [mm]: 1, 2, 5, 10 or 20 m, at most a third of the hall."""
    return max((m for m in (1, 2, 5, 10, 20) if 3_000 * m <= bounds.width), default=1) * 1_000


def _label(name: str, boxes: Sequence[Box]) -> RowLabel:
    return RowLabel(min(box.x for box in boxes), min(box.y for box in boxes), clean(name))


def load_level(use: Cell) -> int:
    """Band of a load in percent: 1 to 4 by ``LEVELS``, 5 above 100 %."""
    if not isinstance(use, int | float):
        return EMPTY
    for level, (top, _) in enumerate(LEVELS, start=1):
        if use < top or use == top == LEVELS[-1][0]:
            return level
    return OVER


def _shape(rack: Rack, index: int, box: Box, use: Cell, cells: Mapping[str, str]) -> RackShape:
    servers = cells["servers"]
    level = EMPTY if servers == "0" else load_level(use)
    title = f"{cells['rack']}: {servers} servers, {cells['power']} kW"
    if use is not None:
        title += f", fullest feed {cells['use']} % in the worst state"
    label = "" if level == EMPTY else f"{use:.0f} %" if isinstance(use, float) else "-"
    return RackShape(index, box, clean(rack.name), label, level, title)
