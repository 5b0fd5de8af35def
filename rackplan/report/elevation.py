"""Front and rear elevation of each rack, to scale: what stands at which rack unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rackplan.facility.elevation import BASE_MM
from rackplan.facility.model import Facility, Footprint, Gear, Rack
from rackplan.plan import Plan, Server
from rackplan.report.table import Table, clean

UNIT_PX = 12
"""Height of a rack unit in the drawing [px]."""

BODY_PX = 162
"""Width of a 600 mm cabinet, in the same scale as a rack unit of 44.45 mm [px]."""

UNIT_MM = 44.45

_TONES = 6
"""Fills for workloads; with more of them the fills repeat and the labels tell them apart."""

_CHARS = 26
"""Characters that fit a label."""

Kind = Literal[
    "server",
    "standing",
    "gear",
    "pdu",
    "cdu",
    "manifold",
    "closed",
    "reserved",
    "gap",
    "blank",
]


@dataclass(frozen=True, slots=True)
class Block:
    """Something that takes rack units.

    Attributes
    ----------
    kind
        ``server``, ``standing`` (an existing server), ``gear``, ``pdu``, ``cdu``, ``manifold``;
        ``closed`` (blocked), ``reserved``, ``gap`` (open for air), ``blank`` (blanking panels).
    top, height
        Where it is drawn [px].
    label, second
        One or two lines of text; ``second`` is empty where there is no room.
    tone
        Fill by workload, 1 to 6; 0 without one.
    title
        The same in full.
    """

    kind: Kind
    top: int
    height: int
    label: str
    second: str
    tone: int
    title: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A vertical rack PDU beside the rack units: the side of its feed, and whether on the right."""

    side: str
    right: bool
    title: str


@dataclass(frozen=True, slots=True)
class Rear:
    """A rack seen from behind. Racks that look alike there share one drawing."""

    units: int
    blocks: tuple[Block, ...]
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Elevation:
    """A rack seen from the front and from behind.

    ``index`` is its place in the rack table; ``center_px`` the height of its center of gravity in
    the drawing, ``center_mm`` above the floor, ``None`` where the plan does not say it.
    """

    index: int
    rack: str
    units: int
    height: int
    blocks: tuple[Block, ...]
    rear: Rear
    center_px: int | None
    center_mm: int | None
    cells: Mapping[str, str]


def elevations(plan: Plan, facility: Facility, racks: Table) -> Iterator[Elevation]:
    """Elevations of the racks that hold servers, in the order of the rack table."""
    known = {footprint.server_id: footprint for footprint in facility.footprints}
    tones = workload_tones(plan)
    centers = {floor.rack: floor.center_mm for floor in plan.floor.racks}
    standing: dict[str, list[Server]] = {}
    for server in plan.servers:
        standing.setdefault(server.rack, []).append(server)
    for index, (summary, cells) in enumerate(zip(plan.racks, racks.shown(), strict=True)):
        rack = facility.racks.get(summary.rack)
        if rack is None or summary.rack not in standing:
            continue
        drawing = _Drawing(rack)
        for server in standing[summary.rack]:
            drawing.server(server, known.get(server.model), tones)
        center_mm = centers.get(rack.id)
        yield Elevation(
            index,
            cells["rack"],
            rack.rack_units,
            rack.rack_units * UNIT_PX,
            drawing.front(),
            drawing.rear(),
            None if center_mm is None else _level(rack, center_mm),
            center_mm,
            cells,
        )


def workload_tones(plan: Plan) -> dict[str, int]:
    """Fill of each workload, 1 to 6, in the plan's order."""
    return {w.workload: index % _TONES + 1 for index, w in enumerate(plan.workloads)}


def cut(text: str, most: int) -> str:
    """Text that fits ``most`` characters, with an ellipsis where something is left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _level(rack: Rack, height_mm: int) -> int:
    """Height above the floor as a place in the drawing, inside the rack [px]."""
    from_top = rack.rack_units - (height_mm - BASE_MM) / UNIT_MM
    return max(0, min(rack.rack_units * UNIT_PX, round(from_top * UNIT_PX)))


class _Drawing:
    """Collects what is seen of one rack."""

    def __init__(self, rack: Rack) -> None:
        self._rack = rack
        self._servers: list[Block] = []
        self._taken: set[int] = set()

    def server(self, server: Server, footprint: Footprint | None, tones: Mapping[str, int]) -> None:
        """Add a server, and the manifold it brings along above it."""
        units = footprint.rack_units if footprint else 1
        manifold = footprint.manifold_u if footprint else 0
        self._taken |= set(range(server.u, server.u + units))
        self._servers.append(self._server(server, units - manifold, tones))
        if manifold:
            u, model = server.u + units - manifold, clean(server.model)
            title = f"{_range(u, manifold)}: manifold of {model}"
            self._servers.append(self._block("manifold", u, manifold, "manifold", title=title))

    def front(self) -> tuple[Block, ...]:
        """What is seen from the front: what is open there gets blanking panels."""
        gear = [item for item in self._rack.gear if not item.rear]
        taken = self._taken | {u for item in gear for u in item.units} | set(self._rack.closed_u)
        open_u = set() if self._product else set(range(1, self._rack.rack_units + 1)) - taken
        blank = [
            self._block("blank", first, units, title=f"{_range(first, units)}: blanking panels")
            for first, units in _runs(open_u)
        ]
        return _inside([*self._closed(), *map(self._gear, gear), *blank, *self._servers])

    def rear(self) -> Rear:
        """What is seen from behind: gear at the rear hides what is in front of it."""
        rear = [item for item in self._rack.gear if item.rear]
        hidden = {u for item in rear for u in item.units}
        seen = [item for item in self._rack.gear if item.rear or hidden.isdisjoint(item.units)]
        open_kinds = ("reserved", "gap")
        closed = [block for block in self._closed() if block.kind not in open_kinds]
        blocks = _inside([*closed, *map(self._gear, seen), *self._servers])
        return Rear(self._rack.rack_units, blocks, tuple(self._strips()))

    @property
    def _product(self) -> bool:
        return self._rack.model.accepts == "rack"

    def _strips(self) -> Iterator[Strip]:
        vertical = [f for f in self._rack.feeds if f.strip and not f.strip.rack_units.whole]
        for k, feed in enumerate(vertical):
            title = f"feed {clean(feed.side)}: rack PDU {clean(feed.strip_id or '')}"
            yield Strip(clean(feed.side)[:3], k % 2 == 1, title)

    def _closed(self) -> Iterator[Block]:
        by_use: dict[tuple[Kind, str], list[int]] = {}
        for u in self._rack.closed_u:
            use = self._rack.uses.get(u)
            kind = _USE_KINDS[use.kind] if use else "closed"
            by_use.setdefault((kind, clean(use.holds) if use else ""), []).append(u)
        for (kind, holds), units in by_use.items():
            for first, count in _runs(units):
                label = holds or _USE_LABELS[kind]
                title = f"{_range(first, count)}: {label or 'not for servers'}"
                yield self._block(kind, first, count, label, title=title)

    def _gear(self, gear: Gear) -> Block:
        name = clean(gear.name)
        rear = ", at the rear" if gear.rear else ""
        power = f", {gear.power_w / 1000:,.1f} kW" if gear.kind != "pdu" else ""
        title = f"{_range(gear.u, gear.rack_units)}: {name}{rear}{power}"
        kind: Kind = gear.kind if gear.kind in ("pdu", "cdu") else "gear"
        return self._block(kind, gear.u, gear.rack_units, name, title=title)

    def _server(self, server: Server, units: int, tones: Mapping[str, int]) -> Block:
        model, work = clean(server.model), clean(server.workload or "")
        where = _range(server.u, units)
        parts = [where, model, work or "no workload", f"must survive {clean(server.survive)}"]
        if server.existing:
            parts.append("already standing")
        second = " ".join(filter(None, [where, work]))
        return self._block(
            "standing" if server.existing else "server",
            server.u,
            units,
            model,
            second if units > 1 else "",
            tones.get(server.workload or "", 0),
            ", ".join(parts),
        )

    def _block(
        self,
        kind: Kind,
        u: int,
        units: int,
        label: str = "",
        second: str = "",
        tone: int = 0,
        title: str = "",
    ) -> Block:
        """A block at some rack units, cut to the rack."""
        low, high = max(u, 1), min(u + units - 1, self._rack.rack_units)
        top, height = (self._rack.rack_units - high) * UNIT_PX, max(0, high - low + 1) * UNIT_PX
        return Block(kind, top, height, cut(label, _CHARS), cut(second, _CHARS), tone, title)


_USE_KINDS: Mapping[str, Kind] = {
    "blocked": "closed",
    "reserved": "reserved",
    "manifold": "manifold",
    "air gap": "gap",
}
_USE_LABELS: Mapping[Kind, str] = {
    "closed": "",
    "reserved": "reserved",
    "manifold": "manifold",
    "gap": "air gap",
}


def _inside(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.height > 0)


def _runs(units: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Runs of adjacent rack units, as (first, count)."""
    first = count = 0
    for unit in sorted(units):
        if count and unit == first + count:
            count += 1
            continue
        if count:
            yield first, count
        first, count = unit, 1
    if count:
        yield first, count


def _range(u: int, units: int) -> str:
    return f"U{u}" if units == 1 else f"U{u}-U{u + units - 1}"
